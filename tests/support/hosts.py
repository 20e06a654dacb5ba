"""Several hosts: process groups with scratch folders of their own, over one database, one broker and one storage.

Every process is started as systemd or a container starts it (`manage.py serve NAME`).
"""

import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from agmission_partners.variables import PROJECT_DIR
from tests.support.operator import Operator
from tests.support.ports import free_port

GRACE_SECONDS = 15


class Host(Operator):
    """Runs some of the hub's processes; `env` is what all hosts are told."""

    def __init__(self, name: str, env: Mapping[str, str], place: Path) -> None:
        self.operator = (env["DJANGO_SUPERUSER_USERNAME"], env["DJANGO_SUPERUSER_PASSWORD"])
        self.name = name
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        self._scratch = place / name
        self._scratch.mkdir()
        own = {"TMPDIR": str(self._scratch), "HTTP_BIND": f"127.0.0.1:{port}", "LOG_FORMAT": "json"}
        self.env = {**env, **own}
        self._log_file = place / f"{name}.log"
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, *names: str) -> None:
        """Start processes by the names that `serve` knows, from a directory that is not the project's."""
        for name in names:
            with self._log_file.open("ab") as log:
                command = [sys.executable, str(PROJECT_DIR / "manage.py"), "serve", name]
                self._running[name] = subprocess.Popen(
                    command, cwd=self._scratch, env=self.env, stdout=log, stderr=log, start_new_session=True
                )

    def kill(self) -> None:
        """As when the power goes."""
        for process in self._running.values():
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(GRACE_SECONDS)
        self._running.clear()

    def stop(self) -> list[int]:
        """Ask all to end, and wait; their exit codes."""
        for process in self._running.values():
            process.send_signal(signal.SIGTERM)
        codes = [process.wait(GRACE_SECONDS) for process in self._running.values()]
        self._running.clear()
        return codes

    def logs(self) -> str:
        """All that its processes have written."""
        return self._log_file.read_text(errors="replace") if self._log_file.exists() else ""


def manage(env: Mapping[str, str], *arguments: str) -> None:
    """A `manage.py` command to its end."""
    done = subprocess.run([sys.executable, "manage.py", *arguments], cwd=PROJECT_DIR, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
