"""The same thing done by several threads at the same moment, each on a connection of its own."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

from django.db import connection, connections

Result = TypeVar("Result")


def together(*calls: Callable[[], Result]) -> list[Result]:
    """What each of `calls` returned, begun when all threads stand ready."""
    barrier = threading.Barrier(len(calls))

    def run(call: Callable[[], Result]) -> Result:
        try:
            barrier.wait(30)
            return call()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


class Other:
    """One call in a thread of its own; `start` begins it, and what it raises is raised where it is waited for."""

    def __init__(self, call: Callable[[], object]) -> None:
        self._pool = ThreadPoolExecutor(1)
        self._call = call
        self._result: Future[list[object]] | None = None

    def start(self) -> None:
        self._result = self._pool.submit(together, self._call)

    def ended(self) -> bool:
        return self._result is not None and self._result.done()

    def end(self) -> None:
        """Wait for it, where it was begun."""
        self._pool.shutdown(wait=True)
        if self._result:
            self._result.result()


@contextmanager
def in_thread(call: Callable[[], object]) -> Iterator[Other]:
    """A call that the block begins by `start()`; leaving the block waits for its end."""
    other = Other(call)
    try:
        yield other
    finally:
        other.end()


def somebody_waits_for_a_lock() -> bool:
    """Whether a statement waits for a row that another transaction holds. SQLite cannot say, and has one writer anyway."""
    if connection.vendor != "postgresql":
        return True
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
        return bool(cursor.fetchone()[0])
