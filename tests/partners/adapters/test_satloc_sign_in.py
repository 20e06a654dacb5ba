"""Signing in to SatLoc Cloud: what counts as good, what is kept, and what happens when it is refused."""

from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import pytest
import responses

from partners.adapters.base import Account, SignIn
from partners.adapters.errors import CredentialsRejected, Rejected, RetryLater
from partners.adapters.satloc import SatLocAdapter
from tests.support.partners import BASE_URL, KEPT, PASSWORD, RememberingLedger, endpoint, error_of, job, nothing, satloc

SIGN_IN = f"{BASE_URL}/AuthenticateAPIUser"
LIST = f"{BASE_URL}/GetAircraftList"
BARE = {"userId": "u-2", "companyId": "c-2", "email": "p@example.com"}
ENVELOPE = {
    "IsSuccess": True,
    "Result": {"UserId": "u-2", "CompanyId": "c-2", "Token": "tok", "ExpiresAt": "2026-10-01T12:00:00+02:00"},
    "ErrorMessage": None,
}


@pytest.fixture
def cloud():
    with responses.RequestsMock() as cloud:
        yield cloud


def paths(cloud):
    return [urlsplit(call.request.url).path.rsplit("/")[-1] for call in cloud.calls]


def test_sends_login_and_password_percent_encoded(cloud):
    cloud.get(SIGN_IN, json=BARE)
    satloc().sign_in()
    url = cloud.calls[0].request.url
    assert parse_qs(urlsplit(url).query) == {"userLogin": ["pilot@example.com"], "password": [PASSWORD]}
    assert "p%C3%A4%20ss%26w%25rd%2F%2B%3F" in url.replace("/+?", "%2F%2B%3F").replace("%2f", "%2F")


def test_reads_the_bare_dialect(cloud):
    cloud.get(SIGN_IN, json=BARE)
    assert satloc().sign_in() == SignIn("u-2", "c-2", None, None, "bare")


def test_reads_the_envelope(cloud):
    cloud.get(SIGN_IN, json=ENVELOPE)
    expires_at = datetime(2026, 10, 1, 10, tzinfo=UTC)
    assert satloc().sign_in() == SignIn("u-2", "c-2", "tok", expires_at, "envelope")


@pytest.mark.parametrize(
    "body",
    [
        {},
        [],
        "u-2",
        None,
        {"userId": "u-2"},
        {"userId": "", "companyId": "c"},
        {"userId": True, "companyId": "c"},
        {"userId": {"id": 1}, "companyId": "c"},
        {"IsSuccess": True, "Result": None},
        {"IsSuccess": None, "Result": ENVELOPE["Result"]},
        {"message": "welcome"},
    ],
)
def test_a_sign_in_without_both_ids_is_none(cloud, body):
    cloud.get(SIGN_IN, json=body)
    assert type(error_of(satloc().sign_in)) is RetryLater


def test_another_status_than_200_is_no_sign_in(cloud):
    cloud.get(SIGN_IN, json=BARE, status=201)
    assert type(error_of(satloc().sign_in)) is RetryLater


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (400, "", CredentialsRejected),
        (200, '{"IsSuccess": false, "ErrorMessage": "Invalid Username or Password"}', CredentialsRejected),
        (400, '{"message": "odd"}', Rejected),
        (500, '{"message": "An error has occurred."}', RetryLater),
    ],
)
def test_reads_a_refused_sign_in(cloud, status, body, error):
    cloud.get(SIGN_IN, status=status, body=body)
    assert type(error_of(satloc().sign_in)) is error


@pytest.mark.parametrize(("username", "secret", "missing"), [("", PASSWORD, "login"), ("pilot", "", "password")])
def test_an_empty_login_is_never_sent(cloud, username, secret, missing):
    adapter = SatLocAdapter(endpoint(), Account(username, secret), RememberingLedger())
    error = error_of(adapter.sign_in)
    assert type(error) is CredentialsRejected
    assert f"No {missing} is entered" in error.message
    assert adapter.validate_configuration() == [error.message]


def test_trying_credentials_neither_reads_nor_writes_what_is_kept(cloud):
    cloud.get(SIGN_IN, json=BARE)
    ledger = RememberingLedger(KEPT)
    satloc(ledger=ledger).sign_in()
    assert (ledger.events, ledger.sign_in()) == (["sign_in"], KEPT)


def test_a_kept_sign_in_saves_a_call(cloud):
    cloud.get(LIST, json=[])
    satloc(ledger=RememberingLedger(KEPT)).list_aircraft()
    assert paths(cloud) == ["GetAircraftList"]


def test_without_one_it_signs_in_and_keeps_it(cloud):
    cloud.get(SIGN_IN, json=ENVELOPE)
    cloud.get(LIST, json=[])
    ledger = RememberingLedger()
    satloc(ledger=ledger).list_aircraft()
    assert ledger.events == ["sign_in", "save", "list_aircraft"]
    assert cloud.calls[1].request.headers["Authorization"] == "Bearer tok"
    assert "userId=u-2&companyId=c-2" in cloud.calls[1].request.url


def test_a_refused_kept_sign_in_is_replaced_once(cloud):
    cloud.get(LIST, status=400)
    cloud.get(SIGN_IN, json=BARE)
    cloud.get(LIST, json=[{"id": "a", "tailNumber": "HK 1"}])
    ledger = RememberingLedger(KEPT)
    assert len(satloc(ledger=ledger).list_aircraft()) == 1
    assert ledger.events == ["list_aircraft", "drop", "sign_in", "save", "list_aircraft"]


@pytest.mark.parametrize("kept", [KEPT, None])
def test_a_refusal_of_a_fresh_sign_in_is_believed(cloud, kept):
    cloud.get(LIST, status=400)
    cloud.get(SIGN_IN, json=BARE)
    ledger = RememberingLedger(kept)
    assert type(error_of(satloc(ledger=ledger).list_aircraft)) is CredentialsRejected
    assert ledger.events.count("sign_in") == 1
    assert ledger.sign_in() is None


def test_a_refused_fresh_sign_in_ends_the_call(cloud):
    cloud.get(LIST, status=400)
    cloud.get(SIGN_IN, status=400)
    ledger = RememberingLedger(KEPT)
    assert type(error_of(satloc(ledger=ledger, quick_repeats=3).list_aircraft)) is CredentialsRejected
    assert paths(cloud) == ["GetAircraftList", "AuthenticateAPIUser"]


def test_wrong_ids_are_no_reason_to_sign_in_again(cloud):
    cloud.get(LIST, status=400, json={"message": "Invalid companyId"})
    ledger = RememberingLedger(KEPT)
    assert type(error_of(satloc(ledger=ledger).list_aircraft)) is Rejected
    assert (ledger.events, ledger.sign_in()) == (["list_aircraft"], KEPT)


def test_an_upload_refused_for_its_sign_in_is_sent_once_more(cloud):
    cloud.post(f"{BASE_URL}/UploadJobData", status=401, json={"IsSuccess": False, "ErrorMessage": "expired"})
    cloud.get(SIGN_IN, json=ENVELOPE)
    cloud.post(f"{BASE_URL}/UploadJobData", json={"IsSuccess": True, "Result": {"JobId": "7"}})
    assert satloc(ledger=RememberingLedger(KEPT)).upload_job(job(), nothing).external_job_id == "7"
    assert paths(cloud) == ["UploadJobData", "AuthenticateAPIUser", "UploadJobData"]


def test_the_ids_of_the_sign_in_win_and_the_difference_is_shown():
    account = Account("pilot", PASSWORD, "USER-1", "company-9")
    assert SignIn("user-1", "company-1").differences(account) == [
        "The company id entered is company-9; the partner says company-1, which is used."
    ]
    assert SignIn("user-1", "company-1").differences(Account("pilot", PASSWORD)) == []


@pytest.mark.parametrize(
    "sign_in",
    [KEPT, SignIn("u", "c", "tok", datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC), "envelope")],
)
def test_a_sign_in_survives_being_stored(sign_in):
    assert SignIn.from_json(sign_in.to_json()) == sign_in
