"""How assignments end and begin again: by the clock, by a person, by the job's status."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Customer
from assignments.models import Job, JobAssignment, Sweep, SyncOperation
from assignments.services import endings, sweeping
from assignments.services.assigning import AssignRequest, assign
from assignments.services.jobs import change_job
from assignments.states import SyncStatus
from partners.models import PartnerSystemUser
from tests.assignments.conftest import Scene
from tests.assignments.test_assigning import internal, satloc, sent
from tests.support.scene import a_job
from work import attention, engine, history
from work.leases import due
from work.models import Attention

LAST_DAY = date(2026, 6, 30)
WINDOW = timedelta(days=14)
MIDNIGHTS = {
    "Pacific/Kiritimati": datetime(2026, 6, 30, 10, tzinfo=UTC),
    "Pacific/Auckland": datetime(2026, 6, 30, 12, tzinfo=UTC),
    "UTC": datetime(2026, 7, 1, tzinfo=UTC),
    "America/Chicago": datetime(2026, 7, 1, 5, tzinfo=UTC),
    "Pacific/Pago_Pago": datetime(2026, 7, 1, 11, tzinfo=UTC),
}
"""When the last day ends there."""


def given(scene: Scene, *asked: Any) -> list[JobAssignment]:
    return [one.assignment for one in assign(scene.job, AssignRequest(asked), scene.office).assigned]


def status_of(assignment: JobAssignment) -> int:
    return JobAssignment.objects.get(pk=assignment.pk).status


def upload_of(assignment: JobAssignment) -> SyncOperation:
    return SyncOperation.objects.get(assignment=assignment)


def upload(status: SyncStatus, **fields: Any) -> None:
    SyncOperation.objects.update(status=status, due_at=None, rank_at=None, **fields)


def asked() -> list[str]:
    return sorted(Attention.objects.filter(settled_at__isnull=True).values_list("kind", flat=True))


@pytest.mark.parametrize("zone", MIDNIGHTS)
def test_the_clock_completes_when_the_time_for_late_logs_is_over_where_the_customer_is(scene: Scene, zone: str) -> None:
    (assignment,) = given(scene, internal(scene.pilot))
    Customer.objects.update(time_zone=zone)
    Job.objects.update(end_date=LAST_DAY)
    end = MIDNIGHTS[zone] + settings.HUB.late_log_window
    assert settings.HUB.late_log_window == WINDOW
    assert sweeping.complete_overdue(end) == 0
    assert sweeping.complete_overdue(end + timedelta(milliseconds=1)) == 1
    assert status_of(assignment) == 2
    assert "time for late logs" in history.of("assignment", assignment.pk)[0].reason


@pytest.mark.parametrize("state", ["never tried", "sent", "gave up", "its account is paused", "a pilot's"])
def test_whatever_became_of_it_it_ends(scene: Scene, state: str) -> None:
    (assignment,) = given(scene, internal(scene.pilot) if state == "a pilot's" else satloc(scene.pilot))
    if state == "sent":
        sent(assignment)
    if state == "gave up":
        upload(SyncStatus.GAVE_UP)
    PartnerSystemUser.objects.update(paused_by_person=state == "its account is paused")
    Job.objects.update(end_date=date(2020, 1, 1))
    assert sweeping.complete_overdue(datetime(2026, 1, 1, tzinfo=UTC)) == 1
    assert status_of(assignment) == 2


def test_what_has_no_end_or_was_reopened_or_has_ended_is_left_alone(scene: Scene) -> None:
    (endless,) = given(scene, internal(scene.pilot))
    over = [a_job(scene.customer, end_date=date(2020, 1, 1)) for _ in range(2)]
    reopened, cancelled = [JobAssignment.objects.create(job=job, user=scene.pilot) for job in over]
    endings.complete(reopened, actor="test")
    endings.reopen(reopened, actor="test")
    endings.cancel(cancelled, actor="test")
    assert sweeping.complete_overdue(datetime(2026, 1, 1, tzinfo=UTC)) == 0
    assert [status_of(one) for one in (endless, reopened, cancelled)] == [0, 0, 3]


def test_the_look_is_a_due_row_and_is_taken_again(scene: Scene) -> None:
    (assignment,) = given(scene, internal(scene.pilot))
    Job.objects.update(end_date=date(2020, 1, 1))
    Sweep.objects.update(**due(timedelta(hours=1), "normal"))  # the run of tests may have lasted longer than its interval
    engine.drain("default", 50, "worker")
    assert status_of(assignment) == 0, "it is not due yet"
    row = Sweep.objects.get()
    Sweep.objects.update(due_at=row.created_at, rank_at=row.created_at)
    engine.drain("default", 50, "worker")
    row.refresh_from_db()
    assert (status_of(assignment), row.status, row.ended) == (2, "idle", 1)
    assert row.due_at
    assert row.last_attempt_at
    assert row.due_at - row.last_attempt_at >= settings.HUB.sync_interval


@pytest.mark.django_db(transaction=True)
def test_an_emptied_database_is_looked_over_all_the_same() -> None:
    Sweep.objects.all().delete()
    call_command("migrate", verbosity=0)
    assert Sweep.objects.get().due_at


def test_many_are_completed_page_by_page_and_the_rest_at_once(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweeping, "BATCH", 2)
    monkeypatch.setattr(sweeping, "MOST", 5)
    jobs = [a_job(scene.customer, end_date=date(2020, 1, 1)) for _ in range(7)]
    JobAssignment.objects.bulk_create([JobAssignment(job=job, user=scene.pilot) for job in jobs])
    Sweep.objects.update(due_at=scene.job.created_at, rank_at=scene.job.created_at)
    engine.drain("default", 50, "worker")
    assert (JobAssignment.objects.filter(status=2).count(), Sweep.objects.get().ended) == (7, 2)


def test_the_clock_leaves_alone_what_a_person_cancelled_meanwhile(scene: Scene) -> None:
    (assignment,) = given(scene, internal(scene.pilot))
    Job.objects.update(end_date=date(2020, 1, 1))
    read_before = next(sweeping._candidates(datetime(2026, 1, 1, tzinfo=UTC)))
    endings.cancel(assignment, actor="user ann")
    assert not sweeping._complete(read_before)
    assert status_of(assignment) == 3
    assert history.of("assignment", assignment.pk)[0].name == "not completed"


def test_a_look_that_finds_nothing_costs_one_statement(scene: Scene) -> None:
    given(scene, internal(scene.pilot))
    with CaptureQueriesContext(connection) as queries:
        assert sweeping.complete_overdue(datetime(2026, 1, 1, tzinfo=UTC)) == 0
    assert len(queries) == 1


def test_closing_the_job_completes_and_opening_it_leaves_it(scene: Scene) -> None:
    (assignment,) = given(scene, internal(scene.pilot))
    change_job(scene.job, actor="test", status="closed")
    assert status_of(assignment) == 2
    change_job(scene.job, actor="test", status="open")
    assert status_of(assignment) == 2


@pytest.mark.parametrize("taken", [None, 1])
def test_reopened_it_is_as_it_was_and_stays_open(scene: Scene, taken: int | None) -> None:
    (assignment,) = given(scene, internal(scene.pilot))
    JobAssignment.objects.update(sent_revision=taken, status=1 if taken else 0)
    Job.objects.update(end_date=date(2020, 1, 1))
    endings.complete(assignment, actor="test")
    endings.reopen(assignment, actor="test")
    assert status_of(assignment) == (1 if taken else 0)
    assert sweeping.complete_overdue(datetime(2026, 1, 1, tzinfo=UTC)) == 0


def test_what_was_not_sent_before_it_was_completed_is_sent_when_it_is_reopened(scene: Scene) -> None:
    (assignment,) = given(scene, satloc(scene.pilot))
    endings.complete(assignment, actor="test")
    engine.drain("job_sync", 5, "worker")
    assert upload_of(assignment).status == "cancelled"
    endings.reopen(assignment, actor="test")
    assert upload_of(assignment).status == "pending"
    assert upload_of(assignment).due_at
    assert JobAssignment.objects.get().needs_sync


@pytest.mark.parametrize(("state", "kind"), [(SyncStatus.GAVE_UP, "uploadGaveUp"), (SyncStatus.UNCONFIRMED, "uploadUnconfirmed")])
def test_a_completed_one_asks_nobody_about_its_upload_until_it_is_reopened(scene: Scene, state: SyncStatus, kind: str) -> None:
    (assignment,) = given(scene, satloc(scene.pilot))
    upload(state)
    attention.raise_once(kind, "assignment", assignment.pk, tenant_id=None, reason="r")
    endings.complete(assignment, actor="test")
    assert asked() == []
    endings.reopen(assignment, actor="test")
    assert (asked(), upload_of(assignment).status) == ([kind], state)
