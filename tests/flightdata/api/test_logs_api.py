"""`logs/`: what a partner listed, what became of it, and its bytes."""

import hashlib
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from accounts.states import Role
from flightdata.api.raw_bytes import safe_name
from flightdata.models import Application, PartnerLog
from flightdata.services import matching
from flightdata.states import ApplicationStatus, LogStatus
from partners.models import PartnerMembership
from tests.assignments.conftest import Scene
from tests.flightdata.conftest import LOG, a_log
from tests.support.api import as_user, complaints
from tests.support.scene import a_customer, a_job, a_user

URL = "/api/v1/logs/"
FIELDS = (
    "id partnerSystemUserId customerId aircraftId externalLogId logFileName status size sha256 version attempts error "
    "errorCode discoveredAt storedAt parsedAt applicationId jobNumbers createdAt updatedAt"
)
Download = Callable[..., PartnerLog]


def ids(response: Any) -> list[str]:
    assert response.status_code == 200, response.content
    return [row["id"] for row in response.json()["results"]]


def body_of(response: Any) -> bytes:
    return b"".join(response.streaming_content)


@pytest.fixture
def partner_login(scene: Scene) -> User:
    user = User.objects.create_user("satloc-login", role=Role.PARTNER)
    PartnerMembership.objects.create(user=user, partner=scene.partner)
    return user


def test_a_parsed_log_has_the_contracts_fields(scene: Scene, download: Download) -> None:
    log = download(scene)
    application = Application.objects.get()
    matching.set_jobs(application, [scene.job], user=scene.office)
    row = as_user(scene.office).get(f"{URL}{log.pk}/").json()
    assert " ".join(row) == FIELDS
    assert (row["status"], row["size"], row["version"]) == ("parsed", len(LOG), 1)
    assert row["sha256"] == hashlib.sha256(LOG).hexdigest()
    assert (row["applicationId"], row["jobNumbers"]) == (str(application.pk), [scene.job.number])
    assert (row["aircraftId"], row["externalLogId"], row["logFileName"]) == ("N1", "log-1", "log-1.log")
    assert all(row[name].endswith("Z") for name in ("discoveredAt", "storedAt", "parsedAt", "createdAt"))
    assert (row["error"], row["errorCode"]) == (None, None)


def test_a_discovered_log_shows_its_listed_size_and_nothing_that_is_not_known(scene: Scene) -> None:
    log = a_log(scene, listed_size=77)
    row = as_user(scene.office).get(f"{URL}{log.pk}/").json()
    assert (row["status"], row["size"], row["sha256"], row["version"]) == ("discovered", 77, None, 0)
    assert (row["storedAt"], row["parsedAt"], row["applicationId"], row["jobNumbers"]) == (None, None, None, [])


@pytest.mark.parametrize("word", ["discovered", "skipped", "downloading", "failed", "duplicate"])
def test_a_log_is_shown_and_found_by_its_own_state(scene: Scene, word: str) -> None:
    leased = {"lease_token": scene.job.customer_id, "lease_expires_at": "2999-01-01T00:00Z"} if word == "downloading" else {}
    log = a_log(scene, status=word, **leased)
    client = as_user(scene.office)
    assert client.get(f"{URL}{log.pk}/").json()["status"] == word
    assert ids(client.get(URL, {"status": word})) == [str(log.pk)]
    assert ids(client.get(URL, {"status": "parsed"})) == []


@pytest.mark.parametrize("state", list(ApplicationStatus))
def test_a_stored_log_shows_its_applications_state_and_error(scene: Scene, download: Download, state: ApplicationStatus) -> None:
    log = download(scene)
    leased = {"lease_token": log.pk, "lease_expires_at": "2999-01-01T00:00Z"} if state == "parsing" else {}
    Application.objects.update(status=state, error="not text", error_code="NOT_TEXT", **leased)
    client = as_user(scene.office)
    row = client.get(f"{URL}{log.pk}/").json()
    assert (row["status"], row["errorCode"]) == (state, "NOT_TEXT")
    for word in ApplicationStatus.values:
        assert ids(client.get(URL, {"status": word})) == ([str(log.pk)] if word == state else [])


def test_an_empty_log_is_quarantined(scene: Scene, download: Download) -> None:
    row = as_user(scene.office).get(f"{URL}{download(scene, b'').pk}/").json()
    assert (row["status"], row["errorCode"], row["size"]) == ("quarantined", "EMPTY", 0)


def test_the_same_bytes_under_another_id_are_a_duplicate(scene: Scene, download: Download) -> None:
    first, second = download(scene), download(scene, external_id="log-2")
    rows = {row["id"]: row for row in as_user(scene.office).get(URL).json()["results"]}
    assert (rows[str(first.pk)]["status"], rows[str(second.pk)]["status"]) == ("parsed", "duplicate")
    assert rows[str(first.pk)]["applicationId"] == rows[str(second.pk)]["applicationId"]


def test_filters_narrow_the_list(scene: Scene, download: Download) -> None:
    parsed, waiting = download(scene), a_log(scene, "log-2", "N2")
    job = a_job(scene.customer)
    matching.set_jobs(Application.objects.get(), [job], user=scene.office)
    client = as_user(scene.office)
    for query, found in (
        ({"jobNumber": job.number}, [parsed]),
        ({"jobNumber": scene.job.number}, []),
        ({"aircraftId": "N2"}, [waiting]),
        ({"customerId": scene.customer.pk}, [waiting, parsed]),
        ({"partnerSystemUserId": scene.account.pk}, [waiting, parsed]),
        ({"status": "parsed", "aircraftId": "N1"}, [parsed]),
    ):
        assert ids(client.get(URL, query)) == [str(one.pk) for one in found], query


@pytest.mark.parametrize("query", [{"status": "lost"}, {"colour": "red"}, {"pageSize": 0}, {"cursor": "?"}])
def test_filters_that_make_no_sense_are_refused_by_name(scene: Scene, query: dict[str, Any]) -> None:
    response = as_user(scene.office).get(URL, query)
    assert (response.status_code, set(complaints(response))) == (400, set(query))


@pytest.mark.parametrize("rows", [1, 12])
def test_a_list_costs_the_same_however_long_it_is(scene: Scene, download: Download, rows: int) -> None:
    for number in range(rows):
        download(scene, LOG + b"#%d\n" % number, f"log-{number}")
    client = as_user(scene.office)
    with CaptureQueriesContext(connection) as queries:
        assert len(ids(client.get(URL))) == rows
    # session, user with customer, the page of logs with application, file and aircraft, their flights
    assert len(queries) == 4, "\n".join(query["sql"] for query in queries)


def test_the_bytes_come_back_unchanged(scene: Scene, download: Download) -> None:
    log = download(scene, file_name='../../etc/"pass\nwd".log')
    response = as_user(scene.office).get(f"{URL}{log.pk}/download")
    assert body_of(response) == LOG
    assert response["Content-Length"] == str(len(LOG))
    assert response["ETag"] == f'"{hashlib.sha256(LOG).hexdigest()}"'
    assert response["Content-Disposition"] == 'attachment; filename="_pass_wd_.log"'
    assert response["Content-Type"] == "application/octet-stream"


@pytest.mark.parametrize(
    ("asked", "status", "part", "shown"),
    [
        ("bytes=0-9", 206, slice(0, 10), f"bytes 0-9/{len(LOG)}"),
        ("bytes=10-", 206, slice(10, None), f"bytes 10-{len(LOG) - 1}/{len(LOG)}"),
        ("bytes=-5", 206, slice(-5, None), f"bytes {len(LOG) - 5}-{len(LOG) - 1}/{len(LOG)}"),
        ("bytes=-99999", 206, slice(None), f"bytes 0-{len(LOG) - 1}/{len(LOG)}"),
        ("bytes=5-99999", 206, slice(5, None), f"bytes 5-{len(LOG) - 1}/{len(LOG)}"),
        ("bytes=9-3", 200, slice(None), None),
        ("bytes=0-1,4-5", 200, slice(None), None),
        ("lines=0-1", 200, slice(None), None),
        ("bytes=-", 200, slice(None), None),
    ],
)
def test_a_part_of_the_bytes_is_sent(
    scene: Scene, download: Download, asked: str, status: int, part: slice, shown: str | None
) -> None:
    response = as_user(scene.office).get(f"{URL}{download(scene).pk}/download", headers={"Range": asked})
    assert (response.status_code, response.get("Content-Range")) == (status, shown)
    assert body_of(response) == LOG[part]
    assert response["Content-Length"] == str(len(LOG[part]))


@pytest.mark.parametrize("asked", ["bytes=100000-", "bytes=-0"])
def test_a_part_behind_the_end_is_refused(scene: Scene, download: Download, asked: str) -> None:
    response = as_user(scene.office).get(f"{URL}{download(scene).pk}/download", headers={"Range": asked})
    assert (response.status_code, response["Content-Range"]) == (416, f"bytes */{len(LOG)}")
    assert complaints(response) == {}


def test_bytes_at_hand_are_not_sent_again(scene: Scene, download: Download) -> None:
    client, url = as_user(scene.office), f"{URL}{download(scene).pk}/download"
    tag = client.get(url)["ETag"]
    assert client.get(url, headers={"If-None-Match": tag}).status_code == 304
    assert client.get(url, headers={"Range": "bytes=0-1", "If-Range": '"other"'}).status_code == 200


def test_a_log_without_bytes_has_none_to_send(scene: Scene) -> None:
    response = as_user(scene.office).get(f"{URL}{a_log(scene).pk}/download")
    assert (response.status_code, complaints(response)) == (409, {"": "notStored"})


def test_versions_are_the_fetches_that_brought_other_bytes(scene: Scene, download: Download) -> None:
    log = download(scene)
    (version,) = as_user(scene.office).get(f"{URL}{log.pk}/versions/").json()["results"]
    assert set(version) == {"number", "sha256", "size", "fetchedAt"}
    assert (version["number"], version["sha256"]) == (1, hashlib.sha256(LOG).hexdigest())


def test_what_failed_is_fetched_again_and_what_was_skipped_on_request(scene: Scene) -> None:
    client = as_user(scene.office)
    failed = a_log(scene, "log-1", status=LogStatus.FAILED, error="gone", attempts=5)
    skipped = a_log(scene, "log-2", status=LogStatus.SKIPPED)
    assert complaints(client.post(f"{URL}{failed.pk}/fetch/")) == {"": "notSkipped"}
    assert complaints(client.post(f"{URL}{skipped.pk}/retry/")) == {"": "notRetryable"}
    assert client.post(f"{URL}{failed.pk}/retry/").json()["status"] == "discovered"
    assert client.post(f"{URL}{skipped.pk}/fetch/").json()["status"] == "discovered"
    assert PartnerLog.objects.filter(due_at__isnull=False, attempts=0).count() == 2


def test_a_quarantined_log_is_fetched_again(scene: Scene, download: Download) -> None:
    log = download(scene, b"\x00\x01\x02" * 50)
    assert as_user(scene.office).post(f"{URL}{log.pk}/retry/").json()["status"] == "discovered"


def test_a_partner_sees_states_and_counts_and_nothing_of_the_customer(
    scene: Scene, download: Download, partner_login: User
) -> None:
    log = download(scene)
    matching.set_jobs(Application.objects.get(), [scene.job], user=scene.office)
    client = as_user(partner_login)
    (row,) = client.get(URL, {"partnerSystemUserId": scene.account.pk}).json()["results"]
    assert (row["id"], row["status"]) == (str(log.pk), "parsed")
    assert row["counts"] == {"lines": 7, "records": 4, "rejects": 1, "comments": 2, "flagged": 2}
    assert not {"customerId", "jobNumbers", "applicationId", "sha256"} & set(row)
    for action in ("download", "versions"):
        assert client.get(f"{URL}{log.pk}/{action}").status_code == 403
    assert client.post(f"{URL}{log.pk}/retry/").status_code == 403


def test_another_partner_sees_nothing(scene: Scene, download: Download) -> None:
    log = download(scene)
    stranger = User.objects.create_user("other-login", role=Role.PARTNER)
    client = as_user(stranger)
    assert ids(client.get(URL)) == []
    assert client.get(f"{URL}{log.pk}/").status_code == 404
    assert client.get(URL, {"partnerSystemUserId": scene.account.pk}).status_code == 404


@pytest.mark.parametrize("action", ["", "download", "versions/"])
def test_a_log_of_somebody_else_is_not_found(scene: Scene, download: Download, action: str) -> None:
    log = download(scene)
    stranger = a_user(a_customer("rival"), Role.CUSTOMER)
    assert as_user(stranger).get(f"{URL}{log.pk}/{action}").status_code == 404
    assert as_user(scene.pilot).get(f"{URL}{log.pk}/{action}").status_code == 404


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("JOB146 HK4704.log", "JOB146 HK4704.log"),
        ("../../etc/passwd", "passwd"),
        ("C:\\logs\\a.log", "a.log"),
        ("a\r\nSet-Cookie: x", "a__Set-Cookie_ x"),
        ("..", "flight.log"),
        ("", "flight.log"),
        ("\ud800x", "_x"),
        ("x" * 300 + ".log", "x" * 196 + ".log"),
    ],
)
def test_a_name_from_outside_is_made_safe(name: str, safe: str) -> None:
    assert safe_name(name) == safe
