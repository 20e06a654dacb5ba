"""A hub that is served while the test looks at it in Chromium."""

import json
import os
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, Page

from accounts.models import User
from flightdata.models import Application
from flightdata.services import matching
from tests.flightdata.conftest import TakeIn, take_in
from tests.support.chromium import Watch, chromium, look
from tests.support.samples import OHIO_FIELD, OHIO_LOG
from tests.support.scene import a_user
from tests.support.world import Tenant, a_tenant

__all__ = ["take_in"]  # a fixture

Open = Callable[..., Page]


@pytest.fixture(scope="session", autouse=True)
def _database_beside_playwright() -> Iterator[None]:
    """Playwright keeps an event loop in this thread, which Django takes for asynchronous code."""
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    yield
    if before is None:
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture(scope="session")
def chrome() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture
def own(transactional_db: None) -> Tenant:
    return a_tenant("prairie")


@pytest.fixture
def other(transactional_db: None) -> Tenant:
    return a_tenant("delta")


@pytest.fixture
def ops(transactional_db: None) -> User:
    return a_user(None, name="Olive Ops")


@pytest.fixture
def flown(own: Tenant, take_in: TakeIn) -> Application:
    """The recorded flight over the Ohio field, in the tenant's job, with five lines that nobody can read."""
    boundary = OHIO_FIELD
    own.job.spray_areas = json.loads(boundary.read_text())
    own.job.swath_width = own.job.swath_width_metres = 18.288
    own.job.save()
    application = take_in(own.customer, OHIO_LOG.read_bytes() + b"nonsense\n" * 5, file_name="ohio.csv")
    matching.set_jobs(application, [own.job], user=own.office)
    return application


@pytest.fixture
def open_as(chrome: Browser, live_server: Any) -> Iterator[Open]:
    """Opens a page as somebody (None: a stranger) in a window of its own, and holds all of them to be silent at the end.

    They have signed in already: two pages more in each of the tests took as long as what it is about.
    """
    watch = Watch(urlsplit(live_server.url).netloc)
    contexts = []

    def opened(user: User | None, path: str, **appearance: Any) -> Page:
        contexts.append(look(chrome, **appearance))
        page = contexts[-1].new_page()
        watch.over(page)
        if user:
            contexts[-1].add_cookies([session_of(user, live_server.url)])
        page.goto(live_server.url + path)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert (watch.complaints, watch.foreign) == ([], [])


def session_of(user: User, url: str) -> Any:
    """The cookie of somebody who has signed in."""
    client = Client()
    client.force_login(user)
    return {"name": settings.SESSION_COOKIE_NAME, "value": client.cookies[settings.SESSION_COOKIE_NAME].value, "url": url}


def wait_for_map(page: Page) -> None:
    page.wait_for_selector("[data-map][data-ready]", timeout=15_000)
