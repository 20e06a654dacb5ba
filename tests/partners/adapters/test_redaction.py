"""Passwords and tokens stay out of log lines, exception texts and chains, representations, and records."""

import logging
import pickle
import traceback
from urllib.parse import quote, quote_plus

import pytest

from partners.adapters.base import SignIn
from partners.adapters.redaction import HIDDEN, Secrets, redacted_url
from tests.support.loopback import answering, http, loopback, read_request, reset
from tests.support.partners import PASSWORD, RememberingLedger, error_of, job, nothing, satloc

TOKEN = "tok-8d1f0c2e"
SECRETS = (PASSWORD, quote(PASSWORD), quote(PASSWORD, safe=""), quote_plus(PASSWORD), TOKEN, "key-5f3a")


def assert_clean(text):
    assert text
    for secret in SECRETS:
        assert secret not in text


def chain_of(error):
    """An exception, and all that hang on it."""
    waiting, seen = [error], []
    while waiting:
        current = waiting.pop()
        if current is not None and current not in seen:
            seen.append(current)
            waiting += [current.__cause__, current.__context__]
    return seen


def reset_at_request(connection):
    read_request(connection)
    reset(connection)


ECHO = f'{{"message": "no such login pilot with {PASSWORD}"}}'.encode()
BROKEN = {
    "connection refused": None,
    "reset": reset_at_request,
    "500 that repeats the password": answering(http(ECHO, "500 Oops")),
    "400 that repeats it encoded": answering(http(ECHO.replace(PASSWORD.encode(), quote(PASSWORD).encode()), "400 No")),
    "400 that repeats it as a form": answering(http(ECHO.replace(PASSWORD.encode(), quote_plus(PASSWORD).encode()), "400 No")),
    "refused login": answering(http(b"", "400 Invalid Username or Password")),
    "not JSON": answering(http(b"<html>" + PASSWORD.encode())),
    "half a head": answering(b"HTTP/1.1 200 OK\r\nX"),
    "unparsable header": answering(b"HTTP/1.1 200 OK\r\nno colon here\r\nContent-Length: 2\r\n\r\n[]"),
    "redirect that repeats the query": answering(http(b"", "302 Found", f"Location: /?password={quote(PASSWORD)}")),
}


@pytest.mark.parametrize("script", BROKEN.values(), ids=BROKEN)
def test_no_failure_of_a_sign_in_shows_the_password(script, caplog):
    caplog.set_level(logging.DEBUG)
    ledger = RememberingLedger()
    with loopback(script or reset) as server:
        if script is None:
            server.close()
        error = error_of(satloc(server.base_url, ledger).sign_in)
    for part in chain_of(error):
        assert_clean(repr(part) + str(part) + str(vars(part)))
    assert_clean("".join(traceback.format_exception(error)))
    assert_clean(pickle.dumps(error).decode("latin-1"))
    assert_clean(repr(ledger.records))
    assert_clean(caplog.text)


def test_the_chain_of_an_error_holds_nothing_of_the_library():
    with loopback(reset_at_request) as server:
        error = error_of(satloc(server.base_url).sign_in)
    assert [type(part).__module__ for part in chain_of(error)] == ["partners.adapters.errors"]


def test_the_log_of_a_working_sign_in_shows_the_call_without_its_query(caplog):
    caplog.set_level(logging.DEBUG)
    good = http(b'{"userId": "u", "companyId": "c"}')
    with loopback(answering(good)) as server:
        satloc(server.base_url).sign_in()
    assert f"/api/Satloc/AuthenticateAPIUser?{HIDDEN}" in caplog.text
    assert_clean(caplog.text)


def test_urllib3_stays_silent_even_when_somebody_turns_its_logging_up(caplog):
    for name in ("urllib3", "urllib3.connectionpool", "urllib3.connection"):
        caplog.set_level(logging.DEBUG, logger=name)
    with loopback(answering(http(b"{}"))) as server:
        error_of(satloc(server.base_url).sign_in)
    assert "urllib3.connectionpool" in {record.name for record in caplog.records}
    assert_clean(caplog.text)


def test_a_token_is_kept_out_of_texts_too(caplog):
    caplog.set_level(logging.DEBUG)
    ledger = RememberingLedger(SignIn("u", "c", TOKEN, None, "envelope"))
    refusal = f'{{"IsSuccess": false, "ErrorMessage": "bad token {TOKEN}"}}'.encode()
    with loopback(answering(http(refusal))) as server:
        error = error_of(satloc(server.base_url, ledger).upload_job, job(), nothing)
    assert HIDDEN in error.message
    assert_clean(str(error) + repr(ledger.records) + caplog.text)


def test_nothing_that_holds_a_secret_shows_it():
    adapter = satloc()
    assert_clean(repr(adapter.account) + repr(SignIn("u", "c", TOKEN)) + repr(Secrets(PASSWORD, TOKEN)) + repr(adapter))


def test_a_stored_address_shows_only_what_is_declared_open():
    query = {"userLogin": "a b", "password": PASSWORD, "added later": "x"}
    assert redacted_url("/api", query, {"userLogin"}) == f"/api?userLogin=a%20b&password={HIDDEN}&added%20later={HIDDEN}"
    assert redacted_url("/api", {}, ()) == "/api"


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("Invalid\r\n\taircraftId\x00!", "Invalid aircraftId !"),
        ("it is HUNTER2, really", HIDDEN),
        ("in a path: hunter2/x", HIDDEN),
        ("x" * 400, "x" * 300 + "…"),
        ("ask for hunter%32", HIDDEN),
        ("ask for hunter&#50;", HIDDEN),
        (["hunter1"], "['hunter1']"),
        ("", ""),
    ],
)
def test_a_partners_words_are_quoted_only_where_they_are_safe(words, shown):
    assert Secrets("hunter2", "", None).quote(words) == shown
