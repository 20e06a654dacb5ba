"""`POST /api/jobs/{number}/assign`, word for word as the API contract has it."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from accounts.states import Role
from assignments.models import JobAssignment, SyncOperation
from assignments.states import DownloadOption
from tests.assignments.conftest import Scene
from tests.support.api import as_user, complaints
from tests.support.scene import a_customer, a_job, a_user


def satloc(user: User | str, **config: Any) -> dict[str, Any]:
    uid = user if isinstance(user, str) else str(user.pk)
    return {"uid": uid, "partnerType": "satloc", "partnerConfig": {"aircraftId": "N1", **config}}


def press(scene: Scene, *as_users: Any, by: User | None = None, **fields: Any) -> Any:
    body = {"jobId": scene.job.number, "dlOp": {"type": 0}, "asUsers": list(as_users), **fields}
    return as_user(by or scene.office).post(f"/api/jobs/{scene.job.number}/assign", body)


def test_the_answer_has_the_contracts_shape(scene: Scene) -> None:
    response = press(scene, satloc(scene.pilot), {"uid": str(scene.office.pk)}, {"uid": "nobody", "partnerType": "satloc"})
    assert response.status_code == 200, response.content
    answer = response.json()
    upload = SyncOperation.objects.get()
    mine, internal = answer["assignments"]
    assert mine == {
        "assignmentId": str(upload.assignment_id),
        "userId": str(scene.pilot.pk),
        "partnerType": "satloc",
        "status": "assigned",
        "syncStatus": "queued",
        "syncJobId": str(upload.pk),
    }
    assert (internal["partnerType"], internal["syncStatus"], "syncJobId" in internal) == ("internal", "synced", False)
    assert [(error["userId"], error["partnerType"], error["code"]) for error in answer["errors"]] == [
        ("nobody", "satloc", "unknownUser")
    ]
    assert set(answer["errors"][0]) == {"userId", "partnerType", "code", "error"}


def test_the_summary_counts_all_that_were_asked_for(scene: Scene) -> None:
    answer = press(scene, satloc(scene.pilot), {"uid": str(scene.office.pk)}, {"uid": "nobody"}).json()
    assert answer["ok"] is True
    assert answer["summary"] == {
        "totalAssignments": 3,
        "successfulAssignments": 2,
        "failedAssignments": 1,
        "partnerAssignments": 1,
        "internalAssignments": 1,
    }


def test_a_request_in_which_all_fail_is_carried_out(scene: Scene) -> None:
    response = press(scene, {"uid": "nobody"})
    assert (response.status_code, response.json()["ok"]) == (200, True)
    assert response.json()["summary"]["failedAssignments"] == 1


@pytest.mark.parametrize("end", ["", "/"])
def test_the_address_is_served_with_and_without_its_slash(scene: Scene, end: str) -> None:
    body = {"jobId": scene.job.number, "dlOp": {"type": 3}, "asUsers": []}
    response = as_user(scene.office).post(f"/api/jobs/{scene.job.number}/assign{end}", body)
    assert response.status_code == 200
    scene.job.refresh_from_db()
    assert scene.job.dl_op_type == DownloadOption.GEOJSON


MALFORMED: list[tuple[dict[str, Any], str, str]] = [
    ({"asUsers": [{"uid": "x", "partnerConfig": {"pollInterval": 1}}]}, "asUsers[0].partnerConfig.pollInterval", "minValue"),
    (
        {"asUsers": [{"uid": "x"}, {"uid": "y", "partnerConfig": {"retryPolicy": {"maxAttempts": 11}}}]},
        "asUsers[1].partnerConfig.retryPolicy.maxAttempts",
        "maxValue",
    ),
    ({"asUsers": [{"uid": "x", "partnerConfig": {"speed": 1}}]}, "asUsers[0].partnerConfig.speed", "unknownField"),
    ({"asUsers": [{"uid": "x", "partnerConfig": [1]}]}, "asUsers[0].partnerConfig", "invalid"),
    ({"asUsers": [{"uid": "x", "aircraft": "N1"}]}, "asUsers[0].aircraft", "unknownField"),
    ({"asUsers": [{"uid": ""}]}, "asUsers[0].uid", "blank"),
    ({"asUsers": [{}]}, "asUsers[0].uid", "required"),
    ({"asUsers": ["x"]}, "asUsers[0]", "invalid"),
    ({"asUsers": {"uid": "x"}}, "asUsers", "notAList"),
    ({"asUsers": None}, "asUsers", "null"),
    ({"avUsers": [{"uid": None}]}, "avUsers[0].uid", "null"),
    ({"dlOp": {"type": 5}}, "dlOp.type", "invalidChoice"),
    ({"dlOp": {"type": 1, "zoom": 2}}, "dlOp.zoom", "unknownField"),
    ({"jobId": 1}, "jobId", "otherJob"),
    ({"jobId": True}, "jobId", "invalid"),
    ({"users": []}, "users", "unknownField"),
]


@pytest.mark.parametrize(("wrong", "field", "code"), MALFORMED)
def test_a_malformed_body_names_the_culprit_and_changes_nothing(
    scene: Scene, wrong: dict[str, Any], field: str, code: str
) -> None:
    press(scene, satloc(scene.pilot))
    before = list(JobAssignment.objects.values())
    response = press(scene, **wrong)
    assert (response.status_code, complaints(response)) == (400, {field: code})
    assert list(JobAssignment.objects.values()) == before


def test_a_body_without_as_users_removes_nobody(scene: Scene) -> None:
    press(scene, satloc(scene.pilot))
    client = as_user(scene.office)
    response = client.post(f"/api/jobs/{scene.job.number}/assign", {"jobId": scene.job.number})
    assert complaints(response) == {"asUsers": "required"}
    assert JobAssignment.objects.get().status == 0


def test_the_shortest_poll_interval_is_told(scene: Scene) -> None:
    response = press(scene, satloc(scene.pilot, pollInterval=14_999))
    assert "15000" in response.json()["detail"]


def test_users_of_the_second_list_lose_it(scene: Scene) -> None:
    made = press(scene, satloc(scene.pilot)).json()["assignments"][0]
    answer = press(scene, avUsers=[{"uid": str(scene.pilot.pk)}]).json()
    assert (answer["assignments"], answer["errors"], answer["summary"]["totalAssignments"]) == ([], [], 0)
    assert JobAssignment.objects.get(pk=made["assignmentId"]).status == 3


def test_somebody_elses_job_is_not_found_whatever_the_body(scene: Scene) -> None:
    stranger = a_user(a_customer("rival"), Role.CUSTOMER)
    assert press(scene, satloc(scene.pilot), by=stranger).status_code == 404
    assert press(scene, {"no": "sense"}, by=stranger).status_code == 404


@pytest.mark.parametrize("number", ["0", "-1", "abc", "99999999999999999999999", "9223372036854775808", "1.5"])
def test_a_number_that_is_no_job_is_not_found(scene: Scene, number: str) -> None:
    assert as_user(scene.office).post(f"/api/jobs/{number}/assign", {"asUsers": []}).status_code == 404


def test_users_and_accounts_of_others_read_like_none(scene: Scene) -> None:
    rival = a_customer("rival")
    stranger = a_user(rival)
    answer = press(scene, satloc(stranger), satloc("nobody")).json()
    alike = {(error["code"], error["error"].replace(error["userId"], "")) for error in answer["errors"]}
    assert len(alike) == 1


def test_a_pilot_may_not_assign(scene: Scene) -> None:
    assert press(scene, satloc(scene.pilot), by=scene.pilot).status_code == 404
    press(scene, satloc(scene.pilot))
    assert press(scene, by=scene.pilot).status_code == 403
    assert JobAssignment.objects.get().status == 0


def test_ops_may_assign_any_job_to_its_own_customers_users(scene: Scene) -> None:
    ops = a_user(None)
    answer = press(scene, satloc(scene.pilot), satloc(a_user(a_customer("rival"))), by=ops).json()
    assert (len(answer["assignments"]), answer["errors"][0]["code"]) == (1, "unknownUser")


def test_nobody_is_let_in_without_signing_in(scene: Scene) -> None:
    response = APIClient().post(f"/api/jobs/{scene.job.number}/assign", {"asUsers": []})
    assert response.status_code == 401


def test_other_methods_are_refused(scene: Scene) -> None:
    assert as_user(scene.office).get(f"/api/jobs/{scene.job.number}/assign").status_code == 405


def test_a_closed_job_is_a_conflict(scene: Scene) -> None:
    type(scene.job).objects.update(status="closed")
    response = press(scene, satloc(scene.pilot))
    assert (response.status_code, complaints(response)) == (409, {"": "jobClosed"})


def test_the_same_key_assigns_once_and_gets_the_same_answer(scene: Scene) -> None:
    client, url = as_user(scene.office), f"/api/jobs/{scene.job.number}/assign"
    body = {"jobId": scene.job.number, "asUsers": [satloc(scene.pilot)], "avUsers": [{"uid": str(scene.pilot.pk)}]}
    answers = [client.post(url, body, headers={"Idempotency-Key": "press-1"}).json() for _ in range(2)]
    assert answers[0] == answers[1]
    assert JobAssignment.objects.count() == 1


def test_jobs_of_one_customer_do_not_touch_each_other(scene: Scene) -> None:
    press(scene, satloc(scene.pilot))
    other = a_job(scene.customer)
    as_user(scene.office).post(f"/api/jobs/{other.number}/assign", {"asUsers": []})
    assert JobAssignment.objects.get().status == 0


@pytest.mark.parametrize("depth", [60, 65, 300, 900, 5000])
def test_a_body_nested_too_deeply_is_refused_not_broken_by(scene: Scene, depth: int) -> None:
    deep = '{"a":' * depth + "1" + "}" * depth
    asked = f'[{{"uid": "{scene.pilot.pk}", "partnerConfig": {{"customFields": {deep}}}}}]'
    client, url = as_user(scene.office), f"/api/jobs/{scene.job.number}/assign"
    response = client.generic("POST", url, f'{{"asUsers": {asked}}}', content_type="application/json")
    assert response.status_code == (200 if depth == 60 else 400)
