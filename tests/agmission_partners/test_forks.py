"""Processes made as copies: children like any other, and none at all where something is wrong."""

import ctypes
import json
import os
import signal
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from agmission_partners.supervisor import table
from agmission_partners.supervisor.forks import PR_SET_CHILD_SUBREAPER, READY, Copy, ForkServer, start_anew
from agmission_partners.supervisor.output import Output
from agmission_partners.supervisor.processes import Process, Service
from tests.support.waiting import wait_for

pytestmark = [pytest.mark.live, pytest.mark.once, pytest.mark.skipif(sys.platform != "linux", reason="copies are made on Linux")]

LONG = ["timeit", "-n", "1", "-r", "1", "import time; time.sleep(300)"]


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def forks(said: list[str]) -> Iterator[ForkServer]:
    server = ForkServer({**os.environ, "SPT_NOENV": "1"}, said.append)
    wait_for(lambda: not server.is_loading(), "the loaded hub", 30)
    yield server
    server.close()
    server.stdout.close()


def made(forks: ForkServer, *command: str) -> Copy:
    copy = forks.copy(command)
    assert copy is not None
    return copy


def end(copy: Copy) -> int:
    copy.send_signal(signal.SIGKILL)
    copy.stdout.close()
    return copy.wait()


def status(pid: int, name: str) -> str:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(line.split(":", 1)[1].strip() for line in lines if line.startswith(f"{name}:"))


def sockets_of(pid: int) -> list[Path]:
    return [place for place in Path(f"/proc/{pid}/fd").iterdir() if os.readlink(place).startswith("socket:")]


def test_a_copy_does_what_python_m_would(forks: ForkServer) -> None:
    copy = made(forks, "manage", "diffsettings", "--nonsense")
    with copy.stdout:
        said = copy.stdout.read().decode()
    assert copy.wait() == 2
    assert "manage.py diffsettings: error: unrecognized arguments: --nonsense" in said


@pytest.mark.parametrize(
    ("last_words", "code"), [("pass", 0), ("sys.exit(3)", 3), ("sys.exit('why')", 1), ("1 / 0", 1), ("sys.exit()", 0)]
)
def test_a_copy_ends_as_any_process_does(forks: ForkServer, last_words: str, code: int) -> None:
    program = f"import atexit, sys; atexit.register(print, 'farewell'); {last_words}"
    copy = made(forks, "manage", "shell", "-v0", "-c", program)
    with copy.stdout:
        said = copy.stdout.read().decode()
    assert said.endswith("farewell\n")
    assert copy.wait() == code
    assert ("why" in said, "ZeroDivisionError" in said) == ("why" in last_words, "/" in last_words)


def test_a_copy_is_a_child_with_a_group_of_its_own(forks: ForkServer) -> None:
    copy = made(forks, *LONG)
    assert status(copy.pid, "PPid") == str(os.getpid())
    assert [process.pid for process in table.group_of(copy.pid)] == [copy.pid]
    wait_for(lambda: b"timeit" in Path(f"/proc/{copy.pid}/cmdline").read_bytes(), "its own title")
    assert b"SPT_NOENV=1" in Path(f"/proc/{copy.pid}/environ").read_bytes()
    assert end(copy) == -signal.SIGKILL


def test_what_is_copied_has_one_thread_and_no_connection(forks: ForkServer) -> None:
    copy = made(forks, *LONG)
    assert status(forks.pid, "Threads") == "1"
    wait_for(lambda: len(sockets_of(forks.pid)) == 2, "it to hold that of its requests only, twice")
    wait_for(lambda: not sockets_of(copy.pid), "it to let go of what it was asked by")
    end(copy)


def test_copies_outlive_the_one_they_were_made_by(forks: ForkServer) -> None:
    copy = made(forks, *LONG)
    forks.close()
    assert status(copy.pid, "State") != "Z (zombie)"
    assert forks.copy(LONG) is None  # nothing is said of an end that was asked for
    end(copy)


def test_where_no_answer_comes_none_is_made(forks: ForkServer, said: list[str]) -> None:
    os.kill(forks.pid, signal.SIGSTOP)
    before = {process.pid for process in table.running()}
    assert forks.copy(LONG) is None
    assert said == ["the process that others are copied from does not answer (timed out); from now on each starts by itself"]
    after = [process.pid for process in table.running() if process.pid not in before]
    assert not [pid for pid in after if status(pid, "PPid") == str(os.getpid())]


def test_a_process_starts_without_copies_too(forks: ForkServer, tmp_path: Path) -> None:
    os.kill(forks.pid, signal.SIGKILL)
    service = Service("platform", [sys.executable, "-m", "platform"], of_hub=True)
    process = Process(service, os.environ, tmp_path, Output(), forks)
    process.start()
    wait_for(process.has_ended, "its end")
    assert process.collect() == 0


@pytest.mark.parametrize("adopted", [True, False])
def test_a_copy_that_is_given_up_never_begins(tmp_path: Path, *, adopted: bool) -> None:
    requests, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    command = [sys.executable, "-m", "agmission_partners.supervisor.fork_server"]
    with requests, theirs, start_anew(command, os.environ, theirs.fileno()) as server:
        assert requests.recv(100) == READY
        adopt_orphans(whether=adopted)
        told = ask_and_go(requests, ["timeit", "-n", "1", "-r", "1", f"open({str(tmp_path / 'begun')!r}, 'w')"])
        adopt_orphans(whether=False)
        server.kill()
    assert bool(told) is adopted
    if adopted:
        assert os.waitstatus_to_exitcode(os.waitpid(int(told), 0)[1]) == 1
    assert not (tmp_path / "begun").exists()


def ask_and_go(requests: socket.socket, command: list[str]) -> bytes:
    """What a copy says of itself to a supervisor that then hangs up."""
    ours, theirs = socket.socketpair()
    with ours, open(os.devnull, "wb") as lines:
        with theirs:
            socket.send_fds(requests, [json.dumps(command).encode()], [lines.fileno(), theirs.fileno()])
        return ours.recv(100)


def adopt_orphans(*, whether: bool) -> None:
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, int(whether))
