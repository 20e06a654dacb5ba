"""The control endpoint refuses what it does not understand, by name."""

from pathlib import Path

import pytest
import requests

from tests.support.sandbox import SandboxProcess
from tests.support.satloc_client import SatlocClient


@pytest.mark.parametrize(
    ("path", "body", "message"),
    [
        ("faults", {"kind": "nonsense"}, "kind must be one of"),
        ("faults", {"kind": "status", "status": "x"}, "status must be"),
        ("faults", {"kind": "drip", "pace": 1}, "drip does not know pace"),
        ("faults", {"kind": "late", "seconds": -1}, "seconds must be"),
        ("faults", {"kind": "late", "times": 0}, "times must be"),
        ("faults", {"kind": "late", "probability": 2}, "probability must be"),
        ("faults", {"kind": "late", "operation": "Nothing"}, "operation must be"),
        ("faults", {"kind": "late", "account": "nobody"}, "no account nobody"),
        ("accounts", {"login": "x"}, "password must be given"),
        ("accounts", {"password": "x"}, "login must be"),
        ("accounts", {"login": "x", "password": "x", "dialect": "latin"}, "dialect must be one of"),
        ("accounts", {"login": "x", "password": "x", "colour": 1}, "unknown: colour"),
        ("accounts/nobody/aircraft", {"tailNumber": "x"}, "no account nobody"),
        ("nowhere", {}, "there is no /control/nowhere"),
    ],
)
def test_wrong_calls_are_refused_with_what_is_expected(
    sandbox: SandboxProcess, path: str, body: dict[str, object], message: str
) -> None:
    with pytest.raises(RuntimeError, match=message):
        sandbox.control("POST", path, body)


def test_an_account_and_an_id_exist_once(sandbox: SandboxProcess, bare: SatlocClient) -> None:
    sandbox.add_log(bare.login, "HK4704", b"", id="L1")
    for make in (
        lambda: sandbox.add_account(bare.login, "x"),
        lambda: sandbox.add_aircraft(bare.login, "N1", id=bare.aircraft_id),
        lambda: sandbox.add_log(bare.login, "HK4704", b"", id="L1"),
    ):
        with pytest.raises(RuntimeError, match="exists already"):
            make()


def test_another_content_type_is_refused_so_that_no_page_can_post_here(sandbox: SandboxProcess) -> None:
    answer = requests.post(f"{sandbox.root_url}/control/faults", data='{"kind": "late"}', timeout=10)
    assert answer.status_code == 415


def test_logs_change_and_go(sandbox: SandboxProcess, bare: SatlocClient) -> None:
    log_id = sandbox.add_log(bare.login, "HK4704", b"first", listing={"extra": 1})
    sandbox.change_log(bare.login, log_id, b"second", name="b.log", listedSize=99)
    entry = bare.logs().json()[0]
    assert (entry["logFileName"], entry["fileSize"], entry["extra"]) == ("b.log", 99, 1)
    assert bare.download(log_id).content == b"second" == sandbox.log_content(bare.login, log_id)
    sandbox.remove_log(bare.login, log_id)
    assert bare.logs().json() == []


def test_a_log_can_be_listed_without_id_and_be_empty(sandbox: SandboxProcess, bare: SatlocClient) -> None:
    log_id = sandbox.add_log(bare.login, "HK4704", b"", name="a.log", listing={"id": None}, listedDate=None)
    assert bare.logs().json() == [{"logFileName": "a.log", "fileSize": 0}]
    answer = bare.download(log_id)
    assert (answer.content, answer.headers["Content-Length"]) == (b"", "0")


def test_a_big_generated_log_is_streamed_whole(sandbox: SandboxProcess, bare: SatlocClient) -> None:
    log_id = sandbox.add_log(bare.login, "HK4704", 50_000, recordsPerSecond=10)
    first, second = bare.download(log_id), bare.download(log_id)
    assert int(first.headers["Content-Length"]) == len(first.content) == bare.logs().json()[0]["fileSize"]
    assert first.content == second.content
    assert first.content.count(b"\n") == 50_000 + 2


def test_calls_are_counted_for_each_operation_and_account(sandbox: SandboxProcess, bare: SatlocClient) -> None:
    bare.aircraft()
    bare.aircraft()
    state = sandbox.state()
    assert state["callsByAccount"][bare.login] == {"AuthenticateAPIUser": 1, "GetAircraftList": 2}
    assert state["recentCalls"][-1]["userAgent"].startswith("python-requests")


def test_two_accounts_of_one_company_see_the_same_aircraft(sandbox: SandboxProcess, bare: SatlocClient) -> None:
    sandbox.add_account(f"second-{bare.login}", "x", companyId=bare.company_id)
    second = SatlocClient(bare.base_url, f"second-{bare.login}", "x")
    second.sign_in()
    assert second.aircraft().json() == bare.aircraft().json()


def test_neither_state_nor_page_nor_file_hold_a_password(own_sandbox: SandboxProcess, tmp_path: Path) -> None:
    own_sandbox.add_account("a@x.example", "correct-horse", dialect="envelope")
    client = SatlocClient(own_sandbox.base_url, "a@x.example", "correct-horse")
    client.sign_in()
    secrets = (b"correct-horse", client.headers["Authorization"].split()[1].encode())
    written = [path.read_bytes() for path in tmp_path.iterdir()]
    shown = [requests.get(f"{own_sandbox.root_url}/{path}", timeout=10).content for path in ("", "control/state")]
    for text in (*written, *shown):
        assert not any(secret in text for secret in secrets)
