"""The error table: each answer, to a call that may be repeated and to an upload that may not."""

from datetime import UTC, datetime, timedelta

import pytest
import requests
import responses
import urllib3

from partners.adapters.errors import (
    BadPayload,
    CredentialsRejected,
    NotFound,
    OutcomeUnknown,
    RateLimited,
    Rejected,
    RetryLater,
)
from partners.adapters.readings import http_date, read_exception, retry_after
from tests.support.partners import BASE_URL, KEPT, RememberingLedger, error_of, job, nothing, satloc

JSON_MESSAGE = '{"message": "Invalid aircraftId"}'
HTML = "<html><body>Service unavailable</body></html>"
REFUSED = '{"IsSuccess": false, "Result": null, "ErrorMessage": "No such aircraft"}'

# status, body, what a listing raises, what an upload raises, code of the upload's error
TABLE = [
    (400, JSON_MESSAGE, Rejected, Rejected, "REJECTED"),
    (400, HTML, Rejected, Rejected, "REJECTED"),
    (400, " ", Rejected, Rejected, "REJECTED"),
    (400, "", CredentialsRejected, CredentialsRejected, "AUTH_ERROR"),
    (401, "", CredentialsRejected, CredentialsRejected, "AUTH_ERROR"),
    (403, HTML, CredentialsRejected, CredentialsRejected, "AUTH_ERROR"),
    (404, "", NotFound, NotFound, "NOT_FOUND"),
    (405, JSON_MESSAGE, Rejected, Rejected, "REJECTED"),
    (413, HTML, Rejected, Rejected, "REJECTED"),
    (429, "", RateLimited, RateLimited, "RATE_LIMIT"),
    (500, "", RetryLater, RetryLater, "UNKNOWN_ERROR"),
    (500, JSON_MESSAGE, RetryLater, RetryLater, "UNKNOWN_ERROR"),
    (503, HTML, RetryLater, RetryLater, "UNKNOWN_ERROR"),
    (599, "", RetryLater, RetryLater, "UNKNOWN_ERROR"),
    (502, HTML, RetryLater, OutcomeUnknown, "OUTCOME_UNKNOWN"),
    (504, "", RetryLater, OutcomeUnknown, "OUTCOME_UNKNOWN"),
    (302, "", RetryLater, OutcomeUnknown, "OUTCOME_UNKNOWN"),
    (206, "[]", RetryLater, OutcomeUnknown, "OUTCOME_UNKNOWN"),
    (408, "", RetryLater, OutcomeUnknown, "OUTCOME_UNKNOWN"),
    (409, JSON_MESSAGE, RetryLater, OutcomeUnknown, "OUTCOME_UNKNOWN"),
    (418, "", RetryLater, OutcomeUnknown, "OUTCOME_UNKNOWN"),
    (200, HTML, RetryLater, OutcomeUnknown, "OUTCOME_UNKNOWN"),
    (200, '{"jobId": 12, ', RetryLater, OutcomeUnknown, "OUTCOME_UNKNOWN"),
    (200, "[" * 200_000, RetryLater, OutcomeUnknown, "OUTCOME_UNKNOWN"),
    (200, "42", RetryLater, OutcomeUnknown, "OUTCOME_UNKNOWN"),
    (200, "false", RetryLater, OutcomeUnknown, "OUTCOME_UNKNOWN"),
    (200, '{"IsSuccess": "true", "Result": []}', RetryLater, OutcomeUnknown, "OUTCOME_UNKNOWN"),
    (200, '{"message": "Something is wrong"}', RetryLater, OutcomeUnknown, "OUTCOME_UNKNOWN"),
    (200, REFUSED, Rejected, Rejected, "REJECTED"),
]


@pytest.fixture
def cloud():
    with responses.RequestsMock(assert_all_requests_are_fired=False) as cloud:
        yield cloud


def sign_in_works(cloud):
    cloud.get(f"{BASE_URL}/AuthenticateAPIUser", json={"userId": "user-1", "companyId": "company-1"})


@pytest.mark.parametrize(("status", "body", "listing", "upload", "code"), TABLE)
def test_a_listing_reads_the_answer(cloud, status, body, listing, upload, code):
    sign_in_works(cloud)
    cloud.get(f"{BASE_URL}/GetAircraftLogs", status=status, body=body)
    error = error_of(satloc().list_logs, "aircraft-1")
    assert type(error) is listing
    assert error.message.startswith("SatLoc Cloud ")


@pytest.mark.parametrize(("status", "body", "listing", "upload", "code"), TABLE)
def test_an_upload_reads_the_same_answer_more_carefully(cloud, status, body, listing, upload, code):
    sign_in_works(cloud)
    cloud.post(f"{BASE_URL}/UploadJobData", status=status, body=body)
    error = error_of(satloc().upload_job, job(), nothing)
    assert (type(error), error.code) == (upload, code)


@pytest.mark.parametrize(
    "failure",
    [
        requests.ConnectionError("/?password=x"),
        requests.ReadTimeout("slow"),
        requests.exceptions.ChunkedEncodingError("half"),
        requests.exceptions.InvalidHeader("odd"),
        urllib3.exceptions.ProtocolError("reset"),
        OSError("broken"),
        RuntimeError("nobody thought of it"),
    ],
    ids=lambda failure: type(failure).__name__,
)
def test_an_upload_that_may_have_left_has_an_unknown_outcome(cloud, failure):
    cloud.post(f"{BASE_URL}/UploadJobData", body=failure)
    cloud.get(f"{BASE_URL}/GetAircraftLogs", body=failure)
    assert type(error_of(satloc().upload_job, job(), nothing)) is OutcomeUnknown
    assert type(error_of(satloc().list_logs, "a")) is RetryLater


def test_looks_an_exception_up_along_its_bases():
    class Unheard(requests.ReadTimeout):
        pass

    assert read_exception(Unheard) is read_exception(requests.Timeout)
    assert read_exception(ConnectionResetError) is read_exception(OSError)
    assert read_exception(KeyError).upload is OutcomeUnknown


def test_every_error_says_what_to_do_and_repeats_the_partners_words(cloud):
    cloud.get(f"{BASE_URL}/GetAircraftLogs", status=400, body=JSON_MESSAGE)
    message = error_of(satloc().list_logs, "a").message
    assert message == (
        "SatLoc Cloud refused the request (list logs, HTTP 400): Invalid aircraftId. Correct what the partner names, then retry."
    )


def test_an_unknown_outcome_sends_the_reader_to_the_partners_cloud(cloud):
    cloud.post(f"{BASE_URL}/UploadJobData", status=504)
    assert error_of(satloc().upload_job, job(), nothing).message.endswith("then confirm it, or send it again.")


@pytest.mark.parametrize(
    ("header", "wait"),
    [
        ("17", timedelta(seconds=17)),
        ("0", timedelta(0)),
        ("Wed, 21 Oct 2026 07:28:30 GMT", timedelta(seconds=30)),
        ("Wed, 21 Oct 2015 07:28:00 GMT", timedelta(0)),
        ("9" * 5000, timedelta(days=1)),
        ("-5", None),
        ("²", None),
        ("soon", None),
        ("", None),
        (None, None),
    ],
)
def test_reads_how_long_the_partner_wants_to_be_left_alone(header, wait):
    assert retry_after(header, datetime(2026, 10, 21, 7, 28, tzinfo=UTC)) == wait


def test_an_http_date_beyond_the_calendar_is_none():
    assert http_date("Fri, 31 Dec 9999 23:59:59 -2300") is None


@pytest.mark.parametrize("status", [429, 503])
def test_the_partners_wish_reaches_the_caller(cloud, status):
    # The server's own clock counts: ours may be wrong.
    headers = {"Date": "Wed, 21 Oct 2026 07:28:00 GMT", "Retry-After": "Wed, 21 Oct 2026 07:30:00 GMT"}
    cloud.post(f"{BASE_URL}/UploadJobData", status=status, headers=headers)
    assert error_of(satloc().upload_job, job(), nothing).retry_after == timedelta(minutes=2)


def test_an_answer_without_end_is_not_read_into_memory(cloud, monkeypatch):
    monkeypatch.setattr("partners.adapters.exchange.LONGEST_ANSWER", 1000)
    cloud.get(f"{BASE_URL}/GetAircraftLogs", body=b" " * 1001)
    cloud.post(f"{BASE_URL}/UploadJobData", body=b" " * 1001)
    assert type(error_of(satloc().list_logs, "a")) is BadPayload
    assert type(error_of(satloc().upload_job, job(), nothing)) is OutcomeUnknown


def test_a_get_is_repeated_quickly_and_an_upload_never(cloud):
    ledger = RememberingLedger(KEPT)
    cloud.get(f"{BASE_URL}/GetAircraftLogs", status=503)
    cloud.get(f"{BASE_URL}/GetAircraftLogs", json=[])
    cloud.post(f"{BASE_URL}/UploadJobData", status=503)
    adapter = satloc(ledger=ledger, quick_repeats=3)
    assert len(adapter.list_logs("a")) == 0
    assert type(error_of(adapter.upload_job, job(), nothing)) is RetryLater
    assert ledger.events == ["list_logs", "list_logs", "upload_job"]


@pytest.mark.parametrize(("status", "headers"), [(429, {}), (503, {"Retry-After": "60"}), (404, {}), (400, {})])
def test_what_asks_for_patience_or_is_refused_is_not_repeated(cloud, status, headers):
    ledger = RememberingLedger(KEPT)
    cloud.get(f"{BASE_URL}/GetAircraftLogs", status=status, headers=headers, body=JSON_MESSAGE)
    error_of(satloc(ledger=ledger, quick_repeats=3).list_logs, "a")
    assert ledger.events == ["list_logs"]


def test_repeats_end_with_the_account_s_allowance_and_keep_the_partner_s_failure(cloud):
    ledger = RememberingLedger(KEPT, allowed=2)
    cloud.get(f"{BASE_URL}/GetAircraftLogs", status=503)
    assert type(error_of(satloc(ledger=ledger, quick_repeats=3).list_logs, "a")) is RetryLater
    assert len(ledger.records) == 2


def test_a_ping_is_not_repeated(cloud):
    ledger = RememberingLedger()
    cloud.get(f"{BASE_URL}/IsAlive", status=503)
    assert type(error_of(satloc(ledger=ledger, quick_repeats=3).ping)) is RetryLater
    assert len(ledger.records) == 1
