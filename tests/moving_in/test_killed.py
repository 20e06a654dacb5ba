"""A move that is killed on its way is taken up where it was, and ends as one that was not."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from assignments.models import JobAssignment, SyncOperation
from moving_in.models import Move as Progress
from moving_in.models import Origin
from tests.moving_in import old_system
from tests.support.waiting import wait_for
from work.models import Event

Move = Callable[..., str]
CODE = "import sys; from django.core.management import call_command; call_command('migrate_job_assignments', sys.argv[1])"
PLAIN, SENT = {"partner_type": "internal"}, {"partner_type": "satloc"}


@pytest.fixture
def killed_at(second_process: Any) -> Callable[[Path, int], None]:
    """Runs the command in a process of its own until so many assignments are there, and kills it."""

    def run(dump: Path, count: int) -> None:
        process = second_process(CODE, str(dump))
        wait_for(
            lambda: JobAssignment.objects.count() >= count or process.poll() is not None,
            lambda: f"{count} assignments; there are {JobAssignment.objects.count()}",
            seconds=90,
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


@pytest.mark.crash
@pytest.mark.django_db(transaction=True)
def test_three_kills_lose_and_double_nothing(move: Move, killed_at: Any, tmp_path: Path) -> None:
    dump = old_system.a_dump(tmp_path / "dump", whole(20_000))
    for count in (3_000, 9_000, 15_000):
        killed_at(dump, count)
    said = move(dump)
    assert "went on where an earlier run was broken off" in said
    assert "assignments: 20,000 taken, 0 there already, 200 not taken" in said
    assert totals() == [20_000] * 3
    report = Path(Progress.objects.get().report).read_text()
    assert report.count("a newer document is about the same job and user") == 200
    assert "20,000 equal" in move(dump, "--verify")
    assert "assignments: 0 taken, 20,000 there already, 200 not taken" in move(dump)
    assert totals() == [20_000] * 3
    assert SyncOperation.objects.count() == JobAssignment.objects.filter(**SENT).count() == 6_667


@pytest.mark.crash
@pytest.mark.django_db(transaction=True)
def test_a_hundred_thousand_with_a_kill_on_the_way(move: Move, killed_at: Any, tmp_path: Path) -> None:
    dump = old_system.a_dump(tmp_path / "dump", whole(100_000))
    killed_at(dump, 50_000)
    said = move(dump)
    assert "assignments: 100,000 taken, 0 there already, 1,000 not taken" in said
    assert totals() == [100_000] * 3


@pytest.mark.django_db(transaction=True)
def test_two_runs_at_once_end_as_one(move: Move, second_process: Any, tmp_path: Path) -> None:
    dump = old_system.a_dump(tmp_path / "dump", whole(2_000))
    processes = [second_process(CODE, str(dump)) for _ in range(2)]
    said = [process.communicate() for process in processes]
    assert 0 in [process.returncode for process in processes], said
    assert "2,000 there already" in move(dump)
    assert totals() == [2_000] * 3
