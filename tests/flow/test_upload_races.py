"""Sending a job while people and other workers do something about the same job."""

from collections.abc import Callable

import pytest

from assignments.models import JobAssignment, SyncOperation
from assignments.partner_config import PartnerConfig
from assignments.services import endings, uploads
from assignments.services.assigning import AssignRequest, assign
from assignments.services.destinations import Asked
from assignments.services.uploading import Upload
from tests.support.hub import WORKER, Hub
from tests.support.together import in_thread, somebody_waits_for_a_lock
from tests.support.waiting import wait_for
from work import claims, engine
from work.errors import Refused
from work.leases import Lease
from work.models import Attention, Event


def waiting() -> list[str]:
    return sorted(Attention.objects.filter(settled_at__isnull=True).values_list("kind", flat=True))


def claimed() -> Lease[SyncOperation]:
    kind = Upload()
    lease = claims.claim(kind, next(iter(claims.claimable(kind))), WORKER)
    assert lease
    return lease


def vanish(hub: Hub, _: Lease[SyncOperation]) -> None:
    hub.later(minutes=10)
    engine.reap(Upload())


def stop(_: Hub, lease: Lease[SyncOperation]) -> None:
    lease.end(lease.kind.released(SyncOperation.objects.get()))


def pause(hub: Hub, lease: Lease[SyncOperation]) -> None:
    lease.item.assignment.system_user.paused_by_person = True  # type: ignore[union-attr]  # it goes through an account
    engine.run(lease)
    hub.later(minutes=10)


@pytest.mark.parametrize("interrupt", [vanish, stop, pause])
def test_what_was_cancelled_in_flight_is_not_sent_by_the_next_worker(
    hub: Hub, interrupt: Callable[[Hub, Lease[SyncOperation]], None]
) -> None:
    assignment = hub.assign()
    lease = claimed()
    endings.cancel(assignment, actor="user ann")
    interrupt(hub, lease)
    hub.work("job_sync")
    assert (hub.upload().status, hub.cloud.uploads()) == ("cancelled", [])


def test_what_was_cancelled_after_it_left_asks_nobody_what_became_of_it(hub: Hub) -> None:
    assignment = hub.assign()
    lease = claimed()
    lease.note(sent_at=lease.item.created_at)
    endings.cancel(assignment, actor="user ann")
    vanish(hub, lease)
    assert (hub.upload().status, waiting()) == ("cancelled", [])
    assert Event.objects.get(to_state="cancelled", from_state="syncing").reason.startswith("the partner may have this job")


def test_a_job_that_arrives_after_it_was_cancelled_is_told_to_the_pilot(hub: Hub) -> None:
    assignment = hub.assign()
    lease = claimed()
    endings.cancel(assignment, actor="user ann")
    engine.run(lease)
    assert hub.upload().status == "cancelled"
    assert Event.objects.get(name="left at partner").reason.startswith("the partner has this job")


def test_a_completed_assignment_is_not_sent_any_more(hub: Hub) -> None:
    assignment = hub.assign()
    endings.complete(assignment, actor="user ann")
    hub.work("job_sync")
    assert (hub.upload().status, hub.cloud.uploads()) == ("cancelled", [])


@pytest.mark.parametrize(("action", "fault"), [(uploads.resend, None), (uploads.retry, "status")])
def test_an_ended_assignment_is_reopened_before_it_is_sent_again(
    hub: Hub, action: Callable[..., None], fault: str | None
) -> None:
    assignment = hub.assign(retryPolicy={"maxAttempts": 1})
    if fault:
        hub.cloud.fault(fault, "UploadJobData", status=500)
    hub.work("job_sync")
    endings.complete(assignment, actor="user ann")
    with pytest.raises(Refused, match="reopen"):
        action(assignment, actor="user ann")


def test_an_id_that_comes_after_a_person_sent_again_still_matches(hub: Hub) -> None:
    assignment = hub.assign()
    lease = claimed()
    original = lease.note

    def note(**fields: object) -> None:
        original(**fields)
        vanish(hub, lease)
        uploads.resend(assignment, actor="user ann")

    lease.note = note  # type: ignore[method-assign]  # the worst moment: right after sent_at
    lease.kind.perform(lease)
    hub.work("job_sync")
    assignment.refresh_from_db()
    first, second = (upload["jobId"] for upload in hub.cloud.uploads())
    assert (assignment.external_job_id, assignment.earlier_external_job_ids) == (second, [first])


def test_sending_again_by_setting_ends_in_doubt_and_never_forgets_it(hub: Hub) -> None:
    hub.partner.configuration["onUnknownOutcome"] = "resend"
    hub.partner.save()
    hub.assign(retryPolicy={"maxAttempts": 2})
    hub.cloud.fault("reset_after", "UploadJobData")
    hub.work("job_sync")
    assert (hub.upload().status, hub.upload().sent_at is not None) == ("pending", True)
    hub.later(minutes=10)
    hub.work("job_sync")
    assert (hub.upload().status, waiting()) == ("unconfirmed", ["uploadUnconfirmed"])


def test_cancelling_what_may_be_there_is_on_record_also_while_it_waits(hub: Hub) -> None:
    hub.partner.configuration["onUnknownOutcome"] = "resend"
    hub.partner.save()
    assignment = hub.assign()
    hub.cloud.fault("reset_after", "UploadJobData")
    hub.work("job_sync")
    endings.cancel(assignment, actor="user ann")
    assert Event.objects.filter(name="left at partner").exists()


def test_a_person_settles_an_id_that_two_assignments_were_given(hub: Hub) -> None:
    hub.assign()
    hub.cloud.fault("job_id", "UploadJobData", jobId="X1", times=2)
    hub.work("job_sync")
    hub.job = type(hub.job).objects.create(number=99, customer=hub.customer, spray_areas=hub.job.spray_areas)
    second = hub.assign()
    hub.work("job_sync")
    assert waiting() == ["externalIdHeld"]
    uploads.confirm(second, "X1", actor="user ann")
    assert waiting() == ["externalIdHeld"]
    uploads.confirm(second, "X2", actor="user ann")
    second.refresh_from_db()
    assert (second.external_job_id, waiting()) == ("X2", [])


def test_cancelling_at_the_moment_of_acceptance_waits_instead_of_deadlocking(hub: Hub) -> None:
    assignment = hub.assign()
    lease = claimed()
    original = lease.settle

    def settle(target: str, **fields: object) -> bool:
        settled = original(target, **fields)  # type: ignore[arg-type]  # columns of any kind
        other.start()
        wait_for(somebody_waits_for_a_lock, "a cancellation that waits")
        return settled

    lease.settle = settle  # type: ignore[method-assign]  # the worst moment: the upload is settled, its id not yet written
    with in_thread(lambda: endings.cancel(JobAssignment.objects.get(), actor="user ann")) as other:
        lease.kind.perform(lease)
    assignment.refresh_from_db()
    assert (hub.upload().status, assignment.status) == ("cancelled", 3)
    assert assignment.external_job_id == hub.cloud.uploads()[0]["jobId"]


def sentences() -> list[str]:
    """What people were told about jobs left at the partner, from the beginning on."""
    rows = Event.objects.filter(name="left at partner").order_by("id")
    return [event.reason.partition(",")[0] for event in rows]


def test_taken_back_before_it_was_sent_again_the_earlier_revision_is_on_record(hub: Hub) -> None:
    assignment = hub.assign()
    hub.work("job_sync")
    uploads.resend(assignment, actor="user ann")
    endings.cancel(assignment, actor="user ann")
    assert (hub.upload().status, sentences()) == ("cancelled", ["the partner has this job"])


def test_taken_back_while_it_is_sent_again_in_vain_the_earlier_revision_is_on_record(hub: Hub) -> None:
    assignment = hub.assign()
    hub.work("job_sync")
    uploads.resend(assignment, actor="user ann")
    lease = claimed()
    endings.cancel(assignment, actor="user ann")
    hub.cloud.fault("status", "UploadJobData", status=500)
    engine.run(lease)
    assert (hub.upload().status, sentences()) == ("cancelled", ["the partner has this job"])


def test_what_may_have_arrived_long_ago_does_not_go_elsewhere_unseen(hub: Hub) -> None:
    assignment = hub.assign(retryPolicy={"maxAttempts": 1})
    hub.cloud.fault("reset_after", "UploadJobData", times=1)
    hub.work("job_sync")
    uploads.resend(assignment, actor="user ann")
    hub.cloud.fault("status", "UploadJobData", status=500)
    hub.work("job_sync")
    assert hub.upload().status == "gave_up"
    asked = Asked(str(hub.pilot.pk), "satloc", PartnerConfig(aircraft_id="N999"))
    made = assign(hub.job, AssignRequest((asked,)), hub.pilot).assigned[0].assignment
    assignment.refresh_from_db()
    assert (made.pk == assignment.pk, assignment.status, sentences()) == (False, 3, ["the partner may have this job"])


def test_what_the_partner_answered_that_it_did_not_take_goes_elsewhere_in_its_place(hub: Hub) -> None:
    assignment = hub.assign(retryPolicy={"maxAttempts": 1})
    hub.cloud.fault("status", "UploadJobData", status=500)
    hub.work("job_sync")
    asked = Asked(str(hub.pilot.pk), "satloc", PartnerConfig(aircraft_id="N999"))
    made = assign(hub.job, AssignRequest((asked,)), hub.pilot).assigned[0].assignment
    assert (made.pk, sentences(), hub.upload().status, hub.upload().attempts) == (assignment.pk, [], "pending", 0)
