"""`manage.py up` with real processes: refusals before anything starts, restarts, ends that leave nothing."""

import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from agmission_partners.supervisor import pidfiles, table
from agmission_partners.variables import PROJECT_DIR
from tests.support.ports import free_port
from tests.support.processes import Stack, clean_environment
from tests.support.waiting import wait_for

IMPORTS = (
    "from agmission_partners.environment import load_or_exit; from agmission_partners.supervisor.output import Output; "
    "from agmission_partners.supervisor.supervisor import Supervisor"
)
# A process that takes no notice of SIGTERM, and has a child of its own that takes none either.
STUBBORN = """
import signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
if len(sys.argv) < 2:
    subprocess.Popen([sys.executable, __file__, "child"])
time.sleep(300)
"""


def refused_start(data_dir: Path, **env: str) -> str:
    """What `manage.py up` says as it refuses: one line, exit code 2."""
    bind = f"127.0.0.1:{free_port()}"
    environment = clean_environment(**{"DATA_DIR": str(data_dir), "HTTP_BIND": bind, "DEMO": "false", **env})
    command = [sys.executable, "manage.py", "up"]
    done = subprocess.run(command, cwd=PROJECT_DIR, env=environment, capture_output=True, text=True, timeout=30)
    assert done.returncode == 2, done.stdout + done.stderr
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    return done.stderr


def left_of(data_dir: Path) -> list[str]:
    """The command lines of processes that were started for this directory and still run."""
    mark = f"DATA_DIR={data_dir}".encode()
    found = []
    for process in table.running():
        try:
            home = Path(f"/proc/{process.pid}")
            if mark in (home / "environ").read_bytes().split(b"\0"):
                found.append((home / "cmdline").read_text().replace("\0", " "))
        except OSError:
            continue
    return found


def test_a_port_in_use_is_refused(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as holder:
        bind = f"127.0.0.1:{holder.getsockname()[1]}"
        message = refused_start(tmp_path, HTTP_BIND=bind)
    assert f"HTTP_BIND {bind} cannot be listened on (it is in use by another program)" in message
    assert not left_of(tmp_path)


@pytest.mark.parametrize("place", ["file", "/proc/hub"])
def test_a_data_dir_that_cannot_be_written_is_refused(tmp_path: Path, place: str) -> None:
    (tmp_path / "file").write_text("not a directory")
    assert f"DATA_DIR {tmp_path / place} cannot be written" in refused_start(tmp_path / place)


def test_a_wrong_variable_is_refused_before_anything_starts(tmp_path: Path) -> None:
    assert "SATLOC_TIMEOUT is malformed" in refused_start(tmp_path, SATLOC_TIMEOUT="soon")
    assert not list((tmp_path / "run").glob("*.pid"))


def test_a_python_that_is_too_old_is_told_so() -> None:
    program = "import runpy, sys; sys.version_info = (3, 10, 2); sys.argv = ['manage.py', 'up']; runpy.run_path('manage.py')"
    done = subprocess.run([sys.executable, "-c", program], cwd=PROJECT_DIR, capture_output=True, text=True, timeout=30)
    assert done.returncode == 1
    assert done.stderr.startswith("agmission-partners cannot start: Python 3.11 or newer is needed")


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """One hub for all that follows; each leaves it ready."""
    with Stack(data_dir=tmp_path_factory.mktemp("supervisor") / "data") as stack:
        yield stack


@pytest.fixture
def stack(running: Stack, request: pytest.FixtureRequest) -> Iterator[Stack]:
    running.wait_until_ready()
    yield running
    request.node.add_report_section("teardown", "what the processes wrote last", running.logs()[-8000:])


@pytest.mark.live
@pytest.mark.once
def test_a_second_supervisor_on_the_same_directory_is_refused(stack: Stack) -> None:
    message = refused_start(stack.data_dir)
    assert f"is in use by another `manage.py up` (process {stack.pid})" in message
    assert stack.is_ready()


@pytest.mark.live
@pytest.mark.once
def test_a_process_that_dies_is_started_again(stack: Stack) -> None:
    before = {name: stack.pid_of(name) for name in stack.services()}
    for name in before:
        stack.kill(name)
    wait_for(lambda: all(stack.pid_of(name) not in (None, pid) for name, pid in before.items()), "new processes")
    stack.wait_until_ready()
    assert all(f"{name} was ended by SIGKILL; it starts again in 1 s" in stack.logs() for name in before)


@pytest.mark.live
@pytest.mark.once
def test_what_a_killed_supervisor_leaves_is_ended_by_the_next_start(stack: Stack) -> None:
    leaders = {stack.pid_of(name) for name in stack.services()}
    before = {process.pid for process in table.running() if process.group in leaders}
    stack.kill("supervisor")
    stack.start()
    wait_for(lambda: stack.pid_of("beat") not in (None, *before), "the last process of the next start")  # the old web may answer
    stack.wait_until_ready()
    assert len(before) > len(leaders) >= 6
    assert not before & {process.pid for process in table.running()}


@pytest.mark.live
@pytest.mark.once
def test_ctrl_c_ends_everything_in_time_and_the_next_start_goes_on(stack: Stack) -> None:
    environment_file = stack.data_dir / "env"
    made = environment_file.read_text()
    assert stat.S_IMODE(environment_file.stat().st_mode) == 0o600
    assert len(left_of(stack.data_dir)) > len(stack.services())
    assert stack.stop(signal.SIGINT, seconds=10) == 0
    assert left_of(stack.data_dir) == []
    assert not list((stack.data_dir / "run").glob("*.pid"))
    stack.start()
    stack.wait_until_ready()
    assert environment_file.read_text() == made


@pytest.mark.live
@pytest.mark.once
def test_a_folder_that_cannot_be_written_any_more_ends_it_with_one_line(tmp_path: Path) -> None:
    program = (
        f"import sys; from pathlib import Path; {IMPORTS}; sys.exit(Supervisor(load_or_exit(), Path('gone'), Output()).run())"
    )
    keys = {"SECRET_KEY": "k" * 50, "CREDENTIALS_KEYS": Fernet.generate_key().decode(), "BROKER_URL": "redis://127.0.0.1:1"}
    env = clean_environment(**{"DATA_DIR": str(tmp_path), **keys})
    done = subprocess.run([sys.executable, "-c", program], cwd=PROJECT_DIR, env=env, capture_output=True, text=True, timeout=30)
    assert (done.returncode, done.stderr) == (1, "")
    assert "cannot go on: [Errno 2] No such file or directory: 'gone/prepare.pid'. See that the disk of" in done.stdout
    assert not left_of(tmp_path)


def test_leftovers_that_do_not_listen_are_killed_with_their_children(tmp_path: Path) -> None:
    program = tmp_path / "stubborn.py"
    program.write_text(STUBBORN)
    leader = subprocess.Popen([sys.executable, str(program)], start_new_session=True)
    wait_for(lambda: len(table.group_of(leader.pid)) == 2, "the child")
    pidfiles.write(tmp_path, "stubborn", leader.pid)
    said: list[str] = []
    pidfiles.end_leftovers(tmp_path, said.append)
    leader.wait(10)
    assert table.group_of(leader.pid) == []
    assert said == [f"ending stubborn (process {leader.pid}), which an earlier start left running"]


def test_children_whose_leader_is_gone_are_leftovers_too(tmp_path: Path) -> None:
    program = tmp_path / "stubborn.py"
    program.write_text(STUBBORN)
    leader = subprocess.Popen([sys.executable, str(program)], start_new_session=True)
    wait_for(lambda: len(table.group_of(leader.pid)) == 2, "the child")
    pidfiles.write(tmp_path, "stubborn", leader.pid)
    leader.kill()
    leader.wait(10)
    pidfiles.end_leftovers(tmp_path, str)
    assert table.group_of(leader.pid) == []


@pytest.mark.parametrize("record", ['{"pid": %d, "started": "1"}', '{"pid": %d', "", "[]", '{"pid": null}'])
def test_a_stranger_with_the_number_of_a_leftover_is_left_alone(tmp_path: Path, record: str) -> None:
    stranger = subprocess.Popen(["sleep", "300"], start_new_session=True)
    try:
        (tmp_path / "web.pid").write_text(record.replace("%d", str(stranger.pid)))
        pidfiles.end_leftovers(tmp_path, str)
        assert stranger.poll() is None
        assert not (tmp_path / "web.pid").exists()
    finally:
        stranger.kill()
        stranger.wait()
