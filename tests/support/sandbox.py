"""The simulated SatLoc cloud as tests use it: a real process, and a client of its control endpoint."""

import base64
import select
import signal
from pathlib import Path
from typing import Any, Self
from urllib.parse import quote

import requests

from tests.support.forks import ForkedCloud
from tests.support.waiting import wait_for

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 30


class SandboxProcess:
    """Runs what `python -m sandbox` runs, as a process of its own; a context manager.

    The first start takes a free port, which later starts keep, so `base_url` stays true over `kill` and `restart`.
    `arguments` are further command line arguments. A new state file is empty unless `demo` is asked for.
    """

    def __init__(self, state_file: Path, *arguments: str, demo: bool = False) -> None:
        self._arguments = ["--state", str(state_file), *arguments]
        if not demo:
            self._arguments.append("--no-demo")
        self._bind = "127.0.0.1:0"
        self._process: ForkedCloud | None = None
        self._errors = state_file.with_name(f"{state_file.name}.errors")
        self._session = requests.Session()
        self._session.trust_env = False
        self.base_url = ""

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()
        self._session.close()

    @property
    def root_url(self) -> str:
        """Where the page is, without a slash at the end."""
        return self.base_url.removesuffix("/api/Satloc")

    @property
    def pid(self) -> int:
        """The process id."""
        assert self._process is not None
        return self._process.pid

    def errors(self) -> str:
        """What it wrote to its error output, over all starts."""
        return self._errors.read_text()

    def start(self) -> None:
        """Start and wait for the line that says it is ready. Raises RuntimeError with what it said instead."""
        with self._errors.open("a") as errors:
            self._process = ForkedCloud([*self._arguments, "--bind", self._bind], errors)
        ready, _, _ = select.select([self._process.stdout], [], [], START_SECONDS)
        line = self._process.stdout.readline() if ready else ""
        if not line.startswith("sandbox listening on "):
            self.kill()
            raise RuntimeError(f"the sandbox did not start: {line}{self.errors()}")
        self.base_url = line.split()[-1]
        self._bind = self.base_url.split("/")[2]

    def stop(self) -> int:
        """End it by SIGTERM; its exit code."""
        return self._end(signal.SIGTERM)

    def kill(self) -> int:
        """End it by SIGKILL, as a crash would."""
        return self._end(signal.SIGKILL)

    def send_signal(self, number: int) -> int:
        """End it by any other signal; its exit code."""
        return self._end(number)

    def _end(self, number: int) -> int:
        if self._process is None:
            return 0
        process, self._process = self._process, None
        process.send_signal(number)
        return process.wait()

    def restart(self) -> None:
        """Start again on the same port with the same state."""
        self.stop()
        self.start()

    def control(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        """One call of the control endpoint; `path` without `/control/`. Raises RuntimeError with its message."""
        response = self._session.request(method, f"{self.root_url}/control/{path}", json=body, timeout=30)
        if not response.ok:
            raise RuntimeError(f"control said {response.status_code}: {response.text}")
        return response.json()

    def add_account(self, login: str, password: str, **fields: Any) -> dict[str, Any]:
        """A new account. Fields: `userId companyId dialect uploadReply listed logNames jobIds tokenSeconds email`, and
        `aircraft=[{"tailNumber": …, "id": …}]`."""
        return self.control("POST", "accounts", {"login": login, "password": password, **fields})

    def change_account(self, login: str, **fields: Any) -> dict[str, Any]:
        """Change fields of an account, as named at `add_account`."""
        return self.control("PATCH", f"accounts/{_quoted(login)}", fields)

    def set_password(self, login: str, password: str) -> None:
        """Change a password; sign-ins made before are dead."""
        self.change_account(login, password=password)

    def add_aircraft(self, login: str, tail_number: str, **fields: Any) -> str:
        """A new aircraft; its id. Fields: `id type status lastSeen`."""
        body = {"tailNumber": tail_number, **fields}
        return str(self.control("POST", f"accounts/{_quoted(login)}/aircraft", body)["id"])

    def add_log(self, login: str, aircraft: str, content: bytes | int, **fields: Any) -> str:
        """A new log of an aircraft (id or tail number); its id. `content`: its bytes, or how many generated records.
        Fields: `name id listedDate listedSize listing jobId recordsPerSecond startedAt`."""
        body = {"aircraft": aircraft, **_content(content), **fields}
        return str(self.control("POST", f"accounts/{_quoted(login)}/logs", body)["id"])

    def change_log(self, login: str, log_id: str, content: bytes | int | None = None, **fields: Any) -> None:
        """Change a log: `name listedDate listedSize listing`, and its bytes."""
        body = {**fields, **(_content(content) if content is not None else {})}
        self.control("PATCH", f"accounts/{_quoted(login)}/logs/{_quoted(log_id)}", body)

    def remove_log(self, login: str, log_id: str) -> None:
        """Take a log off the cloud."""
        self.control("DELETE", f"accounts/{_quoted(login)}/logs/{_quoted(log_id)}")

    def log_content(self, login: str, log_id: str) -> bytes:
        """The bytes of a log, not counted as a download."""
        url = f"{self.root_url}/control/accounts/{_quoted(login)}/logs/{_quoted(log_id)}/content"
        response = self._session.get(url, timeout=60)
        response.raise_for_status()
        return response.content

    def settings(self, **fields: Any) -> dict[str, Any]:
        """Change `dialect flightDelay duplicates keep recordsPerSecond seed`; all settings."""
        return dict(self.control("PATCH", "settings", fields))

    def fault(self, kind: str, operation: str = "*", account: str = "*", **fields: Any) -> int:
        """Inject a fault; its number. Fields: `times probability` and the options of its kind."""
        body = {"kind": kind, "operation": operation, "account": account, **fields}
        return int(self.control("POST", "faults", body)["id"])

    def clear_faults(self) -> None:
        """Take all faults away."""
        self.control("DELETE", "faults")

    def state(self) -> dict[str, Any]:
        """Everything the cloud knows."""
        return dict(self.control("GET", "state"))

    def uploads(self) -> list[dict[str, Any]]:
        """All uploads with their form parts, in the order they came."""
        return list(self.control("GET", "uploads"))

    def logs(self) -> list[dict[str, Any]]:
        """All logs with their counts of downloads, in the order they appeared."""
        return list(self.control("GET", "logs"))

    def calls(self) -> dict[str, int]:
        """How often each operation was called."""
        return dict(self.control("GET", "calls"))

    def wait_for_logs(self, count: int, seconds: float = 30) -> list[dict[str, Any]]:
        """The logs, once there are `count` (above 0) of them."""
        return wait_for(lambda: logs if len(logs := self.logs()) >= count else [], f"{count} logs", seconds)


def _content(content: bytes | int) -> dict[str, Any]:
    if isinstance(content, int):
        return {"records": content}
    return {"contentBase64": base64.b64encode(content).decode()}


def _quoted(text: str) -> str:
    return quote(text, safe="")
