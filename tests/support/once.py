"""Rows that are made once and found by many tests, each of which leaves them as they were."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection, transaction


@contextmanager
def made_once(blocker: Any) -> Iterator[None]:
    """What is written in it stays for the tests in it. `blocker`: the fixture `django_db_blocker`."""
    with blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)


@contextmanager
def left_as_found() -> Iterator[None]:
    """What one test writes is gone after it, and none of it refers to a row that is not there."""
    with transaction.atomic():
        yield
        if not connection.needs_rollback:
            connection.check_constraints()
        transaction.set_rollback(True)


def once_for_module(make: Callable[[], Any]) -> tuple[Any, Any]:
    """Two fixtures, to be called `kept` and `db`: what `make` returns, made once for all tests of a module; and the database, in
    which each test finds its rows as they were made. A test copies the objects before it changes them."""

    @pytest.fixture(scope="module")
    def kept(django_db_setup: None, django_db_blocker: Any) -> Iterator[Any]:
        with made_once(django_db_blocker):
            yield make()

    @pytest.fixture
    def db(kept: Any) -> Iterator[None]:
        with left_as_found():
            yield

    return kept, db
