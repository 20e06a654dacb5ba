"""The real thing in a directory of its own: what `manage.py up` starts, on free ports, driven over HTTP."""

import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

import requests

from agmission_partners.environment import load
from agmission_partners.variables import PROJECT_DIR, Variables, parse_made, read_made_text
from tests.support.operator import Operator
from tests.support.ports import free_port
from tests.support.services import drop_database, drop_keys, make_database
from tests.support.waiting import wait_for

INHERITED = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "REDIS_URL", "PIP_FIND_LINKS", "SSL_CERT_FILE")


def clean_environment(**variables: str) -> dict[str, str]:
    """An environment that knows nothing of this test run, nor of the machine's installations, with `variables` in it."""
    return {name: os.environ[name] for name in INHERITED if name in os.environ} | variables


class Stack(Operator):
    """All of the hub's processes. A context manager: entered when `/readyz` says so, and nothing is left afterwards.

    `env` goes to `manage.py up` (`DEMO` is off unless given). On a run with PostgreSQL it has a database of its own there.
    """

    def __init__(self, env: Mapping[str, str] | None = None, data_dir: Path | None = None) -> None:
        self._own_dir = None if data_dir else Path(tempfile.mkdtemp(prefix="agmission-stack-"))
        self.data_dir = data_dir or Path(str(self._own_dir))
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.operator = ("operator", secrets.token_urlsafe(12))
        self._database = self._own_database()
        defaults = {
            "DATA_DIR": str(self.data_dir),
            "HTTP_BIND": f"127.0.0.1:{self.port}",
            "DEMO": "false",
            "DJANGO_SUPERUSER_USERNAME": self.operator[0],
            "DJANGO_SUPERUSER_PASSWORD": self.operator[1],
        }
        database = {"DATABASE_URL": self._database} if self._database else {}
        self.env = clean_environment(**{**defaults, **database, **(env or {})})
        self._log_file = self.data_dir.parent / f"{self.data_dir.name}.log"
        self._process: subprocess.Popen[bytes] | None = None

    def _own_database(self) -> str:
        server = os.environ.get("DATABASE_URL", "")
        return make_database(server, "agmission_stack") if server.startswith("postgres") else ""

    def __enter__(self) -> Self:
        try:
            self.start()
            self.wait_until_ready()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if error is not None:
            error.add_note(f"The last lines of the processes:\n{self.logs()[-6000:]}")
        self.close()

    def start(self) -> None:
        """Starts it; does not wait."""
        with self._log_file.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "manage.py", "up"], cwd=PROJECT_DIR, env=self.env, stdout=log, stderr=log, start_new_session=True
            )

    def wait_until_ready(self, seconds: float = 90.0) -> None:
        """Until `/readyz` answers 200; fails at once where the supervisor ended."""
        wait_for(lambda: self._has_ended() or self.is_ready(), "/readyz", seconds)
        assert not self._has_ended(), f"the supervisor ended:\n{self.logs()[-4000:]}"

    def is_ready(self) -> bool:
        """Whether `/readyz` answers 200 now."""
        try:
            return requests.get(f"{self.url}/readyz", timeout=5).status_code == 200
        except requests.RequestException:
            return False

    def _has_ended(self) -> bool:
        return self._process is None or self._process.poll() is not None

    @property
    def pid(self) -> int:
        """The supervisor's process number."""
        assert self._process is not None, "it was not started"
        return self._process.pid

    def services(self) -> list[str]:
        """The names of what was started and was not ended: `broker` only where it is the embedded one."""
        return sorted(path.stem for path in (self.data_dir / "run").glob("*.pid"))

    def pid_of(self, name: str) -> int | None:
        """The process number of one service (`web`, `beat`, `broker`, `tick`, `job_sync`, …); None while it is away."""
        try:
            return int(json.loads((self.data_dir / "run" / f"{name}.pid").read_text())["pid"])
        except (OSError, ValueError):
            return None

    def kill(self, name: str, number: signal.Signals = signal.SIGKILL) -> None:
        """Sends a signal to one service, or to the `supervisor`; gone already is fine."""
        pid = self.pid if name == "supervisor" else self.pid_of(name)
        if pid is not None:
            try:
                os.kill(pid, number)
            except ProcessLookupError:
                return

    def stop(self, number: signal.Signals = signal.SIGINT, seconds: float = 10.0) -> int:
        """Asks the supervisor to end, as Ctrl-C does; its exit code. Fails when it takes longer than it may."""
        assert self._process is not None, "it was not started"
        self._process.send_signal(number)
        return self._process.wait(seconds)

    def close(self) -> None:
        """Ends everything, and takes directory, database and keys away."""
        if not self._has_ended():
            try:
                self.stop()
            except subprocess.TimeoutExpired:
                self.kill("supervisor")
        if self.env.get("REDIS_URL"):
            hub = load(Variables(self.env, parse_made(read_made_text(self.data_dir))))
            drop_keys(hub.redis_url, hub.broker_key_prefix)
        if self._database:
            drop_database(self._database)
        if self._own_dir:
            shutil.rmtree(self._own_dir, ignore_errors=True)
            self._log_file.unlink(missing_ok=True)

    def logs(self) -> str:
        """All that the processes have written."""
        return self._log_file.read_text(errors="replace") if self._log_file.exists() else ""

    def manage(self, *arguments: str, seconds: float = 60.0) -> str:
        """Runs a `manage.py` command beside it; what it printed. Fails on an exit code other than 0."""
        command = [sys.executable, "manage.py", *arguments]
        done = subprocess.run(command, cwd=PROJECT_DIR, env=self.env, capture_output=True, text=True, timeout=seconds)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout
