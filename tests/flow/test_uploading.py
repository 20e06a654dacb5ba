"""Sending a job: what each answer of the partner, and its silence, makes of the upload."""

import json
from datetime import timedelta
from typing import Any

import pytest
import shapely

from assignments.models import JobAssignment, SyncOperation
from assignments.services import endings, outdating, uploads
from assignments.services.uploading import Upload
from tests.support.hub import LOGIN, WORKER, Hub
from work import claims, engine
from work.errors import Refused
from work.leases import Lease
from work.models import Attention, Event


def kinds_waiting() -> list[str]:
    return sorted(Attention.objects.filter(settled_at__isnull=True).values_list("kind", flat=True))


@pytest.mark.parametrize(
    ("fault", "options", "status", "uploads_there"),
    [
        ("status", {"status": 500}, "pending", 0),
        ("status", {"status": 503, "body": "html"}, "pending", 0),
        ("rate_limit", {"retryAfter": 2}, "pending", 0),
        ("status", {"status": 502, "accepted": True}, "unconfirmed", 1),
        ("status", {"status": 504, "body": "html"}, "unconfirmed", 0),
        ("reset_before", {}, "unconfirmed", 0),
        ("reset_after", {}, "unconfirmed", 1),
        ("late", {"seconds": 4}, "unconfirmed", 1),
        ("truncated", {}, "unconfirmed", 1),
        ("wrong_type", {"value": 42}, "unconfirmed", 1),
    ],
)
def test_every_answer_has_its_state(hub: Hub, fault: str, options: dict[str, object], status: str, uploads_there: int) -> None:
    hub.assign()
    hub.cloud.fault(fault, "UploadJobData", **options)
    hub.work("job_sync")
    upload = hub.upload()
    assert (upload.status, len(hub.cloud.uploads())) == (status, uploads_there), upload.error
    assert bool(upload.error)
    assert bool(upload.sent_at) == (status == "unconfirmed")
    assert (upload.due_at is None) == (status == "unconfirmed")


def test_an_unconfirmed_upload_is_never_sent_again_by_itself(hub: Hub) -> None:
    hub.assign()
    hub.cloud.fault("reset_after", "UploadJobData", times=1)
    for _ in range(3):
        hub.work("job_sync")
        hub.later(hours=2)
    assert len(hub.cloud.uploads()) == 1
    assert kinds_waiting() == ["uploadUnconfirmed"]


def test_a_person_confirms_with_the_partners_id(hub: Hub) -> None:
    assignment = hub.assign()
    hub.cloud.fault("reset_after", "UploadJobData", times=1)
    hub.work("job_sync")
    uploads.confirm(assignment, "b4ef", actor="user ann")
    assignment.refresh_from_db()
    assert (hub.upload().status, assignment.external_job_id, assignment.status, assignment.sent_revision) == (
        "synced",
        "b4ef",
        1,
        1,
    )
    assert kinds_waiting() == []


def test_resend_makes_a_second_attempt_with_another_key(hub: Hub) -> None:
    assignment = hub.assign()
    hub.cloud.fault("reset_before", "UploadJobData", times=1)
    hub.work("job_sync")
    first_key = hub.upload().idempotency_key
    uploads.resend(assignment, actor="user ann")
    hub.work("job_sync")
    assert (hub.upload().status, len(hub.cloud.uploads())) == ("synced", 1)
    assert hub.upload().idempotency_key != first_key


def test_the_partners_setting_sends_again_what_nobody_knows(hub: Hub) -> None:
    hub.partner.configuration["onUnknownOutcome"] = "resend"
    hub.partner.save()
    hub.assign()
    hub.cloud.fault("reset_before", "UploadJobData", times=1)
    hub.work("job_sync")
    assert hub.upload().status == "pending"
    hub.later(minutes=10)
    hub.work("job_sync")
    assert (hub.upload().status, len(hub.cloud.uploads())) == ("synced", 1)


def test_a_log_that_names_the_job_settles_the_upload(hub: Hub) -> None:
    assignment = hub.assign()
    hub.cloud.fault("reset_after", "UploadJobData", times=1)
    hub.work("job_sync")
    hub.cloud.add_log(LOGIN, hub.aircraft_id, 50, name=f"JOB{hub.job.number} N502AG.log")
    hub.later(minutes=1)
    for _ in range(3):
        hub.work()
    upload = hub.upload()
    assert upload.status == "synced", list(Event.objects.values_list("reason", flat=True))
    assignment.refresh_from_db()
    assert assignment.status == 1


def test_attempts_end_and_a_person_tries_again(hub: Hub) -> None:
    assignment = hub.assign(retryPolicy={"maxAttempts": 3})
    fault = hub.cloud.fault("status", "UploadJobData", status=500)
    for _ in range(5):
        hub.work("job_sync")
        hub.later(minutes=10)
    assert (hub.upload().status, hub.upload().attempts) == ("gave_up", 3)
    assert kinds_waiting() == ["uploadGaveUp"]
    hub.cloud.control("DELETE", f"faults/{fault}")
    uploads.retry(assignment, actor="user ann")
    hub.work("job_sync")
    assert hub.upload().status == "synced"
    assert kinds_waiting() == []


def lose_the_lease_when_it_leaves(hub: Hub, lease: Lease[SyncOperation]) -> None:
    original = lease.note

    def note(**fields: object) -> None:
        original(**fields)
        hub.later(minutes=10)
        engine.reap(lease.kind)

    lease.note = note  # type: ignore[method-assign]  # the lease runs out at the worst moment: right after sent_at


def test_a_partner_that_refuses_the_job_is_not_asked_again(hub: Hub) -> None:
    hub.aircraft.external_id = "nobody's"
    hub.aircraft.save()
    hub.assign()
    hub.work("job_sync")
    assert (hub.upload().status, hub.upload().error_code) == ("gave_up", "REJECTED")


def test_refused_credentials_use_no_attempt_and_new_ones_go_through_at_once(hub: Hub) -> None:
    hub.cloud.set_password(LOGIN, "changed")
    hub.assign()
    hub.work("job_sync")
    upload = hub.upload()
    assert (upload.status, upload.attempts, upload.error_code) == ("pending", 0, "AUTH_ERROR")
    assert kinds_waiting() == ["credentialsRejected"]
    calls = hub.cloud.calls()["AuthenticateAPIUser"]
    hub.later(minutes=10)
    hub.work("job_sync")
    assert hub.cloud.calls()["AuthenticateAPIUser"] == calls, "a paused account is called once an hour, not once a job"
    hub.set_password("changed")
    hub.work("job_sync")
    assert hub.upload().status == "synced"
    assert kinds_waiting() == []


def test_an_expired_sign_in_is_renewed_without_an_attempt_lost(hub: Hub) -> None:
    hub.cloud.change_account(LOGIN, dialect="envelope")
    assignment = hub.assign()
    hub.work("job_sync")
    uploads.resend(assignment, actor="user ann")
    hub.cloud.fault("refused_token", "UploadJobData", times=1)
    hub.work("job_sync")
    assert (hub.upload().status, hub.upload().attempts, len(hub.cloud.uploads())) == ("synced", 1, 2)


def test_cancelled_in_flight_it_ends_and_keeps_its_id(hub: Hub) -> None:
    assignment = hub.assign()
    kind = Upload()
    lease = claims.claim(kind, next(iter(claims.claimable(kind))), WORKER)
    assert lease
    endings.cancel(assignment, actor="user ann")
    assert (hub.upload().status, hub.upload().cancel_requested) == ("syncing", True)
    engine.run(lease)
    assignment.refresh_from_db()
    assert (hub.upload().status, assignment.status) == ("cancelled", 3)
    assert assignment.external_job_id == hub.cloud.uploads()[0]["jobId"]


@pytest.mark.parametrize(("sent", "state"), [(False, "pending"), (True, "unconfirmed")])
def test_a_vanished_worker_leaves_what_is_known(hub: Hub, sent: bool, state: str) -> None:
    hub.assign()
    kind = Upload()
    lease = claims.claim(kind, next(iter(claims.claimable(kind))), WORKER)
    assert lease
    if sent:
        lease.note(sent_at=lease.item.created_at)
    hub.later(minutes=10)
    engine.reap(kind)
    assert hub.upload().status == state


def test_a_late_success_settles_the_attempt_it_belongs_to(hub: Hub) -> None:
    hub.assign()
    kind = Upload()
    lease = claims.claim(kind, next(iter(claims.claimable(kind))), WORKER)
    assert lease
    lose_the_lease_when_it_leaves(hub, lease)
    kind.perform(lease)
    assert hub.upload().status == "synced"
    assert hub.upload().assignment.external_job_id == hub.cloud.uploads()[0]["jobId"]
    assert Event.objects.filter(name="late outcome").exists()


def test_an_external_id_that_is_held_is_asked_about_not_raised(hub: Hub) -> None:
    hub.assign()
    hub.cloud.fault("job_id", "UploadJobData", jobId="X1")
    hub.work("job_sync")
    hub.job = type(hub.job).objects.create(number=99, customer=hub.customer, spray_areas=hub.job.spray_areas)
    second = hub.assign()
    hub.work("job_sync")
    second.refresh_from_db()
    assert (second.status, second.external_job_id) == (1, "")
    assert kinds_waiting() == ["externalIdHeld"]


def test_partners_that_name_no_id_may_have_many_jobs_of_an_aircraft(hub: Hub) -> None:
    hub.cloud.change_account(LOGIN, uploadReply="empty")
    hub.assign()
    hub.job = type(hub.job).objects.create(number=99, customer=hub.customer, spray_areas=hub.job.spray_areas)
    hub.assign()
    hub.work("job_sync")
    assert set(JobAssignment.objects.values_list("external_job_id", "status")) == {("", 1)}
    assert (len(hub.cloud.uploads()), kinds_waiting()) == (2, [])


def test_an_exclusion_reaches_the_aircraft_as_a_hole(hub: Hub) -> None:
    pond = [[-83.097, 40.104], [-83.095, 40.104], [-83.095, 40.106], [-83.097, 40.106], [-83.097, 40.104]]
    feature = {"type": "Feature", "properties": {}, "geometry": {"type": "Polygon", "coordinates": [pond]}}
    type(hub.job).objects.update(excluded_areas={"type": "FeatureCollection", "features": [feature]})
    hub.assign()
    hub.work("job_sync")
    (area,) = job_file_of(hub.cloud.uploads()[0])["areas"]
    outer, hole = (shapely.Polygon(ring) for ring in area["coordinates"])
    assert hole.equals(shapely.Polygon(pond))
    assert outer.area > hole.area


def job_file_of(upload: dict[str, Any]) -> dict[str, Any]:
    content = next(part["text"] for part in upload["parts"] if part["name"] == "jobData")
    document: dict[str, Any] = json.loads(content)
    return document


def test_an_edited_job_is_outdated_until_it_is_sent_again(hub: Hub) -> None:
    assignment = hub.assign()
    hub.work("job_sync")
    first_id = hub.upload().assignment.external_job_id
    type(hub.job).objects.filter(pk=hub.job.pk).update(revision=2)
    hub.job.refresh_from_db()
    outdating.job_changed(hub.job, actor="user ann")
    assert kinds_waiting() == ["assignmentOutdated"]
    uploads.resend(assignment, actor="user ann")
    hub.work("job_sync")
    assignment.refresh_from_db()
    assert (assignment.sent_revision, assignment.earlier_external_job_ids) == (2, [first_id])
    assert kinds_waiting() == []


@pytest.mark.parametrize("action", [uploads.retry, uploads.resend])
def test_what_the_state_does_not_allow_is_refused_with_a_sentence(hub: Hub, action: object) -> None:
    assignment = hub.assign()
    hub.work("job_sync")
    endings.cancel(assignment, actor="user ann")
    with pytest.raises(Refused, match="cancelled"):
        action(assignment, actor="user ann")  # type: ignore[operator]


def test_the_request_leaves_only_while_the_lease_is_ours(hub: Hub) -> None:
    hub.assign()
    kind = Upload()
    lease = claims.claim(kind, next(iter(claims.claimable(kind))), WORKER)
    assert lease
    hub.later(minutes=10)
    engine.run(lease)
    assert hub.cloud.uploads() == []
    engine.reap(kind)
    hub.work("job_sync")
    assert (hub.upload().status, len(hub.cloud.uploads())) == ("synced", 1)


def test_a_pause_is_no_attempt(hub: Hub) -> None:
    hub.assign()
    type(hub.account).objects.filter(pk=hub.account.pk).update(paused_by_person=True)
    hub.work("job_sync")
    upload = hub.upload()
    assert (upload.status, upload.attempts, upload.error) == ("pending", 0, "")
    assert upload.due_at
    assert upload.due_at - upload.updated_at > timedelta(seconds=30)
    assert hub.cloud.calls() == {}
