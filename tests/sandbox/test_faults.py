"""Each kind of fault does what it says, seen from the socket."""

import http.client
import json
import socket
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests

from sandbox.faults import KINDS
from tests.support.sandbox import SandboxProcess
from tests.support.satloc_client import SatlocClient
from tests.support.waiting import wait_for


def jobs_of(sandbox: SandboxProcess, client: SatlocClient) -> int:
    return sum(upload["account"] == client.login for upload in sandbox.uploads())


def raw_list(client: SatlocClient) -> bytes:
    return client.raw_get("GetAircraftList", userId=client.user_id, companyId=client.company_id)


def assert_silent(connection: socket.socket) -> None:
    """Nothing more has come, and the connection is open."""
    connection.settimeout(0)
    with pytest.raises(BlockingIOError):
        connection.recv(1)


def test_every_kind_is_tested_here() -> None:
    source = Path(__file__).read_text()
    assert [kind for kind in KINDS if f'"{kind}"' not in source] == []


@pytest.mark.parametrize(("body", "content_type"), [("json", "application/json"), ("html", "text/html"), ("empty", None)])
@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_status_comes_with_the_body_asked_for(
    sandbox: SandboxProcess, bare: SatlocClient, status: int, body: str, content_type: str | None
) -> None:
    sandbox.fault("status", account=bare.login, status=status, body=body, times=1)
    answer = bare.aircraft()
    assert answer.status_code == status
    assert answer.headers.get("Content-Type", "").partition(";")[0] == (content_type or "")
    assert bool(answer.content) == (body != "empty")
    assert bare.aircraft().status_code == 200


def test_a_status_stores_nothing_unless_the_call_was_accepted(sandbox: SandboxProcess, bare: SatlocClient) -> None:
    sandbox.fault("status", "UploadJobData", bare.login, status=502, times=1)
    assert bare.upload().status_code == 502
    assert jobs_of(sandbox, bare) == 0
    sandbox.fault("status", "UploadJobData", bare.login, status=502, times=1, accepted=True)
    assert bare.upload().status_code == 502
    assert jobs_of(sandbox, bare) == 1


def test_a_rate_limit_says_when_to_come_again(sandbox: SandboxProcess, bare: SatlocClient) -> None:
    sandbox.fault("rate_limit", account=bare.login, retryAfter=7, times=1)
    answer = bare.aircraft()
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "7")


def test_a_refused_sign_in_has_the_shape_of_its_dialect(
    sandbox: SandboxProcess, bare: SatlocClient, envelope: SatlocClient
) -> None:
    for client in (bare, envelope):
        sandbox.fault("refused_sign_in", "AuthenticateAPIUser", client.login)
    assert (bare.authenticate().status_code, bare.authenticate().content) == (400, b"")
    assert envelope.authenticate().json()["IsSuccess"] is False


def test_a_refused_token_has_the_status_asked_for(sandbox: SandboxProcess, envelope: SatlocClient) -> None:
    sandbox.fault("refused_token", account=envelope.login, times=1)
    sandbox.fault("refused_token", account=envelope.login, status=403, times=1)
    assert [envelope.aircraft().status_code for _ in range(3)] == [401, 403, 200]


def test_a_reset_before_acceptance_stores_nothing(sandbox: SandboxProcess, bare: SatlocClient) -> None:
    sandbox.fault("reset_before", "UploadJobData", bare.login)
    with pytest.raises(requests.ConnectionError):
        bare.upload()
    assert jobs_of(sandbox, bare) == 0


def test_a_reset_after_acceptance_has_stored_the_job(sandbox: SandboxProcess, bare: SatlocClient) -> None:
    sandbox.fault("reset_after", "UploadJobData", bare.login)
    with pytest.raises(requests.ConnectionError):
        bare.upload()
    assert jobs_of(sandbox, bare) == 1


@pytest.mark.parametrize("kind", ["reset_before", "reset_after"])
def test_a_reset_is_an_rst_and_no_clean_end(sandbox: SandboxProcess, bare: SatlocClient, kind: str) -> None:
    sandbox.fault(kind, account=bare.login)
    with pytest.raises(ConnectionResetError):
        raw_list(bare)


def test_a_reset_may_come_in_the_middle_of_the_answer(sandbox: SandboxProcess, bare: SatlocClient) -> None:
    sandbox.fault("reset_after", account=bare.login, sent=20)
    url = urlsplit(bare.base_url)
    with socket.create_connection((url.hostname, url.port), timeout=10) as connection:
        query = f"userId={bare.user_id}&companyId={bare.company_id}"
        connection.sendall(f"GET {url.path}/GetAircraftList?{query} HTTP/1.1\r\n\r\n".encode())
        assert connection.recv(100) == b"HTTP/1.1 200 OK\r\nDat"
        with pytest.raises(ConnectionResetError):
            connection.recv(100)


def test_a_late_answer_has_stored_the_job_before_it_comes(sandbox: SandboxProcess, bare: SatlocClient) -> None:
    sandbox.fault("late", "UploadJobData", bare.login, seconds=3600)
    url = urlsplit(bare.base_url)
    fields = {"userId": bare.user_id, "aircraftId": bare.aircraft_id, "metadata": "{}"}
    prepared = requests.Request("POST", bare.base_url, data=fields, files={"jobData": ("a.json", "{}")}).prepare()
    connection = http.client.HTTPConnection(url.netloc, timeout=10)
    connection.request("POST", url.path + "/UploadJobData", prepared.body, dict(prepared.headers))
    wait_for(lambda: jobs_of(sandbox, bare), "the stored job")
    assert_silent(connection.sock)
    connection.close()


@pytest.mark.parametrize("part", ["headers", "body"])
def test_a_drip_waits_after_each_byte(sandbox: SandboxProcess, bare: SatlocClient, part: str) -> None:
    sandbox.fault("drip", "IsAlive", part=part, seconds=3600, times=1)
    url = urlsplit(bare.base_url)
    with socket.create_connection((url.hostname, url.port), timeout=10) as connection:
        connection.sendall(f"GET {url.path}/IsAlive HTTP/1.1\r\n\r\n".encode())
        expected = b"H" if part == "headers" else b"\r\n\r\nt"
        received = b""
        while not received.endswith(expected):
            received += connection.recv(1)
        assert_silent(connection)


@pytest.mark.parametrize("part", ["headers", "body"])
def test_a_drip_comes_whole_in_the_end(sandbox: SandboxProcess, bare: SatlocClient, part: str) -> None:
    sandbox.fault("drip", account=bare.login, part=part, seconds=0)
    assert bare.aircraft().json()[0]["tailNumber"] == "HK4704"


def test_a_truncated_body_is_shorter_than_it_says(sandbox: SandboxProcess, bare: SatlocClient) -> None:
    sandbox.fault("truncated", account=bare.login, keep=5)
    head, _, body = raw_list(bare).partition(b"\r\n\r\n")
    assert body == b'[{"id'
    assert int(head.lower().split(b"content-length: ")[1].split()[0]) > 5


def test_a_truncated_body_may_end_its_connection_unnoticed(sandbox: SandboxProcess, bare: SatlocClient) -> None:
    sandbox.fault("truncated", account=bare.login, framing="close")
    head, _, body = raw_list(bare).partition(b"\r\n\r\n")
    assert b"content-length" not in head.lower()
    assert b'[{"id'.startswith(body[:5])


def test_a_truncated_chunked_body_lacks_its_last_chunk(sandbox: SandboxProcess, bare: SatlocClient) -> None:
    sandbox.fault("truncated", account=bare.login, framing="chunked")
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        bare.aircraft()


def test_an_endless_body_goes_on_after_the_log(sandbox: SandboxProcess, bare: SatlocClient) -> None:
    log_id = sandbox.add_log(bare.login, "HK4704", b"only this\n")
    sandbox.fault("endless", "GetAircraftLogData", bare.login)
    query = {"userId": bare.user_id, "logId": log_id}
    with requests.get(f"{bare.base_url}/GetAircraftLogData", params=query, stream=True, timeout=10) as answer:
        pieces = [piece for piece, _ in zip(answer.iter_content(65_536), range(100), strict=False)]
    assert b"".join(pieces).startswith(b"only this\n2017-04-18T12:00:00Z,")
    assert len(b"".join(pieces)) > 5_000_000


@pytest.mark.parametrize("framing", ["chunked", "close"])
def test_an_unsized_body_is_whole_without_a_length(sandbox: SandboxProcess, bare: SatlocClient, framing: str) -> None:
    sandbox.fault("unsized", account=bare.login, framing=framing, times=1)
    answer = bare.aircraft()
    assert "Content-Length" not in answer.headers
    assert answer.json() == bare.aircraft().json()


def test_rubbish_is_served_as_json_and_as_a_page(sandbox: SandboxProcess, bare: SatlocClient) -> None:
    sandbox.fault("not_json", account=bare.login, times=1)
    sandbox.fault("html", account=bare.login, times=1)
    answers = [bare.aircraft(), bare.aircraft()]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert "html" in answers[1].headers["Content-Type"]
    for answer in answers:
        with pytest.raises(json.JSONDecodeError):
            json.loads(answer.text)


@pytest.mark.parametrize("value", [None, [], {}, "text", {"Result": 3}])
def test_the_wrong_type_is_what_the_test_asked_for(sandbox: SandboxProcess, bare: SatlocClient, value: object) -> None:
    sandbox.fault("wrong_type", account=bare.login, value=value)
    assert bare.aircraft().json() == value


@pytest.mark.parametrize(("dialect", "id_name"), [("bare", "id"), ("envelope", "LogId")])
def test_distorted_lists_keep_the_real_entries(
    sandbox: SandboxProcess, new_client: Callable[..., SatlocClient], dialect: str, id_name: str
) -> None:
    client = new_client(dialect=dialect)
    sandbox.add_log(client.login, "HK4704", b"x", id="real")
    sandbox.fault("without_id", "GetAircraftLogs", client.login, times=1)
    sandbox.fault("huge_listing", "GetAircraftLogs", client.login, times=1, entries=3000)
    answers = [client.logs().json() for _ in range(2)]
    short, huge = (answer["Result"] if dialect == "envelope" else answer for answer in answers)
    assert [entry.get(id_name) for entry in short] == [None, "real"]
    assert len({entry[id_name] for entry in huge}) == 3001


def test_unknown_fields_stand_beside_the_known_ones(sandbox: SandboxProcess, bare: SatlocClient) -> None:
    sandbox.fault("unknown_fields", account=bare.login)
    entry = bare.aircraft().json()[0]
    assert entry["tailNumber"] == "HK4704"
    assert "addedLater" in entry


def test_an_upload_can_be_answered_with_an_id_that_is_taken(sandbox: SandboxProcess, bare: SatlocClient) -> None:
    sandbox.fault("job_id", "UploadJobData", bare.login, jobId="77")
    assert [bare.upload().json() for _ in range(2)] == [{"jobId": "77"}] * 2


def test_a_fault_hits_only_its_operation_and_account(
    sandbox: SandboxProcess, bare: SatlocClient, new_client: Callable[..., SatlocClient]
) -> None:
    sandbox.fault("status", "GetAircraftList", bare.login)
    assert bare.aircraft().status_code == 500
    assert bare.logs().status_code == 200
    assert new_client(dialect="bare").aircraft().status_code == 200


def test_chance_is_decided_by_the_seed(sandbox: SandboxProcess, own_sandbox: SandboxProcess, own_client: SatlocClient) -> None:
    def statuses() -> list[int]:
        own_sandbox.fault("status", "IsAlive", probability=0.5)
        seen = [own_client.get("IsAlive").status_code for _ in range(40)]
        own_sandbox.clear_faults()
        return seen

    first = statuses()
    assert {200, 500} == set(first)
    assert statuses() != first
