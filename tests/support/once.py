"""Rows that are made once and found by many tests, each of which leaves them as they were."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

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
