"""A move that is killed on its way is taken up where it was, and ends as one that was not."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from assignments.models import JobAssignment, SyncOperation
from moving_in.models import Move as Progress
from moving_in.models import Origin
from partners.models import PartnerSystemUser
from partners.services import system_users
from tests.moving_in import old_system
from tests.support.fields import FIELD
from tests.support.hub import PASSWORD, Hub
from tests.support.waiting import wait_for
from work.models import Event

Move = Callable[..., str]
CODE = "import sys; from django.core.management import call_command; call_command('migrate_job_assignments', sys.argv[1])"
WAITING = 900_000
SENT = {"partner_type": "satloc"}


@pytest.fixture
def killed_at(second_process: Any) -> Callable[[Path, int], None]:
    """Runs the command in a process of its own until so many assignments are there, and kills it."""

    def run(dump: Path, count: int) -> None:
        process = second_process(CODE, str(dump))
        wait_for(
            lambda: JobAssignment.objects.count() >= count or process.poll() is not None,
            lambda: f"{count} assignments; there are {JobAssignment.objects.count()}",
            seconds=180,
        )
        assert process.poll() is None, process.communicate()
        process.kill()
        process.wait()

    return run


def whole(count: int) -> dict[str, list[dict[str, Any]]]:
    """Its documents, some of which are in each other's way."""
    collections = old_system.a_whole(count)
    double = collections["job_assigns"][: count // 100]
    collections["job_assigns"] += [
        {**one, "_id": old_system.an_id(number, "z"), "date": old_system.LONG_AGO.replace(year=2020)}
        for number, one in enumerate(double)
    ]
    return collections


def totals() -> list[int]:
    moved = Event.objects.filter(object_type="assignment", name="moved in")
    origins = Origin.objects.filter(kind="assignment")
    return [rows.count() for rows in (JobAssignment.objects.all(), moved, origins)]


def many() -> int:
    """Assignments. Where the suite is run a second time, on the other database, a fifth of them shows the same."""
    return 100_000 if connection.vendor == "sqlite" else 20_000


def of(hub: Hub) -> dict[str, list[dict[str, Any]]]:
    """The old system of the hub's customer: many assignments, and three that nobody has sent yet."""
    collections = whole(many())
    for one in collections["users"]:
        one |= {"code": hub.customer.code} if one.get("role") == "customer" else {}
        one |= {"apiSecret": PASSWORD} if "apiSecret" in one else {}
    operator = collections["jobs"][0]["customerId"]
    collections["jobs"].append(old_system.a_job(WAITING, operator, sprayAreas=FIELD))
    config = {"aircraftId": hub.aircraft_id}
    collections["job_assigns"] += [
        old_system.guided(200_000 + n, old_system.an_id(n, "u"), WAITING, "pending", status=0, partnerConfig=config)
        for n in range(3)
    ]
    PartnerSystemUser.objects.all().delete()
    return collections


@pytest.mark.crash
@pytest.mark.timeout(600)
def test_three_kills_lose_and_double_nothing_and_the_hub_goes_on(hub: Hub, move: Move, killed_at: Any, tmp_path: Path) -> None:
    dump, count = old_system.a_dump(tmp_path / "dump", of(hub)), many()
    for part in (0.15, 0.45, 0.8):
        killed_at(dump, int(count * part))
    said = move(dump)
    assert "went on where an earlier run was broken off" in said
    assert f"assignments: {count + 3:,} taken, 0 there already, {count // 100:,} not taken" in said
    assert totals() == [count + 3] * 3
    report = Path(Progress.objects.get().report).read_text()
    assert report.count("a newer document is about the same job and user") == count // 100
    assert f"{count + 3:,} equal" in move(dump, "--verify")
    assert f"assignments: 0 taken, {count + 3:,} there already, {count // 100:,} not taken" in move(dump)
    assert SyncOperation.objects.count() == JobAssignment.objects.filter(**SENT).count() == -(-count // 3) + 3
    system_users.resume(PartnerSystemUser.objects.get(), actor="test")
    for _ in range(4):
        hub.work()
        hub.later(minutes=10)
    assert [upload["jobNumber"] for upload in hub.cloud.uploads()] == [str(WAITING)] * 3
    assert totals() == [count + 3] * 3
    assert set(SyncOperation.objects.values_list("status", flat=True)) == {"synced"}


@pytest.mark.django_db
def test_a_comparison_asks_no_statement_per_document(move: Move, tmp_path: Path, django_assert_max_num_queries: Any) -> None:
    dump = old_system.a_dump(tmp_path / "dump", whole(200))
    move(dump)
    with django_assert_max_num_queries(40):
        assert "200 equal" in move(dump, "--verify")


@pytest.mark.django_db(transaction=True)
def test_two_runs_at_once_end_as_one(move: Move, second_process: Any, tmp_path: Path) -> None:
    dump = old_system.a_dump(tmp_path / "dump", whole(2_000))
    processes = [second_process(CODE, str(dump)) for _ in range(2)]
    said = [process.communicate() for process in processes]
    assert 0 in [process.returncode for process in processes], said
    assert "2,000 there already" in move(dump)
    assert totals() == [2_000] * 3
