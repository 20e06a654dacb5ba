"""Two tenants for the tests of the whole API."""

import pytest

from accounts.models import User
from tests.support.scene import a_user
from tests.support.world import Tenant, a_tenant


@pytest.fixture
def own(db: None) -> Tenant:
    return a_tenant("prairie")


@pytest.fixture
def other(db: None) -> Tenant:
    return a_tenant("delta", partner_active=False)


@pytest.fixture
def ops(db: None) -> User:
    return a_user(None)
