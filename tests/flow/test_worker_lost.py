"""Work that loses its worker three times in a row is set aside for a person, by name, and not tried for ever. Of every kind."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from assignments.models import PollTarget, SyncOperation
from flightdata.models import Application, Coverage, PartnerLog
from partners.models import HealthCheck
from tests.support.hub import Hub
from work import claims, engine, kinds
from work.clock import now
from work.models import Attention


@dataclass(frozen=True)
class Case:
    """How a row of this kind comes to be due, and what a person is told to look at."""

    kind: str
    prepare: Callable[[Hub], None]
    row: Callable[[], Any]
    asks: str
    about: Callable[[Any], tuple[str, Any]]
    goes_on: bool = False


def assigned(hub: Hub) -> None:
    hub.assign()


def uploaded(hub: Hub) -> None:
    assigned(hub)
    hub.work("job_sync")
    hub.cloud.wait_for_logs(1)
    hub.later(seconds=1)


def listed(hub: Hub) -> None:
    uploaded(hub)
    engine.drain("data_poll", 1, "test worker")


def fetched(hub: Hub) -> None:
    listed(hub)
    hub.work("data_poll")


def read(hub: Hub) -> None:
    fetched(hub)
    engine.drain("flight_data", 1, "test worker")


def measured_job() -> Coverage:
    return Coverage.objects.get(flight__isnull=True)


CHECK = "healthCheckBreaksDown"
CASES = [
    Case("upload", assigned, SyncOperation.objects.get, "uploadGaveUp", lambda row: ("assignment", row.assignment_id)),
    Case("listing", uploaded, PollTarget.objects.get, "listingFails", lambda row: ("aircraft", row.aircraft_id), goes_on=True),
    Case("download", listed, PartnerLog.objects.get, "logFailed", lambda row: ("log", row.pk)),
    Case("parse", fetched, Application.objects.get, "applicationQuarantined", lambda row: ("application", row.pk)),
    Case("coverage", read, measured_job, "coverageSetAside", lambda row: ("coverage", row.pk)),
    Case(
        "health",
        assigned,
        HealthCheck.objects.get,
        "healthCheckBreaksDown",
        lambda row: ("partner", row.partner_id),
        goes_on=True,
    ),
]


def test_every_kind_is_looked_at() -> None:
    """The canary's own is in `tests/canary`, exports' in `tests/flightdata/exports`; the others go on by themselves, slowly."""
    elsewhere = {"export", "aircraft", "mail", "sweep"}
    assert {case.kind for case in CASES} | elsewhere == {kind.name for kind in kinds.all_kinds() if kind.counted}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.kind)
def test_it_is_set_aside_by_name(hub: Hub, case: Case) -> None:
    case.prepare(hub)
    kind = next(one for one in kinds.all_kinds() if one.name == case.kind)
    for time in range(3):
        assert Attention.objects.filter(kind=case.asks).count() == 0, f"too early, after {time} losses"
        hub.later(minutes=2)
        assert claims.claim(kind, case.row(), "the victim")
        hub.later(minutes=5)
        assert engine.reap(kind) == 1
    row, asked = case.row(), Attention.objects.get(kind=case.asks, settled_at__isnull=True)
    assert (asked.object_type, asked.object_id) == (case.about(row)[0], str(case.about(row)[1]))
    assert "three workers in a row" in asked.reason
    assert (row.due_at is not None) == case.goes_on
    assert row.due_at is None or row.due_at - now() > timedelta(minutes=4)


def test_a_check_that_works_again_asks_for_nothing(hub: Hub) -> None:
    kind = next(one for one in kinds.all_kinds() if one.name == "health")
    for _ in range(3):
        hub.later(minutes=2)
        assert claims.claim(kind, HealthCheck.objects.get(), "the victim")
        hub.later(minutes=5)
        engine.reap(kind)
    hub.later(minutes=15)
    hub.work("default")
    assert not Attention.objects.filter(settled_at__isnull=True).exists()
