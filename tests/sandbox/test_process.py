"""The process: starting, ending, and what survives."""

import contextlib
import signal
import socket
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests

from sandbox import demo
from tests.support.sandbox import ROOT, SandboxProcess
from tests.support.satloc_client import SatlocClient
from tests.support.waiting import wait_for

pytestmark = pytest.mark.thorough


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """A start that is expected to fail."""
    command = [sys.executable, "-m", "sandbox", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=30, check=False)


def refusal(*arguments: str) -> str:
    """The one line with which a start was refused."""
    ended = run(*arguments)
    assert ended.returncode != 0
    assert ended.stdout == ""
    assert ended.stderr.count("\n") == 1
    return ended.stderr


def test_a_port_in_use_is_one_clear_line(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        bind = f"127.0.0.1:{taken.getsockname()[1]}"
        assert refusal("--state", str(tmp_path / "s"), "--bind", bind) == (
            f"sandbox: cannot listen on {bind}: Address already in use\n"
        )


def test_a_state_file_that_cannot_be_used_is_one_clear_line(tmp_path: Path) -> None:
    assert "cannot be used" in refusal("--state", str(tmp_path))
    assert "cannot be used" in refusal("--state", str(tmp_path / "missing" / "s"))
    (tmp_path / "text").write_text("this is no database, and long enough to be seen as none" * 50)
    assert "cannot be used" in refusal("--state", str(tmp_path / "text"))


def test_a_state_of_another_program_is_left_alone(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "other") as other:
        other.execute("CREATE TABLE t (x)")
    assert "has format 0" in refusal("--state", str(tmp_path / "other"))


@pytest.mark.parametrize(
    "arguments",
    [
        ("--bind", "8000"),
        ("--bind", "127.0.0.1:99999"),
        ("--flight-delay", "nan"),
        ("--keep", "-1"),
        ("--field", "x"),
        ("--field", "x=a:b"),
    ],
)
def test_wrong_arguments_are_one_clear_line(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    assert refusal("--state", str(tmp_path / "s"), *arguments).startswith("sandbox: ")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_at_once_even_with_calls_under_way(own_sandbox: SandboxProcess, number: int) -> None:
    own_sandbox.fault("late", "IsAlive", seconds=3600)
    with ThreadPoolExecutor() as pool:
        call = pool.submit(requests.get, f"{own_sandbox.base_url}/IsAlive", timeout=60)
        wait_for(lambda: own_sandbox.calls().get("IsAlive"), "the call to arrive")
        assert own_sandbox.send_signal(number) == 0
        assert isinstance(call.exception(timeout=10), requests.ConnectionError)
    assert own_sandbox.errors() == ""


@pytest.mark.parametrize("how", ["stop", "kill"])
def test_state_survives(own_sandbox: SandboxProcess, own_client: SatlocClient, how: str) -> None:
    own_client.upload()
    log_id = own_client.logs().json()[0]["id"]
    content = own_client.download(log_id).content
    own_sandbox.fault("late", "IsAlive", times=3)
    before = own_sandbox.state()
    getattr(own_sandbox, how)()
    own_sandbox.start()
    after = own_sandbox.state()
    assert {**before, "recentCalls": []} == {**after, "recentCalls": []}
    assert own_client.download(log_id).content == content


def test_what_was_acknowledged_survives_a_kill_in_the_middle(own_sandbox: SandboxProcess, own_client: SatlocClient) -> None:
    acknowledged: list[str] = []

    def upload_until_it_is_gone(_: int) -> None:
        with contextlib.suppress(requests.ConnectionError):
            while True:
                acknowledged.append(own_client.upload().json()["jobId"])

    with ThreadPoolExecutor(4) as pool:
        pool.map(upload_until_it_is_gone, range(4))
        wait_for(lambda: len(acknowledged) > 20, "uploads")
        own_sandbox.kill()
    own_sandbox.start()
    assert set(acknowledged) <= {upload["jobId"] for upload in own_sandbox.uploads()}


def test_tokens_survive_a_kill(own_sandbox: SandboxProcess, own_client: SatlocClient) -> None:
    own_sandbox.change_account(own_client.login, dialect="envelope")
    own_client.sign_in()
    own_sandbox.kill()
    own_sandbox.start()
    assert own_client.aircraft().json()["IsSuccess"] is True


def test_a_flight_due_while_it_was_down_appears_afterwards(own_sandbox: SandboxProcess, own_client: SatlocClient) -> None:
    own_sandbox.settings(flightDelay=0.5)
    own_client.upload()
    own_sandbox.kill()
    own_sandbox.start()
    assert len(own_sandbox.wait_for_logs(1)) == 1


def test_many_uploads_at_once_are_each_flown_once(own_sandbox: SandboxProcess, own_client: SatlocClient) -> None:
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda _: own_client.upload().json()["jobId"], range(40)))
        listings = list(pool.map(lambda _: own_client.logs().json(), range(20)))
    assert len(set(answers)) == 40
    assert sorted(log["jobId"] for log in own_sandbox.logs()) == sorted(answers)
    assert all(len(listing) == 40 for listing in listings)


def test_a_new_state_has_the_documented_demo_accounts(tmp_path: Path) -> None:
    with SandboxProcess(tmp_path / "s", demo=True) as sandbox:
        client = SatlocClient(sandbox.base_url, demo.LOGIN, demo.PASSWORD)
        client.sign_in()
        assert client.user_id == demo.demo_id(f"user:{demo.LOGIN}")
        assert [entry["tailNumber"] for entry in client.aircraft().json()] == list(demo.TAIL_NUMBERS)
        sandbox.set_password(demo.LOGIN, "changed")
        sandbox.restart()
        assert client.authenticate().status_code == 400


def test_a_field_named_at_the_start_is_flown_from_its_own_track(tmp_path: Path) -> None:
    (tmp_path / "b.json").write_text('{"type": "Point", "coordinates": [10.005, 50.0025]}')
    (tmp_path / "t.csv").write_text("timestamp,lat,lon,alt,groundSpeed,sprayStatus\n2020-01-01T00:00:00Z,50,10,1,2,1\n")
    field = f"mine={tmp_path}/b.json:{tmp_path}/t.csv"
    with SandboxProcess(tmp_path / "s", "--flight-delay", "0", "--field", field) as sandbox:
        sandbox.add_account("a", "b", aircraft=[{"tailNumber": "N1", "id": "a1"}])
        client = SatlocClient(sandbox.base_url, "a", "b", aircraft_id="a1")
        client.sign_in()
        client.upload()
        content = client.download(client.logs().json()[0]["id"]).text
    assert content.endswith("Z,50,10,1,2,1\n")
    assert "# track: field mine" in content


def test_bodies_that_lie_about_their_length_are_refused(sandbox: SandboxProcess) -> None:
    host, port = sandbox.root_url.removeprefix("http://").split(":")
    for header, status in (("Content-Length: -1", b"400"), ("Content-Length: 99999999999", b"413")):
        with socket.create_connection((host, int(port)), timeout=10) as connection:
            connection.sendall(f"POST /api/Satloc/UploadJobData HTTP/1.1\r\n{header}\r\n\r\n".encode())
            assert connection.recv(65_536).split()[1] == status


def test_a_chunked_upload_is_read(sandbox: SandboxProcess, bare: SatlocClient) -> None:
    form = requests.Request(
        "POST", "http://x", files={"jobData": ("a.json", "{}")},
        data={"userId": bare.user_id, "aircraftId": bare.aircraft_id, "metadata": "{}"},
    ).prepare()  # fmt: skip
    assert isinstance(form.body, bytes)
    body = form.body
    pieces = (body[start : start + 50] for start in range(0, len(body), 50))
    headers = {"Content-Type": form.headers["Content-Type"]}
    answer = requests.post(f"{sandbox.base_url}/UploadJobData", data=pieces, headers=headers, timeout=10)
    assert answer.status_code == 200
