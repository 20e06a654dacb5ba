"""Two tenants for the tests of the whole API."""

from copy import deepcopy

import pytest

from accounts.models import User
from tests.support.scene import a_user
from tests.support.world import Tenant, Two, a_tenant


@pytest.fixture
def kept() -> Two | None:
    """What a module has made once for all its tests; nothing, unless it says so (`tests.support.once`)."""
    return None


@pytest.fixture
def own(db: None, kept: Two | None) -> Tenant:
    return deepcopy(kept.own) if kept else a_tenant("prairie")


@pytest.fixture
def other(db: None, kept: Two | None) -> Tenant:
    return deepcopy(kept.other) if kept else a_tenant("delta", partner_active=False)


@pytest.fixture
def ops(db: None, kept: Two | None) -> User:
    return deepcopy(kept.ops) if kept else a_user(None)
