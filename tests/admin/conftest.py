"""An ops person at the admin, and a tenant with one thing of each kind."""

from copy import deepcopy

import pytest
from django.test import Client

import agmission_partners.urls  # noqa: F401  # finds the pages
from accounts.models import User
from tests.support.world import Tenant, a_tenant


@pytest.fixture
def kept() -> Tenant | None:
    """What a module has made once for all its tests; nothing, unless it says so (`tests.support.once`)."""
    return None


@pytest.fixture
def tenant(db: None, kept: Tenant | None) -> Tenant:
    return deepcopy(kept) if kept else a_tenant("prairie")


@pytest.fixture
def ops(db: None) -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("root", password="crop-duster-9"))
    return client
