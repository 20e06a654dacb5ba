"""A job that no cloud carries, by the API alone: given to a pilot, taken along, flown, carried in, measured, completed."""

import json
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponseBase
from rest_framework.test import APIClient

from accounts.states import Role
from tests.support.api import as_user
from tests.support.samples import OHIO_FIELD, OHIO_LOG
from tests.support.scene import a_customer, a_user
from work import engine, kinds

NUMBER = 4711
OHIO_HECTARES = 33.97


def body(response: HttpResponseBase, status: int) -> Any:
    assert response.status_code == status, response.content  # type: ignore[attr-defined]
    return response.json()  # type: ignore[attr-defined]


def work_through() -> None:
    while sum(engine.drain(queue, 50, "test worker") for queue in kinds.queues()):
        pass


def plan(office: APIClient) -> None:
    today = date.today()  # noqa: DTZ011  # a calendar date, far enough from its ends
    job = {
        "number": NUMBER,
        "name": "Ohio, by hand",
        "sprayAreas": json.loads(OHIO_FIELD.read_text()),
        "swathWidth": 18.288,
        "measureUnit": False,
        "startDate": str(today - timedelta(days=5)),
        "endDate": str(today + timedelta(days=5)),
    }
    body(office.post("/api/v1/jobs/", job, format="json"), 201)


def assign(office: APIClient, pilot_id: str) -> str:
    asked = {"jobId": NUMBER, "dlOp": {"type": 3}, "asUsers": [{"uid": pilot_id, "partnerType": "internal"}]}
    answer = body(office.post(f"/api/jobs/{NUMBER}/assign", asked, format="json"), 200)
    assert (answer["ok"], answer["summary"]["internalAssignments"], answer["errors"]) == (True, 1, [])
    return str(answer["assignments"][0]["assignmentId"])


@pytest.mark.django_db
def test_a_job_flown_with_a_file_is_followed_to_its_end() -> None:
    customer = a_customer()
    office, pilot = a_user(customer, Role.CUSTOMER), a_user(customer)
    client, cockpit = as_user(office), as_user(pilot)
    plan(client)
    assignment = f"/api/v1/assignments/{assign(client, str(pilot.pk))}/"
    assert (body(client.get(assignment), 200)["status"], body(client.get(assignment), 200)["needsSync"]) == (0, False)

    taken = body(cockpit.get(f"/api/v1/jobs/{NUMBER}/file"), 200)
    assert taken["type"] == "FeatureCollection"
    assert body(client.get(assignment), 200)["status"] == 1

    log = SimpleUploadedFile("ohio.csv", OHIO_LOG.read_bytes())
    carried = body(client.post("/api/v1/applications/", {"file": log, "jobNumber": NUMBER}, format="multipart"), 201)
    work_through()

    application = f"/api/v1/applications/{carried['id']}/"
    read = body(client.get(application), 200)
    assert (read["status"], read["counts"]["records"], read["jobNumber"]) == (2, 10_133, NUMBER)
    assert body(client.get(f"{application}records/"), 200)["results"][0]["sprayStat"] is not None
    assert abs(body(client.get(f"/api/v1/jobs/{NUMBER}/coverage/"), 200)["union"] - OHIO_HECTARES) < OHIO_HECTARES / 100

    body(client.post(f"{assignment}complete/", {}, format="json"), 200)
    assert body(client.get(assignment), 200)["status"] == 2
