"""A world for requests that nobody would think of, from which nothing gets out."""

import socket
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any, NoReturn

import pytest
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, transaction

from tests.contract.world import World, a_world


@pytest.fixture(autouse=True)
def _nothing_leaves(monkeypatch: pytest.MonkeyPatch) -> None:
    """No name is known, and nothing is connected to."""

    def unknown(*_: Any, **__: Any) -> NoReturn:
        raise socket.gaierror(socket.EAI_NONAME, "no names here")

    def outside(*_: Any) -> NoReturn:
        raise AssertionError("a request left the machine")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    monkeypatch.setattr(socket.socket, "connect", outside)


@pytest.fixture(autouse=True)
def _one_connection() -> Iterator[None]:
    """Requests in this process are part of the test's transaction, which Django would take for one that was left open."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield
    for signal in signals:
        signal.connect(close_old_connections)


@pytest.fixture(autouse=True)
def _bounds(settings: Any) -> None:
    """Those of the description, which knows no installation; and no pause before a call that cannot succeed is repeated."""
    satloc = replace(settings.HUB.satloc, retry_attempts=0)
    settings.HUB = replace(settings.HUB, satloc=satloc, min_poll_interval=timedelta(0))


@pytest.fixture(scope="module")
def db(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """One transaction around all tests, instead of one for each."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def world(db: None) -> World:
    """Made once: each request finds it as it was before the others."""
    return a_world()
