"""Fixtures for all tests. The environment of the run is laid by `tests/settings.py`, before Django loads."""

import gc
import os
from collections.abc import Callable, Iterator

import pytest
from _pytest.main import pytest_runtestloop as run_tests

from tests.run import REAL
from tests.support.deep_stack import with_a_deep_stack
from tests.support.hub_fixtures import cloud, dialect, hub
from tests.support.second import SecondProcess
from tests.support.services import drop_keys
from work.memory import settle

REAL_PROCESSES = {"live", "crash", "browser"}

__all__ = ["cloud", "dialect", "hub"]  # fixtures that the tests of several folders use


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """No mark of real processes may be hidden from `tests.run`, which finds them by the text of their modules: such a test would
    never run.
    """
    marked = {item.path for item in items if REAL_PROCESSES & {mark.name for mark in item.iter_markers()}}
    hidden = {path for path in marked if not REAL.search(path.read_text())}
    if hidden:
        raise pytest.UsageError(f"write the marks of real processes into the modules themselves: {hidden}")


def pytest_collection_finish() -> None:
    """All modules are loaded and all tests known: a seventh of the time of a run went into looking through them for garbage."""
    settle()


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> object:
    """All tests on one large piece of the interpreter's stack."""
    return with_a_deep_stack(run_tests)(session)


def pytest_runtest_setup() -> None:
    """What is settled for requests looks for garbage often and briefly. In a run of tests nobody waits: seldom is less work."""
    gc.set_threshold(20_000, 20, 50)


@pytest.fixture(scope="session", autouse=True)
def _no_keys_left() -> Iterator[None]:
    """A Redis that others use too is left as it was found."""
    yield
    if os.environ["BROKER_URL"].startswith("redis"):
        from django.conf import settings

        drop_keys(settings.HUB.broker_url, settings.HUB.broker_key_prefix)


@pytest.fixture
def second_process(transactional_db: None) -> Iterator[Callable[..., SecondProcess]]:
    """Starts real processes on the test's database: `second_process("code of Python", "argument", NAME="value")`.

    Django is set up in them; input, output and errors are pipes of text. They are killed when the test ends.
    """
    started: list[SecondProcess] = []

    def start(code: str, *arguments: str, **environment: str) -> SecondProcess:
        started.append(SecondProcess(code, arguments, {**os.environ, **environment}))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.communicate()
