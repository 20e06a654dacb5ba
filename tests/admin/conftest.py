"""An ops person at the admin, and a tenant with one thing of each kind."""

import pytest
from django.test import Client

import agmission_partners.urls  # noqa: F401  # finds the pages
from accounts.models import User
from tests.support.world import Tenant, a_tenant


@pytest.fixture
def tenant(db: None) -> Tenant:
    return a_tenant("prairie")


@pytest.fixture
def ops(db: None) -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("root", password="crop-duster-9"))
    return client
