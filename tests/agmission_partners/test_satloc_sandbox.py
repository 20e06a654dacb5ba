"""`manage.py satloc_sandbox` becomes the simulated cloud."""

import subprocess
import sys
from pathlib import Path

import pytest

from agmission_partners.variables import PROJECT_DIR
from tests.support.ports import free_port
from tests.support.processes import clean_environment

ENOUGH = {
    "SECRET_KEY": "long and random",
    "CREDENTIALS_KEYS": "bm90IGEgc2VjcmV0LCBvbmx5IDMyIGJ5dGVzIGxvbmc=",
    "BROKER_URL": "redis://localhost:6379/0",
}
COMMAND = [sys.executable, str(PROJECT_DIR / "manage.py"), "satloc_sandbox"]


def test_it_is_the_cloud_under_the_same_process_number(tmp_path: Path) -> None:
    """So that whoever watches over processes ends the cloud itself; from any directory, with options of both."""
    bind = f"127.0.0.1:{free_port()}"
    command = [*COMMAND, "--bind", bind, "--state", "cloud.db", "--seed", "7", "--no-demo"]
    env = clean_environment(DATA_DIR=str(tmp_path), **ENOUGH)
    process = subprocess.Popen(command, cwd=tmp_path, env=env, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout
        assert process.stdout.readline() == f"sandbox listening on http://{bind}/api/Satloc\n"
        assert Path(f"/proc/{process.pid}/cmdline").read_text().split("\0")[1:3] == ["-m", "sandbox"]
        assert (tmp_path / "cloud.db").exists()
    finally:
        process.terminate()
        assert process.wait(30) == 0


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["--help"], 0, "docs/sandbox.md"),
        (["--bind", "nowhere"], 2, "sandbox: --bind must be HOST:PORT, not 'nowhere'"),
        (["--nonsense"], 2, "sandbox: error: unrecognized arguments: --nonsense"),
        (["--state", "/no/such/place/cloud.db"], 2, "cannot be used"),
    ],
)
def test_it_says_what_it_takes(tmp_path: Path, arguments: list[str], code: int, message: str) -> None:
    env = clean_environment(DATA_DIR=str(tmp_path), COLUMNS="200", **ENOUGH)
    done = subprocess.run([*COMMAND, *arguments], cwd=tmp_path, env=env, capture_output=True, text=True, timeout=60)
    assert done.returncode == code, done.stdout + done.stderr
    assert message in done.stdout + done.stderr
