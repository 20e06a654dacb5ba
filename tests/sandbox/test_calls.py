"""Every call in both dialects, with the error shapes that were measured."""

import re
from collections.abc import Callable
from uuid import UUID

import pytest
import requests

from tests.support.sandbox import SandboxProcess
from tests.support.satloc_client import SatlocClient, job_document


def rejection(response: requests.Response) -> str:
    """The message of a refused call of the envelope dialect."""
    assert response.status_code == 200
    document = response.json()
    assert document["IsSuccess"] is False
    return document["ErrorMessage"]


def test_the_bare_dialect_says_it_is_alive(bare: SatlocClient) -> None:
    assert bare.get("IsAlive").json() is True


def test_a_bare_sign_in_gives_uuids_and_no_token(bare: SatlocClient) -> None:
    answer = bare.authenticate().json()
    assert answer.keys() == {"userId", "companyId", "email"}
    assert UUID(answer["userId"])
    assert UUID(answer["companyId"])


def test_an_enveloped_sign_in_gives_a_token_that_expires(envelope: SatlocClient) -> None:
    answer = envelope.authenticate().json()
    assert answer["IsSuccess"] is True
    assert answer["Result"].keys() == {"UserId", "CompanyId", "Token", "ExpiresAt"}
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", answer["Result"]["ExpiresAt"])


@pytest.mark.parametrize(("login", "password"), [(None, "wrong"), (None, ""), ("nobody@x.example", "x"), ("' OR 1=1", "é\0")])
def test_a_wrong_bare_sign_in_is_an_empty_400(bare: SatlocClient, login: str | None, password: str) -> None:
    answer = bare.get("AuthenticateAPIUser", userLogin=login or bare.login, password=password)
    assert (answer.status_code, answer.reason, answer.content) == (400, "Invalid Username or Password", b"")
    assert "Content-Type" not in answer.headers


def test_an_empty_login_is_a_server_error_with_a_message(bare: SatlocClient) -> None:
    answer = bare.get("AuthenticateAPIUser", userLogin="", password="x")
    assert answer.status_code == 500
    assert answer.json()["message"]


def test_a_wrong_enveloped_sign_in_is_a_200_without_success(envelope: SatlocClient) -> None:
    envelope.password = "wrong"
    assert rejection(envelope.authenticate()) == "Invalid Username or Password"


@pytest.mark.parametrize("wrong", ["user_id", "company_id", "aircraft_id"])
def test_wrong_bare_ids_are_a_400_with_a_message(bare: SatlocClient, wrong: str) -> None:
    setattr(bare, wrong, "00000000-0000-0000-0000-000000000000")
    answer = bare.logs() if wrong == "aircraft_id" else bare.aircraft()
    assert answer.status_code == 400
    assert answer.json().keys() == {"message"}


@pytest.mark.parametrize("wrong", ["user_id", "company_id", "aircraft_id"])
def test_wrong_enveloped_ids_are_a_200_without_success(envelope: SatlocClient, wrong: str) -> None:
    setattr(envelope, wrong, "00000000-0000-0000-0000-000000000000")
    assert rejection(envelope.logs() if wrong == "aircraft_id" else envelope.aircraft()).startswith("Invalid")


def test_an_unknown_log_is_refused_and_not_served_as_a_file(bare: SatlocClient, envelope: SatlocClient) -> None:
    assert bare.download("nothing").status_code == 400
    assert rejection(envelope.download("nothing")) == "Invalid logId"


def test_the_aircraft_list_has_the_fields_of_its_dialect(bare: SatlocClient, envelope: SatlocClient) -> None:
    assert bare.aircraft().json() == [{"id": bare.aircraft_id, "tailNumber": "HK4704"}]
    entry = envelope.aircraft().json()["Result"][0]
    assert entry.keys() == {"AircraftId", "AircraftName", "AircraftType", "Status", "LastSeen"}


def test_one_account_cannot_see_anothers_aircraft(bare: SatlocClient, envelope: SatlocClient) -> None:
    bare.aircraft_id = envelope.aircraft_id
    assert bare.logs().status_code == 400
    assert bare.upload().status_code == 400


@pytest.mark.parametrize("token", ["", "Bearer rubbish", "Basic eDp5"])
def test_enveloped_calls_without_a_good_token_are_refused(envelope: SatlocClient, token: str) -> None:
    envelope.headers = {"Authorization": token} if token else {}
    answer = envelope.aircraft()
    assert answer.status_code == 401
    assert answer.json()["IsSuccess"] is False


def test_a_token_of_another_account_does_not_serve(envelope: SatlocClient, new_client: Callable[..., SatlocClient]) -> None:
    envelope.headers = new_client(dialect="envelope").headers
    assert rejection(envelope.aircraft()) == "Invalid userId"


def test_a_token_expires(new_client: Callable[..., SatlocClient]) -> None:
    assert new_client(dialect="envelope", tokenSeconds=0).aircraft().status_code == 401


@pytest.mark.parametrize(("dialect", "refused"), [("bare", 400), ("envelope", 401)])
def test_a_changed_password_kills_old_sign_ins(
    sandbox: SandboxProcess, new_client: Callable[..., SatlocClient], dialect: str, refused: int
) -> None:
    client = new_client(dialect=dialect)
    sandbox.set_password(client.login, "new")
    assert client.aircraft().status_code == refused
    client.password = "new"
    client.sign_in()
    assert client.aircraft().status_code == 200


def test_the_dialect_of_an_account_can_change(sandbox: SandboxProcess, bare: SatlocClient) -> None:
    sandbox.change_account(bare.login, dialect="envelope")
    assert bare.authenticate().json()["IsSuccess"] is True


def test_logs_are_listed_with_and_without_size_and_date(sandbox: SandboxProcess, bare: SatlocClient) -> None:
    sandbox.add_log(bare.login, "HK4704", b"x", id="L1", name="a.log", listedDate="2025-09-15T00:00:00Z")
    expected = {"id": "L1", "logFileName": "a.log", "uploadedDate": "2025-09-15T00:00:00Z", "fileSize": 1}
    assert bare.logs().json() == [expected]
    sandbox.change_account(bare.login, listed=[])
    assert bare.logs().json() == [{"id": "L1", "logFileName": "a.log"}]


def test_a_log_is_served_byte_for_byte_and_counted(sandbox: SandboxProcess, envelope: SatlocClient) -> None:
    content = bytes(range(256)) * 1000
    log_id = sandbox.add_log(envelope.login, "HK4704", content)
    assert envelope.download(log_id).content == content
    assert next(log for log in sandbox.logs() if log["id"] == log_id)["downloads"] == 1


@pytest.mark.parametrize(
    ("reply", "pattern"), [("jobId", r'\{"jobId": ".+"\}'), ("id", r'\{"id": ".+"\}'), ("string", '".+"'), ("empty", "")]
)
def test_the_bare_reply_to_an_upload_can_be_any_that_is_thinkable(
    new_client: Callable[..., SatlocClient], reply: str, pattern: str
) -> None:
    answer = new_client(dialect="bare", uploadReply=reply).upload()
    assert answer.status_code == 200
    assert re.fullmatch(pattern, answer.text)


def test_an_enveloped_upload_names_the_job(envelope: SatlocClient) -> None:
    result = envelope.upload().json()["Result"]
    assert result.keys() == {"JobId", "Status", "EstimatedCompletion"}


@pytest.mark.parametrize("left_out", ["userId", "aircraftId", "metadata"])
def test_an_incomplete_upload_is_refused(sandbox: SandboxProcess, bare: SatlocClient, left_out: str) -> None:
    assert bare.upload(**{left_out: None}).status_code == 400
    assert bare.login not in [upload["account"] for upload in sandbox.uploads()]


def test_an_upload_is_kept_part_by_part_as_it_came(sandbox: SandboxProcess, bare: SatlocClient) -> None:
    content = b'{"name": "\r\n--x\r\n"}\r\n\r\n'
    bare.upload(content, metadata='{"note": "ü"}')
    upload = next(upload for upload in sandbox.uploads() if upload["account"] == bare.login)
    parts = {part["name"]: part for part in upload["parts"]}
    assert parts["jobData"]["text"].encode() == content
    assert parts["jobData"]["filename"] == "agm_job_146.json"
    assert parts["metadata"]["text"] == '{"note": "ü"}'
    assert parts["metadata"]["filename"] is None


def test_unknown_calls_and_methods_are_named(bare: SatlocClient) -> None:
    assert bare.get("GetJobStatus").status_code == 404
    assert bare.get("UploadJobData").status_code == 405


@pytest.mark.parametrize(("policy", "status", "jobs"), [("accept", 200, 2), ("same", 200, 1), ("refuse", 400, 1)])
def test_the_same_job_twice_is_two_jobs_unless_told_otherwise(
    own_sandbox: SandboxProcess, own_client: SatlocClient, policy: str, status: int, jobs: int
) -> None:
    own_sandbox.settings(duplicates=policy)
    own_client.upload(job_document(number=7))
    assert own_client.upload(job_document(number=7)).status_code == status
    assert len(own_sandbox.uploads()) == jobs
    assert own_client.upload(job_document(number=8)).status_code == 200


def test_counted_job_ids_of_two_companies_coincide(new_client: Callable[..., SatlocClient]) -> None:
    answers = [new_client(dialect="bare", jobIds="counter").upload().json() for _ in range(2)]
    assert answers == [{"jobId": "1"}, {"jobId": "1"}]
