"""`applications/`: files carried in, and who sees what was made of them."""

import hashlib
from dataclasses import replace
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from accounts.models import User
from accounts.states import Role
from flightdata.models import Application, ApplicationFile, JobFlight
from flightdata.services import matching
from flightdata.states import ApplicationStatus
from partners.models import PartnerMembership
from tests.assignments.conftest import Scene
from tests.flightdata.conftest import LOG, TakeIn, parse_all
from tests.support.api import as_user, complaints
from tests.support.samples import OHIO_LOG
from tests.support.scene import a_customer, a_job, a_user

URL = "/api/v1/applications/"
FIELDS = (
    "id logId customerId fileName fileSize status processingStage error errorCode partnerType aircraftId externalJobId "
    "originalData partnerMetadata parser counts flights jobNumber assignmentId coverage coverageReason startedAt endedAt "
    "createdAt updatedAt"
)


@pytest.fixture
def client(scene: Scene, take_in: TakeIn) -> APIClient:
    """The office's, with a store of its own."""
    return as_user(scene.office)


def carry(client: APIClient, content: bytes = LOG, name: str = "short.log", headers: Any = None, **fields: Any) -> Any:
    body = {"file": SimpleUploadedFile(name, content), **fields}
    return client.post(URL, body, format="multipart", headers=headers)


def ids(response: Any) -> list[str]:
    assert response.status_code == 200, response.content
    return [row["id"] for row in response.json()["results"]]


def test_a_file_is_kept_at_once_and_read_soon(client: APIClient, scene: Scene) -> None:
    response = carry(client)
    assert response.status_code == 201, response.content
    row = response.json()
    assert " ".join(row) == FIELDS
    assert (row["status"], row["processingStage"], row["parser"], row["counts"]) == (0, "received", None, None)
    assert row["originalData"] == {"format": None, "encoding": None, "checksum": hashlib.sha256(LOG).hexdigest()}
    assert (row["fileName"], row["fileSize"], row["logId"], row["customerId"]) == (
        "short.log",
        len(LOG),
        None,
        str(scene.customer.pk),
    )


def test_a_file_that_was_read_shows_what_it_is(client: APIClient) -> None:
    made = carry(client).json()
    parse_all()
    row = client.get(f"{URL}{made['id']}/").json()
    assert (row["status"], row["error"]) == (2, None)
    assert row["counts"] == {"lines": 7, "records": 4, "rejects": 1, "comments": 2, "flagged": 2}
    assert (row["parser"]["name"], row["originalData"]["format"]) == ("satloc-text", "satloc-text")
    assert (row["startedAt"], row["endedAt"]) == ("2026-05-01T10:00:00Z", "2026-05-01T10:00:04.250000Z")
    assert (row["coverage"], row["coverageReason"]) == (None, "noJob")
    assert (row["flights"], row["jobNumber"], row["assignmentId"]) == ([], None, None)


def test_the_same_bytes_again_are_the_first_one(client: APIClient) -> None:
    first, again = carry(client), carry(client, name="copy.log")
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json()["id"] == first.json()["id"]
    assert again.json()["fileName"] == "short.log"
    assert Application.objects.count() == ApplicationFile.objects.count() == 1


def test_another_customers_same_bytes_are_its_own(client: APIClient) -> None:
    rival = as_user(a_user(a_customer("rival"), Role.CUSTOMER))
    assert (carry(client).status_code, carry(rival).status_code) == (201, 201)
    assert ids(client.get(URL)) != ids(rival.get(URL))


def test_the_senders_word_goes_with_the_file(client: APIClient, scene: Scene) -> None:
    fields = {"jobNumber": scene.job.number, "partnerType": "satloc", "aircraftId": "N7", "format": "satloc-text"}
    row = carry(client, **fields).json()
    assert (row["jobNumber"], row["partnerType"], row["aircraftId"]) == (scene.job.number, "satloc", "N7")
    (flight,) = row["flights"]
    assert set(flight) == {"jobNumber", "assignmentId", "score", "reasons", "decidedBy", "coverage", "coverageReason"}
    assert (flight["decidedBy"], flight["score"]) == ("person", None)


def test_ops_say_whose_file_it_is(client: APIClient, scene: Scene) -> None:
    ops = as_user(a_user(None))
    assert complaints(carry(ops)) == {"customerId": "required"}
    assert carry(ops, customerId=str(scene.customer.pk)).status_code == 201
    assert carry(ops, b"# other\n", jobNumber=scene.job.number).json()["customerId"] == str(scene.customer.pk)
    foreign = a_job(a_customer("rival"))
    assert complaints(carry(ops, customerId=str(scene.customer.pk), jobNumber=foreign.number)) == {"jobNumber": "notFound"}


def test_somebody_elses_customer_or_job_reads_like_none(client: APIClient) -> None:
    rival = a_customer("rival")
    foreign = a_job(rival)
    for field, theirs, nothing in (
        ("customerId", rival.pk, "01890000-0000-7000-8000-000000000000"),
        ("jobNumber", foreign.number, "999999999"),
    ):
        first, second = carry(client, **{field: str(theirs)}), carry(client, **{field: nothing})
        assert first.status_code == second.status_code
        assert first.json()["errors"] == second.json()["errors"]
    assert not Application.objects.exists()


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"partnerType": "zeppelin"}, "partnerType"),
        ({"format": "dbase"}, "format"),
        ({"jobNumber": "abc"}, "jobNumber"),
        ({"colour": "red"}, "colour"),
        ({"aircraftId": ["N1", "N2"]}, "aircraftId"),
        ({"file": [SimpleUploadedFile("a.log", LOG), SimpleUploadedFile("b.log", LOG)]}, "file"),
        ({"aircraftId": "x" * 101}, "aircraftId"),
    ],
)
def test_a_form_that_makes_no_sense_keeps_nothing(client: APIClient, fields: dict[str, Any], field: str) -> None:
    response = carry(client, **fields)
    assert set(complaints(response)) == {field}
    assert not Application.objects.exists()


def test_a_form_without_its_file_is_refused(client: APIClient) -> None:
    assert complaints(client.post(URL, {"aircraftId": "x"}, format="multipart")) == {"file": "required"}
    assert complaints(client.post(URL, {"file": "text"}, format="multipart")) == {"file": "invalid"}
    assert client.post(URL, {"file": "text"}, format="json").status_code == 415


def test_a_file_longer_than_allowed_is_refused_and_leaves_nothing(client: APIClient, settings: Any) -> None:
    settings.HUB = replace(settings.HUB, max_log_size=len(LOG) - 1)
    response = carry(client)
    assert (response.status_code, complaints(response)) == (413, {"": "tooLarge"})
    assert not Application.objects.exists()
    assert list((settings.HUB.data_dir / "spool").glob("*")) == []
    settings.HUB = replace(settings.HUB, max_log_size=len(LOG))
    assert carry(client).status_code == 201


def test_a_body_that_says_it_is_too_long_is_not_read(client: APIClient, settings: Any) -> None:
    settings.HUB = replace(settings.HUB, max_log_size=10)
    assert carry(client, b"x" * 3_000_000).status_code == 413


def test_the_size_is_bounded_also_where_the_csrf_check_reads_the_body_first(scene: Scene, take_in: TakeIn, settings: Any) -> None:
    settings.HUB = replace(settings.HUB, max_log_size=10)
    strict = APIClient(enforce_csrf_checks=True)
    strict.force_login(scene.office)
    strict.cookies["csrftoken"] = "a" * 32
    assert carry(strict).status_code == 413


def test_an_empty_file_is_kept_and_quarantined(client: APIClient) -> None:
    made = carry(client, b"")
    assert made.status_code == 201
    parse_all()
    row = client.get(f"{URL}{made.json()['id']}/").json()
    assert (row["status"], row["errorCode"]) == (3, "EMPTY")


def test_bytes_that_are_no_text_are_kept_and_quarantined(client: APIClient) -> None:
    made = carry(client, bytes(range(256)) * 8).json()
    parse_all()
    row = client.get(f"{URL}{made['id']}/").json()
    assert (row["status"], row["errorCode"]) == (3, "NOT_TEXT")
    assert complaints(client.get(f"{URL}{made['id']}/records/")) == {"": "notParsed"}
    assert b"".join(client.get(f"{URL}{made['id']}/download").streaming_content) == bytes(range(256)) * 8


def test_the_same_key_gets_the_same_answer(client: APIClient) -> None:
    key = {"Idempotency-Key": "stick-1"}
    first, again = carry(client, headers=key), carry(client, headers=key)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert carry(client, b"# other\n", headers=key).status_code == 422


def test_a_person_says_which_jobs_it_belongs_to(client: APIClient, scene: Scene) -> None:
    made, other = carry(client).json(), a_job(scene.customer)
    parse_all()
    url = f"{URL}{made['id']}/match/"
    both = client.post(url, {"jobNumbers": [scene.job.number, other.number, other.number]}).json()
    assert [flight["jobNumber"] for flight in both["flights"]] == [scene.job.number, other.number]
    assert both["jobNumber"] is None
    assert client.post(url, {"jobNumbers": [other.number]}).json()["jobNumber"] == other.number
    assert client.post(url, {"jobNumbers": []}).json()["flights"] == []


@pytest.mark.parametrize("whose", ["rival's", "nobody's"])
def test_a_job_of_somebody_else_is_none_to_match(client: APIClient, whose: str) -> None:
    number = a_job(a_customer("rival")).number if whose == "rival's" else 99_999_999
    made = carry(client).json()
    response = client.post(f"{URL}{made['id']}/match/", {"jobNumbers": [number]})
    assert complaints(response) == {"jobNumbers[0]": "notFound"}
    assert not JobFlight.objects.exists()


def test_ops_cannot_mix_customers(client: APIClient) -> None:
    made = carry(client).json()
    response = as_user(a_user(None)).post(f"{URL}{made['id']}/match/", {"jobNumbers": [a_job(a_customer("rival")).number]})
    assert (response.status_code, complaints(response)) == (409, {"": "foreignJob"})


@pytest.mark.parametrize(
    ("body", "status"),
    [({}, 400), ({"jobNumbers": 7}, 400), ({"jobNumbers": None}, 400), ({"jobNumbers": [True]}, 400), ({"jobs": []}, 400)],
)
def test_a_match_that_makes_no_sense_is_refused(client: APIClient, body: dict[str, Any], status: int) -> None:
    made = carry(client).json()
    assert client.post(f"{URL}{made['id']}/match/", body).status_code == status


def test_a_file_is_read_again_on_request(client: APIClient) -> None:
    made = carry(client).json()
    assert complaints(client.post(f"{URL}{made['id']}/reparse/")) == {"": "notReparseable"}
    parse_all()
    again = client.post(f"{URL}{made['id']}/reparse/").json()
    assert (again["status"], again["counts"]["records"]) == (0, 4)
    parse_all()
    assert client.get(f"{URL}{made['id']}/").json()["status"] == 2


def test_filters_narrow_the_list(client: APIClient, scene: Scene, take_in: TakeIn) -> None:
    first = take_in(scene.customer, partner_type="satloc", aircraft_id="N1")
    second = take_in(scene.customer, b"", file_name="empty.log")
    matching.set_jobs(first, [scene.job], user=scene.office)
    for query, found in (
        ({"status": 2}, [first]),
        ({"status": 3}, [second]),
        ({"status": 0}, []),
        ({"jobNumber": scene.job.number}, [first]),
        ({"customerId": scene.customer.pk}, [second, first]),
        ({"partnerType": "satloc"}, [first]),
        ({"aircraftId": "N1"}, [first]),
    ):
        assert ids(client.get(URL, query)) == [str(one.pk) for one in found], query
    assert set(complaints(client.get(URL, {"status": 4}))) == {"status"}


@pytest.mark.parametrize("state", list(ApplicationStatus))
def test_states_are_the_guides_numbers(client: APIClient, scene: Scene, take_in: TakeIn, state: ApplicationStatus) -> None:
    made = take_in(scene.customer, parse=False)
    leased = {"lease_token": made.pk, "lease_expires_at": "2999-01-01T00:00Z"} if state == "parsing" else {}
    Application.objects.update(status=state, **leased)
    expected = {"stored": 0, "parsing": 1, "parsed": 2, "quarantined": 3}[state]
    assert client.get(f"{URL}{made.pk}/").json()["status"] == expected


@pytest.mark.parametrize("rows", [1, 12])
def test_a_list_costs_the_same_however_long_it_is(client: APIClient, scene: Scene, take_in: TakeIn, rows: int) -> None:
    for number in range(rows):
        matching.set_jobs(take_in(scene.customer, LOG + b"#%d\n" % number), [scene.job], user=scene.office)
    with CaptureQueriesContext(connection) as queries:
        assert len(ids(client.get(URL))) == rows
    # session, user with customer, the page of applications with files, their readings, their flights with assignments
    assert len(queries) == 5, "\n".join(query["sql"] for query in queries)


ACTIONS = ["", "records/", "rejects/", "track.geojson", "download"]


@pytest.mark.parametrize("action", [*ACTIONS, "match/", "reparse/"])
def test_a_file_of_somebody_else_is_not_found(scene: Scene, take_in: TakeIn, action: str) -> None:
    made = take_in(scene.customer)
    partner = User.objects.create_user("satloc-login", role=Role.PARTNER)
    PartnerMembership.objects.create(user=partner, partner=scene.partner)
    for stranger in (a_user(a_customer("rival"), Role.CUSTOMER), scene.pilot, partner):
        client = as_user(stranger)
        assert client.get(f"{URL}{made.pk}/{action}").status_code == 404
        assert client.post(f"{URL}{made.pk}/{action}", {"jobNumbers": "?"}).status_code == 404


def test_pilots_and_partners_have_no_files(scene: Scene, take_in: TakeIn) -> None:
    for role in (scene.pilot, User.objects.create_user("satloc-login", role=Role.PARTNER)):
        assert as_user(role).get(URL).status_code == 403
        assert carry(as_user(role)).status_code == 403


def test_a_real_flight_is_read_to_its_last_line(client: APIClient) -> None:
    made = carry(client, OHIO_LOG.read_bytes(), "flightlog.csv").json()
    parse_all()
    counts = client.get(f"{URL}{made['id']}/").json()["counts"]
    lines = OHIO_LOG.read_bytes().count(b"\n")
    assert (counts["lines"], counts["records"], counts["rejects"]) == (lines, lines - 1, 0)
