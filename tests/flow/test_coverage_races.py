"""A change and a measurement at the same moment: what rests on the old basis does not stay."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, transaction

from assignments.services import jobs
from flightdata import figures
from flightdata.models import Coverage
from flightdata.services import coverages
from tests.flow.test_coverage import fly_ohio
from tests.support.hub import Hub
from tests.support.together import Other, in_thread, somebody_waits_for_a_lock
from tests.support.waiting import wait_for
from work import claims, engine


def after_first_update(act: Callable[[], None]) -> Callable[..., Any]:
    """A wrapper of statements that acts once the first UPDATE of a coverage has been executed."""
    acted = False

    def wrapper(execute: Any, sql: str, *rest: Any) -> Any:
        nonlocal acted
        result = execute(sql, *rest)
        if not acted and sql.startswith('UPDATE "flightdata_coverage"'):
            acted = True
            act()
        return result

    return wrapper


def settled_or_waiting(other: Other) -> bool:
    return other.ended() or somebody_waits_for_a_lock()


@pytest.mark.race
def test_a_row_taken_while_its_job_is_changed_is_measured_from_what_it_became(hub: Hub) -> None:
    fly_ohio(hub)
    coverages.due_for(hub.job)
    row = Coverage.objects.get(job=hub.job, flight__isnull=True)
    taken, changed = threading.Event(), threading.Event()

    def measure() -> None:
        lease = claims.claim(coverages.Measurement(), row, "other")
        taken.set()
        changed.wait(30)
        if lease:
            engine.run(lease)

    def begin() -> None:
        other.start()
        wait_for(lambda: taken.is_set() or somebody_waits_for_a_lock(), "the other worker to take the row or to wait for it")

    with in_thread(measure) as other, transaction.atomic(), connection.execute_wrapper(after_first_update(begin)):
        jobs.change_job(hub.job, actor="test", swath_width=9.0)
        changed.set()
        wait_for(lambda: settled_or_waiting(other), "the other worker to end or to wait")
    hub.work("flight_data")
    assert figures.of_job(77)["method"]["swathWidth"] == 9.0
