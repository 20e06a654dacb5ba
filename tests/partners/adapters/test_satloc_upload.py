"""A job on its way to SatLoc Cloud: the form, the file in it, and what its answers mean."""

import json
from datetime import date
from email import message_from_bytes

import pytest
import responses

from partners.adapters.base import JobArea
from partners.adapters.errors import OutcomeUnknown, Rejected
from tests.support.partners import BASE_URL, KEPT, SQUARE, RememberingLedger, error_of, job, nothing, satloc

UPLOAD = f"{BASE_URL}/UploadJobData"
HOLE = [[-82.876, 40.833], [-82.874, 40.833], [-82.874, 40.836], [-82.876, 40.836], [-82.876, 40.833]]
FULL_JOB = {
    "areas": [JobArea("A", [SQUARE], 30.0), JobArea("B", [SQUARE], None)],
    "swath_width": 60.5,
    "us_units": True,
    "application_rate": 5.0,
    "start_date": date(2026, 5, 1),
    "end_date": date(2026, 5, 3),
    "priority": "high",
    "idempotency_key": "key-1",
    "custom_fields": {"crop": "maize", "estimatedDuration": 90},
}


@pytest.fixture
def cloud():
    with responses.RequestsMock(assert_all_requests_are_fired=False) as cloud:
        cloud.post(UPLOAD, json={"jobId": "77"})
        yield cloud


def sent_form(cloud):
    """The parts of the form that was sent, by name: (file name, content type, text)."""
    request = cloud.calls[-1].request
    message = message_from_bytes(b"Content-Type: " + request.headers["Content-Type"].encode() + b"\r\n\r\n" + request.body)
    parts = {}
    for part in message.get_payload():
        name = part.get_param("name", header="content-disposition")
        content_type = part.get_content_type() if part["Content-Type"] else None
        parts[name] = (part.get_filename(), content_type, part.get_payload(decode=True).decode())
    return parts


def test_sends_the_guides_form(cloud):
    satloc().upload_job(job(**FULL_JOB), nothing)
    form = sent_form(cloud)
    assert list(form) == ["userId", "aircraftId", "jobData", "metadata"]
    assert form["userId"] == (None, None, "user-1")
    assert form["aircraftId"] == (None, None, "aircraft-1")
    assert form["jobData"][:2] == ("agm_job_146.json", "application/json")
    assert form["metadata"][:2] == (None, None)


def test_sends_the_guides_json(cloud):
    satloc().upload_job(job(**FULL_JOB), nothing)
    form = sent_form(cloud)
    metadata = {
        "jobId": 146,
        "jobName": "North field",
        "missionType": "survey",
        "plannedDate": "2026-05-01",
        "priority": "high",
        "estimatedDuration": 90,
        "customFields": {"crop": "maize"},
    }
    assert json.loads(form["metadata"][2]) == metadata
    assert json.loads(form["jobData"][2]) == {
        "name": "North field",
        "areas": [
            {"name": "A", "coordinates": [SQUARE], "applicationRate": 30.0},
            {"name": "B", "coordinates": [SQUARE], "applicationRate": 5.0},
        ],
        "aircraft": {"swathWidth": 60.5, "measurementUnit": "imperial"},
        "schedule": {"startDate": "2026-05-01", "endDate": "2026-05-03"},
        "metadata": metadata,
    }


def test_what_is_not_known_is_null_and_never_made_up(cloud):
    satloc().upload_job(job(), nothing)
    document = json.loads(sent_form(cloud)["jobData"][2])
    assert document["aircraft"] == {"swathWidth": None, "measurementUnit": "metric"}
    assert document["schedule"] == {"startDate": None, "endDate": None}
    assert document["metadata"]["estimatedDuration"] is None
    assert "customFields" not in document["metadata"]


def test_an_area_rate_of_zero_is_not_the_job_s(cloud):
    satloc().upload_job(job(areas=[JobArea("A", [SQUARE], 0.0)], application_rate=5.0), nothing)
    assert json.loads(sent_form(cloud)["jobData"][2])["areas"][0]["applicationRate"] == 0.0


def test_an_exclusion_reaches_the_pilot_as_a_hole(cloud):
    satloc().upload_job(job(exclusions=[[HOLE]]), nothing)
    (area,) = json.loads(sent_form(cloud)["jobData"][2])["areas"]
    assert [len(ring) for ring in area["coordinates"]] == [5, 5]


def test_sends_the_idempotency_key_as_a_header(cloud):
    satloc().upload_job(job(idempotency_key="key-1"), nothing)
    assert cloud.calls[0].request.headers["Idempotency-Key"] == "key-1"
    satloc().upload_job(job(), nothing)
    assert "Idempotency-Key" not in cloud.calls[1].request.headers


def test_sends_another_format_where_the_partner_wants_it(cloud):
    satloc(upload_format="geojson").upload_job(job(application_rate=4.0), nothing)
    name, content_type, text = sent_form(cloud)["jobData"]
    assert (name, content_type) == ("agm_job_146.geojson", "application/geo+json")
    (feature,) = json.loads(text)["features"]
    assert feature["properties"] == {"name": "A", "applicationRate": 4.0}
    assert feature["geometry"] == {"type": "Polygon", "coordinates": [SQUARE]}


@pytest.mark.parametrize(
    ("changes", "endpoint", "words"),
    [
        ({}, {"upload_format": "shp"}, "upload format shp is none of: json, geojson"),
        ({}, {"max_upload_size": 100}, "maxFileSize"),
        ({"swath_width": float("nan")}, {}, "NaN"),
        ({"areas": []}, {}, "no area to treat"),
        ({"exclusions": [[SQUARE]]}, {}, "no area to treat"),
    ],
)
@pytest.mark.parametrize("kept", [KEPT, None])
def test_what_cannot_be_sent_is_rejected_before_anything_leaves(cloud, changes, endpoint, words, kept):
    ledger = RememberingLedger(kept)
    error = error_of(satloc(ledger=ledger, **endpoint).upload_job, job(**changes), lambda: pytest.fail("it left"))
    assert type(error) is Rejected
    assert words in error.message
    assert len(cloud.calls) == 0


ACCEPTED = [
    ({"json": {"jobId": "7"}}, "7"),
    ({"json": {"JobId": 7}}, "7"),
    ({"json": {"id": "7", "name": "x"}}, "7"),
    ({"json": {"Id": "a b"}}, "a b"),
    ({"json": "SL-7"}, "SL-7"),
    ({"body": "SL-7", "content_type": "text/plain"}, "SL-7"),
    ({"json": {"jobId": "7"}, "status": 201}, "7"),
    ({"json": {"IsSuccess": True, "Result": {"JobId": "7"}}}, "7"),
    ({"json": {"IsSuccess": True, "Result": "7"}}, "7"),
    ({"json": {"IsSuccess": True, "Result": None}}, None),
    ({"body": ""}, None),
    ({"body": "", "status": 204}, None),
    ({"json": None}, None),
    ({"json": {}}, None),
    ({"json": {"received": True}}, None),
]


@pytest.mark.parametrize(("reply", "job_id"), ACCEPTED)
def test_an_upload_is_accepted_with_or_without_an_id(cloud, reply, job_id):
    cloud.replace(responses.POST, UPLOAD, **reply)
    receipt = satloc().upload_job(job(), nothing)
    assert receipt.external_job_id == job_id
    assert receipt.metadata["dialect"] in ("bare", "envelope")


@pytest.mark.parametrize(
    "reply",
    [
        {"json": True},
        {"json": 12},
        {"json": []},
        {"json": ""},
        {"json": {"jobId": {"id": 1}}},
        {"json": {"jobId": "x" * 256}},
        {"json": {"jobId": "a\x00"}},
        {"json": {"error": "no space"}},
        {"body": "<html>Sign in</html>", "content_type": "text/html"},
        {"body": "Accepted", "content_type": "text/plain"},
        {"body": "nothing 1 see", "content_type": "text/plain"},
        {"json": {"IsSuccess": True, "Result": 5}},
    ],
)
def test_an_answer_that_nobody_knows_is_neither_yes_nor_no(cloud, reply):
    cloud.replace(responses.POST, UPLOAD, **reply)
    assert type(error_of(satloc().upload_job, job(), nothing)) is OutcomeUnknown


def test_keeps_what_the_partner_said_about_the_job(cloud):
    result = {"JobId": "7", "Status": "Accepted", "EstimatedCompletion": "2026-05-01T10:00:00Z", "Token": "no"}
    cloud.replace(responses.POST, UPLOAD, json={"IsSuccess": True, "Result": result})
    assert satloc().upload_job(job(), nothing).metadata == {
        "dialect": "envelope",
        "status": "Accepted",
        "estimatedCompletion": "2026-05-01T10:00:00Z",
    }


def test_a_whole_message_may_mean_another_error(cloud, monkeypatch):
    message = "Session expired"
    cloud.replace(responses.POST, UPLOAD, json={"IsSuccess": False, "ErrorMessage": message})
    adapter = satloc(ledger=RememberingLedger())
    monkeypatch.setattr(type(adapter.replies), "messages", {message: OutcomeUnknown})
    cloud.get(f"{BASE_URL}/AuthenticateAPIUser", json={"userId": "u", "companyId": "c"})
    assert type(error_of(adapter.upload_job, job(), nothing)) is OutcomeUnknown
    cloud.replace(responses.POST, UPLOAD, json={"IsSuccess": False, "ErrorMessage": f"{message} now"})
    assert type(error_of(adapter.upload_job, job(), nothing)) is Rejected
