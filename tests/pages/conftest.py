"""Two tenants, and browsers that are signed in as somebody."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from flightdata.models import Application
from flightdata.services import matching
from tests.flightdata.conftest import TakeIn, take_in
from tests.support.scene import a_user
from tests.support.world import Tenant, Two, a_tenant

__all__ = ["take_in"]  # a fixture

HTML = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


@pytest.fixture
def kept() -> Two | None:
    """What a module has made once for all its tests; nothing, unless it says so (`tests.support.once`)."""
    return None


@pytest.fixture
def own(db: None, kept: Two | None) -> Tenant:
    return deepcopy(kept.own) if kept else a_tenant("prairie")


@pytest.fixture
def other(db: None, kept: Two | None) -> Tenant:
    return deepcopy(kept.other) if kept else a_tenant("delta")


@pytest.fixture
def ops(db: None, kept: Two | None) -> User:
    return deepcopy(kept.ops) if kept else a_user(None)


@pytest.fixture
def browser() -> Callable[[User], Client]:
    """A browser with the session of a user: `browser(user).get("/")`."""

    def signed_in(user: User) -> Client:
        client = Client(headers={"accept": HTML})
        client.force_login(user)
        return client

    return signed_in


@pytest.fixture
def flown(own: Tenant, take_in: TakeIn) -> Application:
    """A short log of the tenant's job: four records, one reject, two comments."""
    application = take_in(own.customer)
    matching.set_jobs(application, [own.job], user=own.office)
    return application


@pytest.fixture
def read(browser: Callable[[User], Client]) -> Callable[..., str]:
    """The text of a page that is there: `read(user, "/")`."""

    def text(user: User, path: str, **query: Any) -> str:
        response = browser(user).get(path, query)
        assert response.status_code == 200, response.content
        return response.content.decode()

    return text
