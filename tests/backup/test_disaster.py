"""All is lost while work is under way. After a restore nothing that the backup held is lost, and nothing is sent twice."""

import hashlib
from collections import Counter
from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from agmission_partners.backup import manifest
from assignments.models import JobAssignment, SyncOperation
from assignments.services import endings, uploads
from assignments.services.uploading import Upload
from flightdata import store
from flightdata.models import ApplicationFile, Interpretation
from tests.support.disaster import all_rows, destroy_everything
from tests.support.hub import LOGIN, WORKER, Hub
from work import claims
from work.kinds import all_kinds
from work.models import Attention, Event

pytestmark = pytest.mark.thorough

BackUp = Callable[[], Path]


def assign_job(hub: Hub, number: int) -> JobAssignment:
    hub.job = type(hub.job).objects.create(number=number, customer=hub.customer, spray_areas=hub.job.spray_areas)
    return hub.assign()


def claim_upload(hub: Hub, number: int, *, sent: bool) -> None:
    """A worker has it in hand at the moment of the backup."""
    assign_job(hub, number)
    kind = Upload()
    lease = claims.claim(kind, next(iter(claims.claimable(kind))), WORKER)
    assert lease
    if sent:
        lease.note(sent_at=lease.item.created_at)


def restore(folder: Path) -> str:
    said = StringIO()
    call_command("restore", str(folder), "--verify", stdout=said)
    return said.getvalue()


def status_by_job() -> dict[int, str]:
    return dict(SyncOperation.objects.values_list("assignment__job_id", "status"))


def sent_by_job(hub: Hub) -> Counter[int]:
    return Counter(int(upload["jobNumber"]) for upload in hub.cloud.uploads())


def work_on(hub: Hub) -> None:
    for _ in range(3):
        hub.later(minutes=10)
        hub.work()


def test_every_row_and_every_file_comes_back(flown: Hub, back_up: BackUp) -> None:
    before, folder = all_rows(), back_up()
    destroy_everything()
    assert not ApplicationFile.objects.exists()
    said = restore(folder)
    changed = {table for table, rows in all_rows().items() if not rows >= before[table]}
    assert changed <= {"work_slot", "work_beattick", "work_workerheartbeat", "assignments_polltarget"}
    assert {table: len(rows) for table, rows in before.items()} == manifest.read(folder).tables
    assert "files re-hashed, and every count is equal" in said
    file = ApplicationFile.objects.get()
    assert hashlib.sha256(store.path_of(file.storage_key).read_bytes()).hexdigest() == file.sha256
    assert store.track_path(Interpretation.objects.get().track_key).is_file()
    assert Event.objects.filter(name="restored", data__unconfirmed=0).exists()


def test_what_was_sent_after_the_backup_is_not_sent_again(flown: Hub, back_up: BackUp) -> None:
    first = flown.job.number
    claim_upload(flown, 101, sent=True)
    claim_upload(flown, 102, sent=False)
    assign_job(flown, 103)
    folder = back_up()
    flown.cloud.settings(flightDelay=9999)  # no log comes that would settle it
    flown.work("job_sync")
    assert sent_by_job(flown) == Counter([first, 103])
    destroy_everything()
    restore(folder)
    assert status_by_job() == {first: "synced", 101: "unconfirmed", 102: "unconfirmed", 103: "unconfirmed"}
    assert not any(kind.model._default_manager.filter(lease_token__isnull=False).exists() for kind in all_kinds())
    work_on(flown)
    assert sent_by_job(flown) == Counter([first, 103])
    assert Attention.objects.filter(kind="uploadUnconfirmed", settled_at=None, reason__contains="backup").count() == 2


def test_the_restored_hub_goes_on_to_the_end(flown: Hub, back_up: BackUp) -> None:
    first = flown.job.number
    claim_upload(flown, 101, sent=False)
    assign_job(flown, 102)
    folder = back_up()
    flown.work("job_sync")
    there = {int(one["jobNumber"]): one["jobId"] for one in flown.cloud.uploads()}
    destroy_everything()
    restore(folder)
    for waiting in JobAssignment.objects.filter(operations__status="unconfirmed"):
        if waiting.job_id in there:
            uploads.confirm(waiting, there[waiting.job_id], actor="user ann")
        else:
            uploads.resend(waiting, actor="user ann")
    work_on(flown)
    flown.cloud.wait_for_logs(3)
    work_on(flown)
    assert status_by_job() == {first: "synced", 101: "synced", 102: "synced"}
    assert sent_by_job(flown) == Counter([first, 101, 102])
    files = Counter(ApplicationFile.objects.values_list("sha256", flat=True))
    assert files == Counter(hashlib.sha256(flown.cloud.log_content(LOGIN, log["id"])).hexdigest() for log in flown.cloud.logs())


def test_a_log_that_names_the_job_settles_what_was_sent_after_the_backup(hub: Hub, back_up: BackUp) -> None:
    assignment = hub.assign()
    folder = back_up()
    hub.work("job_sync")
    destroy_everything()
    restore(folder)
    hub.cloud.add_log(LOGIN, hub.aircraft_id, 50, name=f"JOB{hub.job.number} N502AG.log")
    work_on(hub)
    assignment.refresh_from_db()
    assert (hub.upload().status, assignment.status, assignment.sent_revision) == ("synced", 1, 1)
    assert len(hub.cloud.uploads()) == 1


@pytest.mark.parametrize("status", ["gave_up", "cancelled", "resend"])
def test_what_gave_up_is_doubted_and_what_may_be_sent_twice_or_never_is_not(hub: Hub, back_up: BackUp, status: str) -> None:
    assignment = hub.assign()
    if status == "resend":
        hub.partner.configuration["onUnknownOutcome"] = "resend"
        hub.partner.save()
    elif status == "gave_up":
        hub.cloud.fault("status", "UploadJobData", status=400, times=1)
        hub.work("job_sync")
        assert hub.upload().status == "gave_up"
    else:
        endings.cancel(assignment, actor="user ann")
    folder = back_up()
    destroy_everything()
    restore(folder)
    assert hub.upload().status == {"gave_up": "unconfirmed", "cancelled": "cancelled", "resend": "pending"}[status]
    waiting = Attention.objects.filter(settled_at=None).values_list("kind", flat=True)
    assert list(waiting) == (["uploadUnconfirmed"] if status == "gave_up" else [])
