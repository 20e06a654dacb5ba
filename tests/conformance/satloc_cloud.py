"""The simulated SatLoc cloud as the conformance suite sees it."""

from typing import Any
from uuid import uuid4

from partners.adapters.base import Account
from partners.adapters.satloc import SatLocAdapter
from tests.support.partners import PASSWORD, RememberingLedger, endpoint
from tests.support.sandbox import SandboxProcess

OPERATIONS = {
    "sign_in": "AuthenticateAPIUser",
    "list_logs": "GetAircraftLogs",
    "download_log": "GetAircraftLogData",
    "upload_job": "UploadJobData",
}
FAULTS: dict[str, dict[str, Any]] = {
    "server error": {"kind": "status", "status": 503},
    "too many calls": {"kind": "rate_limit"},
    "reset after taking": {"kind": "reset_after"},
    "no answer": {"kind": "late", "seconds": 2},
    "broken answer": {"kind": "truncated"},
    "rubbish": {"kind": "not_json"},
    "gateway time-out": {"kind": "status", "status": 504, "accepted": True},
    "entry without id": {"kind": "without_id"},
    "endless": {"kind": "endless"},
}


class SatLocCloud:
    """A new account, in a company of its own, with one aircraft whose id holds a space."""

    def __init__(self, sandbox: SandboxProcess, dialect: str, **account: Any) -> None:
        self.password = PASSWORD
        self.stopped = False
        self._sandbox = sandbox
        self._login = f"{uuid4().hex}@example.com"
        self.aircraft_id = f"HK {uuid4().hex[:6]}"
        aircraft = [{"tailNumber": "HK 4704", "id": self.aircraft_id}]
        sandbox.settings(dialect=dialect)
        self._account = sandbox.add_account(self._login, PASSWORD, dialect=dialect, aircraft=aircraft, **account)

    def adapter(self, ledger: RememberingLedger, *, secret: str | None = None, **changes: Any) -> SatLocAdapter:
        account = Account(self._login, secret or PASSWORD, api_key="key-5f3a")
        return SatLocAdapter(endpoint(self._sandbox.base_url, **changes), account, ledger)

    def add_log(self, content: bytes) -> str:
        return self._sandbox.add_log(self._login, self.aircraft_id, content)

    def fail(self, failure: str, operation: str) -> None:
        self._sandbox.fault(operation=OPERATIONS[operation], account=self._login, times=1, **FAULTS[failure])

    def change_password(self) -> None:
        self._sandbox.set_password(self._login, "another password")

    def end_sign_ins(self) -> None:
        self._sandbox.set_password(self._login, PASSWORD)

    def received(self) -> int:
        return sum(upload["account"] == self._login for upload in self._sandbox.uploads())

    def stop(self) -> None:
        self.stopped = True
        self._sandbox.stop()
