"""What people may do with one assignment over REST."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from assignments.models import JobAssignment, PollTarget, SyncOperation
from assignments.services.assigning import AssignRequest, assign
from assignments.states import SyncStatus
from tests.assignments.conftest import Scene
from tests.assignments.test_assigning import internal, satloc, sent
from tests.support.api import as_user, complaints
from work.clock import now


@pytest.fixture
def assignment(scene: Scene) -> JobAssignment:
    return assign(scene.job, AssignRequest((satloc(scene.pilot),)), scene.office).assigned[0].assignment


@pytest.fixture
def client(scene: Scene) -> APIClient:
    return as_user(scene.office)


def url(assignment: JobAssignment, action: str = "") -> str:
    return f"/api/v1/assignments/{assignment.pk}/{action}"


def upload(status: SyncStatus, **fields: Any) -> None:
    SyncOperation.objects.update(status=status, due_at=None, rank_at=None, **fields)


def words(response: Any) -> tuple[int, str]:
    assert response.status_code == 200, response.content
    row = response.json()
    return row["status"], row["syncState"]["jobUpload"]["status"]


def test_an_upload_that_gave_up_is_retried(client: APIClient, assignment: JobAssignment) -> None:
    upload(SyncStatus.GAVE_UP, error_code="REJECTED", attempts=5)
    assert words(client.post(url(assignment, "retry/"))) == (0, "pending")


def test_an_unconfirmed_upload_is_confirmed_with_its_id(client: APIClient, assignment: JobAssignment) -> None:
    upload(SyncStatus.UNCONFIRMED, idempotency_key=assignment.pk, revision=1)
    response = client.post(url(assignment, "confirm/"), {"externalJobId": "77"})
    assert words(response) == (1, "synced")
    assert response.json()["externalJobId"] == "77"


@pytest.mark.parametrize("action", ["confirm/", "resend/"])
def test_a_refusal_calls_the_upload_by_its_word(client: APIClient, assignment: JobAssignment, action: str) -> None:
    upload(SyncStatus.GAVE_UP)
    response = client.post(url(assignment, action))
    assert response.status_code == 409
    assert response.json()["detail"].startswith("the upload is gaveUp")


@pytest.mark.parametrize("body", [{}, {"externalJobId": None}, {"externalJobId": ""}])
def test_an_unconfirmed_upload_is_confirmed_without_one(
    client: APIClient, assignment: JobAssignment, body: dict[str, Any]
) -> None:
    upload(SyncStatus.UNCONFIRMED, idempotency_key=assignment.pk, revision=1)
    assert words(client.post(url(assignment, "confirm/"), body)) == (1, "synced")


@pytest.mark.parametrize("given", ["x" * 201, "7\x007", ["7"]])
def test_an_id_that_cannot_be_kept_is_refused(client: APIClient, assignment: JobAssignment, given: object) -> None:
    upload(SyncStatus.UNCONFIRMED)
    response = client.post(url(assignment, "confirm/"), {"externalJobId": given})
    assert set(complaints(response)) == {"externalJobId"}


@pytest.mark.parametrize("status", [SyncStatus.SYNCED, SyncStatus.UNCONFIRMED])
def test_a_job_is_sent_again(client: APIClient, assignment: JobAssignment, status: SyncStatus) -> None:
    upload(status)
    assert words(client.post(url(assignment, "resend/")))[1] == "pending"


def test_an_edited_job_shows_as_outdated_until_sent_again(scene: Scene, client: APIClient, assignment: JobAssignment) -> None:
    sent(assignment)
    type(scene.job).objects.update(revision=2)
    row = client.get(url(assignment)).json()
    assert (row["outdated"], row["sentRevision"]) == (True, 1)


def test_cancelled_is_final(client: APIClient, assignment: JobAssignment) -> None:
    assert words(client.post(url(assignment, "cancel/"))) == (3, "cancelled")
    assert words(client.post(url(assignment, "cancel/"))) == (3, "cancelled")
    for action in ("retry", "poll", "confirm", "resend", "complete", "reopen"):
        assert client.post(url(assignment, f"{action}/")).status_code == 409, action


def test_completed_is_reopened_by_a_person(client: APIClient, assignment: JobAssignment) -> None:
    sent(assignment)
    assert words(client.post(url(assignment, "complete/")))[0] == 2
    assert client.get(url(assignment)).json()["syncState"]["dataPolling"]["status"] == "synced"
    assert complaints(client.post(url(assignment, "cancel/"))) == {"": "assignmentEnded"}
    assert words(client.post(url(assignment, "reopen/")))[0] == 1
    assert complaints(client.post(url(assignment, "reopen/"))) == {"": "notCompleted"}


def test_poll_makes_the_listing_due(client: APIClient, assignment: JobAssignment) -> None:
    assert client.post(url(assignment, "poll/")).status_code == 200
    target = PollTarget.objects.get()
    assert target.due_at is not None
    assert target.due_at <= now()


@pytest.mark.parametrize("action", ["retry", "poll", "confirm", "resend"])
def test_an_internal_assignment_has_nothing_to_send_or_list(scene: Scene, client: APIClient, action: str) -> None:
    made = assign(scene.job, AssignRequest((internal(scene.pilot),)), scene.office).assigned[0].assignment
    assert client.post(url(made, f"{action}/")).status_code == 409


@pytest.mark.parametrize("action", ["retry", "cancel", "poll", "resend", "complete", "reopen"])
def test_a_body_where_none_is_read_is_refused(client: APIClient, assignment: JobAssignment, action: str) -> None:
    assert complaints(client.post(url(assignment, f"{action}/"), {"force": True})) == {"force": "unknownField"}


def test_actions_are_posts(client: APIClient, assignment: JobAssignment) -> None:
    assert client.get(url(assignment, "cancel/")).status_code == 405
    assert client.put(url(assignment), {}).status_code == 405
    assert client.delete(url(assignment)).status_code == 405
    assert client.post("/api/v1/assignments/", {}).status_code == 405


def test_a_patch_changes_what_it_names_and_nothing_else(client: APIClient, assignment: JobAssignment) -> None:
    before = client.get(url(assignment)).json()["partnerConfig"]
    patch = {"pollInterval": 20_000, "retryPolicy": {"maxAttempts": 2}, "customFields": {"tank": 3}}
    after = client.patch(url(assignment), {"partnerConfig": patch}).json()["partnerConfig"]
    assert after == {
        **before,
        **patch,
        "retryPolicy": {**before["retryPolicy"], "maxAttempts": 2},
    }
    gone = client.patch(url(assignment), {"partnerConfig": {"pollInterval": None}}).json()["partnerConfig"]
    assert gone["pollInterval"] == 60_000


def test_a_shorter_interval_takes_effect_before_the_longer_one_has_passed(client: APIClient, assignment: JobAssignment) -> None:
    client.post(url(assignment, "poll/"))
    SyncOperation.objects.update(first_tried_at=now())
    PollTarget.objects.update(due_at="2999-01-01T00:00Z", rank_at="2999-01-01T00:00Z")
    client.patch(url(assignment), {"partnerConfig": {"pollInterval": 20_000}})
    due_at = PollTarget.objects.get().due_at
    assert due_at is not None
    assert 0 < (due_at - now()).total_seconds() <= 20


@pytest.mark.parametrize(
    ("body", "field", "code"),
    [
        ({"partnerConfig": {"pollInterval": 1}}, "partnerConfig.pollInterval", "minValue"),
        ({"partnerConfig": {"retryPolicy": {"jitter": "no"}}}, "partnerConfig.retryPolicy.jitter", "invalid"),
        ({"partnerConfig": {"aircraftId": "N2"}}, "partnerConfig.aircraftId", "assignAnew"),
        ({"partnerConfig": {"aircraftId": None}}, "partnerConfig.aircraftId", "assignAnew"),
        ({"partnerConfig": {"systemUserId": "7"}}, "partnerConfig.systemUserId", "assignAnew"),
        ({"partnerConfig": None}, "partnerConfig", "null"),
        ({"partnerMetadata": {"upload": {"jobId": "mine"}}}, "partnerMetadata.upload", "readOnly"),
        ({"partnerMetadata": ["x"]}, "partnerMetadata", "notAnObject"),
        ({"partnerMetadata": {"x": "\x00"}}, "partnerMetadata", "unstorable"),
        ({"aircraftId": "N2"}, "aircraftId", "fixed"),
        ({"userId": None}, "userId", "fixed"),
        ({"status": 2}, "status", "fixed"),
        ({"colour": "red"}, "colour", "unknownField"),
    ],
)
def test_a_patch_that_makes_no_sense_changes_nothing(
    client: APIClient, assignment: JobAssignment, body: dict[str, Any], field: str, code: str
) -> None:
    response = client.patch(url(assignment), body)
    assert (response.status_code, complaints(response)) == (400, {field: code})
    row = JobAssignment.objects.get()
    assert (row.partner_config, row.partner_metadata) == (assignment.partner_config, {})


def test_an_assignment_as_it_was_read_can_be_sent_back(client: APIClient, assignment: JobAssignment) -> None:
    read = client.get(url(assignment)).json()
    changed = {"syncState": {}, "metrics": {}, "updatedAt": "2000-01-01T00:00:00Z", "externalJobId": "mine"}
    response = client.patch(url(assignment), read | changed)
    assert (response.status_code, response.json()["partnerConfig"]) == (200, read["partnerConfig"])


def test_the_customers_own_fields_are_merged_beside_the_partners(client: APIClient, assignment: JobAssignment) -> None:
    JobAssignment.objects.update(upload_metadata={"jobId": "77"})
    client.patch(url(assignment), {"partnerMetadata": {"crop": "corn", "tank": 3}})
    shown = client.patch(url(assignment), {"partnerMetadata": {"tank": None, "upload": {"jobId": "77"}}}).json()
    assert shown["partnerMetadata"] == {"crop": "corn", "upload": {"jobId": "77"}}
    assert JobAssignment.objects.get().partner_metadata == {"crop": "corn"}


def test_a_change_made_on_an_older_state_is_refused(client: APIClient, assignment: JobAssignment) -> None:
    tag = client.get(url(assignment))["ETag"]
    assert client.patch(url(assignment), {"partnerMetadata": {"a": 1}}, headers={"If-Match": tag}).status_code == 200
    late = client.patch(url(assignment), {"partnerMetadata": {"a": 2}}, headers={"If-Match": tag})
    assert late.status_code == 412


def test_the_machine_does_not_spoil_a_clients_change(client: APIClient, assignment: JobAssignment) -> None:
    tag = client.get(url(assignment))["ETag"]
    sent(assignment)
    assert client.patch(url(assignment), {"partnerMetadata": {"a": 1}}, headers={"If-Match": tag}).status_code == 200


def test_events_tell_the_history_of_assignment_and_upload(client: APIClient, assignment: JobAssignment) -> None:
    upload(SyncStatus.GAVE_UP)
    client.post(url(assignment, "retry/"))
    client.post(url(assignment, "cancel/"))
    page = client.get(url(assignment, "events/"), {"pageSize": 2}).json()
    newest = page["results"]
    while page["next"]:
        page = client.get(page["next"]).json()
        newest += page["results"]
    assert {"assigned", "moved"} <= {event["name"] for event in newest}
    assert [event["id"] for event in newest] == sorted((event["id"] for event in newest), reverse=True)
    moves = [(event["fromState"], event["toState"]) for event in newest if event["name"] == "moved"]
    assert moves == [("pending", "cancelled"), ("0", "3"), ("gaveUp", "pending")]
    assert all(event["actor"].startswith("user ") for event in newest)


def test_an_event_names_what_was_changed_as_the_wire_does(client: APIClient, scene: Scene, assignment: JobAssignment) -> None:
    assign(scene.job, AssignRequest((satloc(scene.pilot, "N2"),)), scene.office)
    events = client.get(url(assignment, "events/"), {"pageSize": 100}).json()["results"]
    changed = [event["data"]["fields"] for event in events if event["name"] == "changed"]
    assert changed == [["aircraftId", "partnerConfig"]]


def test_events_of_others_are_not_among_them(scene: Scene, client: APIClient, assignment: JobAssignment) -> None:
    other = assign(scene.job, AssignRequest((satloc(scene.pilot), satloc(scene.office))), scene.office).assigned[1].assignment
    shown = client.get(url(other, "events/")).json()["results"]
    assert {(event["objectType"], event["objectId"]) for event in shown} == {("assignment", str(other.pk))}
