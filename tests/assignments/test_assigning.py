from collections.abc import Callable

import pytest

from accounts.models import User
from assignments.models import JobAssignment, SyncOperation
from assignments.partner_config import PartnerConfig
from assignments.services.assigning import AssignRequest, AssignResult, assign
from assignments.services.destinations import Asked
from assignments.services.endings import complete
from assignments.states import AssignmentStatus, DownloadOption, SyncStatus
from partners.models import Aircraft
from tests.assignments.conftest import Scene
from tests.support.scene import a_customer, a_user
from work import history
from work.models import Event

NEW, SENT, COMPLETED, CANCELLED = AssignmentStatus


def satloc(user: User | str, aircraft: str = "N1", **config: object) -> Asked:
    uid = user if isinstance(user, str) else str(user.pk)
    return Asked(uid, "satloc", PartnerConfig.from_wire({"aircraftId": aircraft, **config}))


def internal(user: User) -> Asked:
    return Asked(str(user.pk))


def press(scene: Scene, *asked: Asked, leave: tuple[User, ...] = ()) -> AssignResult:
    scene.job.refresh_from_db()
    request = AssignRequest(asked, tuple(str(user.pk) for user in leave))
    return assign(scene.job, request, scene.office)


def the_only(result: AssignResult) -> JobAssignment:
    assert result.refused == []
    (one,) = result.assigned
    return one.assignment


def sent(assignment: JobAssignment) -> None:
    """As after a good upload."""
    JobAssignment.objects.filter(pk=assignment.pk).update(status=SENT, sent_revision=1, external_job_id=f"x-{assignment.pk}")
    uploads = SyncOperation.objects.filter(assignment=assignment)
    uploads.update(status=SyncStatus.SYNCED, due_at=None, rank_at=None)


def state_of(assignment: JobAssignment) -> AssignmentStatus:
    return AssignmentStatus(JobAssignment.objects.get(pk=assignment.pk).status)


def codes(result: AssignResult) -> list[str]:
    return [refusal.code for refusal in result.refused]


def test_a_pilot_gets_the_job_with_nothing_to_send(scene: Scene) -> None:
    result = press(scene, internal(scene.pilot))
    assert result.assigned[0].synced
    assert the_only(result).partner_type == "internal"
    assert not SyncOperation.objects.exists()


def test_an_aircraft_gets_the_job_by_an_upload_that_is_due(scene: Scene) -> None:
    result = press(scene, satloc(scene.pilot, priority="high"))
    upload = SyncOperation.objects.get()
    assert result.assigned[0].upload == upload
    assert not result.assigned[0].synced
    assert (upload.status, upload.priority, upload.share_key) == (SyncStatus.PENDING, "high", scene.account.pk)
    assert upload.due_at is not None


def test_an_aircraft_named_for_the_first_time_gets_an_unseen_row_once(scene: Scene) -> None:
    press(scene, satloc(scene.pilot), satloc(scene.office))
    aircraft = Aircraft.objects.get()
    assert (aircraft.external_id, aircraft.listed_at) == ("N1", None)


def test_a_user_is_found_by_legacy_id(scene: Scene) -> None:
    pilot = a_user(scene.customer, legacy_id="5f3a9c")
    assert the_only(press(scene, Asked("5f3a9c"))).user == pilot


def test_the_download_option_is_the_jobs_from_then_on(scene: Scene) -> None:
    assign(scene.job, AssignRequest((internal(scene.pilot),), dl_op_type=DownloadOption.SHP), scene.office)
    scene.job.refresh_from_db()
    assert scene.job.dl_op_type == DownloadOption.SHP


def test_the_same_again_keeps_id_upload_and_history(scene: Scene) -> None:
    first = the_only(press(scene, satloc(scene.pilot)))
    events = list(Event.objects.values_list("pk", flat=True))
    assert the_only(press(scene, satloc(scene.pilot))).pk == first.pk
    assert list(Event.objects.values_list("pk", flat=True)) == events
    assert SyncOperation.objects.count() == 1


def test_an_open_one_changes_in_its_place(scene: Scene) -> None:
    first = the_only(press(scene, satloc(scene.pilot)))
    again = the_only(press(scene, satloc(scene.pilot, pollInterval=20_000, priority="low")))
    assert again.pk == first.pk
    assert again.partner_config["pollInterval"] == 20_000
    assert SyncOperation.objects.get().priority == "low"
    assert "changed" in history.of("assignment", first.pk).values_list("name", flat=True)


def test_an_open_one_moves_to_another_aircraft_with_its_upload(scene: Scene) -> None:
    first = the_only(press(scene, satloc(scene.pilot)))
    again = the_only(press(scene, satloc(scene.pilot, "N2")))
    assert again.pk == first.pk
    assert Aircraft.objects.get(pk=JobAssignment.objects.get().aircraft_id).external_id == "N2"
    assert SyncOperation.objects.get().status == SyncStatus.PENDING


def test_an_upload_that_gave_up_is_tried_at_the_new_aircraft(scene: Scene) -> None:
    press(scene, satloc(scene.pilot))
    SyncOperation.objects.update(status=SyncStatus.GAVE_UP, due_at=None, rank_at=None, attempts=5, error="no such aircraft")
    press(scene, satloc(scene.pilot, "N2"))
    upload = SyncOperation.objects.get()
    assert (upload.status, upload.attempts, upload.error) == (SyncStatus.PENDING, 0, "")


def test_an_open_one_goes_from_pilot_to_aircraft_and_back(scene: Scene) -> None:
    first = the_only(press(scene, internal(scene.pilot)))
    assert the_only(press(scene, satloc(scene.pilot))).pk == first.pk
    assert SyncOperation.objects.get().status == SyncStatus.PENDING
    assert the_only(press(scene, internal(scene.pilot))).pk == first.pk
    assert SyncOperation.objects.get().status == SyncStatus.CANCELLED
    third = press(scene, satloc(scene.pilot))
    assert third.assigned[0].upload is not None
    assert third.assigned[0].upload.status == SyncStatus.PENDING


def test_what_the_partner_may_have_is_cancelled_not_moved(scene: Scene) -> None:
    first = the_only(press(scene, satloc(scene.pilot)))
    SyncOperation.objects.update(status=SyncStatus.UNCONFIRMED, due_at=None, rank_at=None)
    again = the_only(press(scene, satloc(scene.pilot, "N2")))
    assert again.pk != first.pk
    assert state_of(first) == CANCELLED
    assert SyncOperation.objects.get(assignment=again).status == SyncStatus.PENDING


def test_one_under_way_is_kept_untouched(scene: Scene) -> None:
    first = the_only(press(scene, satloc(scene.pilot)))
    sent(first)
    before = JobAssignment.objects.values().get()
    result = press(scene, satloc(scene.pilot, "N2", pollInterval=20_000))
    assert the_only(result).pk == first.pk
    assert result.assigned[0].synced
    assert JobAssignment.objects.values().get() == before


@pytest.mark.parametrize("finish", [sent, lambda one: complete(one, actor="test")])
def test_users_in_neither_list_keep_what_is_under_way(scene: Scene, finish: Callable[[JobAssignment], None]) -> None:
    first = the_only(press(scene, satloc(scene.pilot)))
    finish(first)
    kept = state_of(first)
    press(scene, internal(scene.office))
    assert state_of(first) == kept


def test_users_in_neither_list_lose_what_is_open(scene: Scene) -> None:
    first = the_only(press(scene, satloc(scene.pilot)))
    press(scene, internal(scene.office))
    assert state_of(first) == CANCELLED
    assert SyncOperation.objects.get().status == SyncStatus.CANCELLED


def test_an_empty_list_removes_all_open_ones(scene: Scene) -> None:
    press(scene, satloc(scene.pilot), internal(scene.office))
    assert press(scene).assigned == []
    assert set(JobAssignment.objects.values_list("status", flat=True)) == {CANCELLED}


def test_users_to_leave_lose_also_what_was_sent_and_that_is_recorded(scene: Scene) -> None:
    first = the_only(press(scene, satloc(scene.pilot)))
    sent(first)
    press(scene, leave=(scene.pilot,))
    assert state_of(first) == CANCELLED
    assert "left at partner" in history.of("assignment", first.pk).values_list("name", flat=True)


def test_users_to_leave_keep_what_is_completed(scene: Scene) -> None:
    first = the_only(press(scene, satloc(scene.pilot)))
    complete(first, actor="test")
    press(scene, leave=(scene.pilot,))
    assert state_of(first) == COMPLETED


def test_an_upload_in_flight_is_asked_to_end_cancelled(scene: Scene) -> None:
    press(scene, satloc(scene.pilot))
    upload = SyncOperation.objects.get()
    SyncOperation.objects.update(
        status=SyncStatus.SYNCING, lease_token=upload.pk, lease_expires_at=upload.created_at, due_at=None, rank_at=None
    )
    press(scene, leave=(scene.pilot,))
    upload.refresh_from_db()
    assert (upload.status, upload.cancel_requested) == (SyncStatus.SYNCING, True)


def test_a_user_in_both_lists_gets_it_anew(scene: Scene) -> None:
    first = the_only(press(scene, satloc(scene.pilot)))
    sent(first)
    again = the_only(press(scene, satloc(scene.pilot), leave=(scene.pilot,)))
    assert again.pk != first.pk
    assert (state_of(first), state_of(again)) == (CANCELLED, NEW)


def test_a_user_twice_counts_once_and_is_named(scene: Scene) -> None:
    result = press(scene, satloc(scene.pilot), satloc(scene.pilot, "N2"), internal(scene.office))
    assert [refusal.uid for refusal in result.refused] == [str(scene.pilot.pk)]
    assert codes(result) == ["userTwice"]
    assert (result.asked, len(result.assigned)) == (3, 2)


def test_a_user_twice_by_id_and_legacy_id_counts_once(scene: Scene) -> None:
    pilot = a_user(scene.customer, legacy_id="5f3a9d")
    result = press(scene, internal(pilot), Asked("5f3a9d"))
    assert (codes(result), len(result.assigned)) == (["userTwice"], 1)


def test_unknown_users_and_those_of_others_look_alike(scene: Scene) -> None:
    stranger = a_user(a_customer("rival"))
    ops = a_user(None)
    result = press(scene, internal(stranger), internal(ops), Asked("nobody"), Asked(str(scene.job.number)), internal(scene.pilot))
    assert codes(result) == ["unknownUser"] * 4
    assert len(result.assigned) == 1


def test_users_to_leave_that_nobody_knows_are_named(scene: Scene) -> None:
    stranger = a_user(a_customer("rival"))
    assert codes(press(scene, leave=(stranger, scene.pilot, scene.pilot))) == ["unknownUser", "userTwice"]


def test_a_deactivated_user_gets_nothing_and_loses_nothing(scene: Scene) -> None:
    first = the_only(press(scene, internal(scene.pilot)))
    User.objects.filter(pk=scene.pilot.pk).update(is_active=False)
    assert codes(press(scene, internal(scene.pilot))) == ["userInactive"]
    assert state_of(first) == NEW
