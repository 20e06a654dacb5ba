"""What the tests of adapters share: an account, a ledger that remembers, a job, an adapter on short time limits."""

from datetime import timedelta
from typing import Any

from partners.adapters.base import Account, CallRecord, Endpoint, JobArea, JobDefinition, NullLedger, SignIn
from partners.adapters.errors import Postponed
from partners.adapters.satloc import SatLocAdapter

PASSWORD = "pä ss&w%rd/+?"
BASE_URL = "https://cloud.satloc.example/api/Satloc"
SQUARE = [[-82.88, 40.83], [-82.87, 40.83], [-82.87, 40.84], [-82.88, 40.84], [-82.88, 40.83]]


class RememberingLedger(NullLedger):
    """Keeps what happened; refuses every call from number `allowed` on."""

    def __init__(self, sign_in: SignIn | None = None, allowed: int | None = None) -> None:
        super().__init__()
        self._sign_in = sign_in
        self.allowed = allowed
        self.records: list[CallRecord] = []
        self.events: list[str] = []

    def before_call(self, operation: str) -> None:
        if self.allowed is not None and self.allowed <= len(self.records):
            raise Postponed(timedelta(seconds=7), "the account's calls are used up")
        self.events.append(operation)

    def after_call(self, record: CallRecord) -> None:
        self.records.append(record)

    def save_sign_in(self, sign_in: SignIn) -> None:
        self.events.append("save")
        super().save_sign_in(sign_in)

    def drop_sign_in(self) -> None:
        self.events.append("drop")
        super().drop_sign_in()


KEPT = SignIn("user-1", "company-1", None, None, "bare")


def endpoint(base_url: str = BASE_URL, **changes: Any) -> Endpoint:
    values: dict[str, Any] = {
        "base_url": base_url,
        "private_hosts_allowed": True,
        "timeout": timedelta(seconds=5),
        "quick_repeats": 0,
        "user_agent": "AgMission-Integration/test",
    }
    return Endpoint(**values | changes)


def satloc(base_url: str = BASE_URL, ledger: Any = None, secret: str = PASSWORD, **changes: Any) -> SatLocAdapter:
    """An adapter with a kept sign-in, unless another ledger is given."""
    account = Account("pilot@example.com", secret, "user-1", "company-1", "key-5f3a")
    return SatLocAdapter(endpoint(base_url, **changes), account, ledger or RememberingLedger(KEPT))


def job(**changes: Any) -> JobDefinition:
    values: dict[str, Any] = {
        "number": 146,
        "name": "North field",
        "areas": [JobArea("A", [SQUARE], None)],
        "aircraft_id": "aircraft-1",
    }
    return JobDefinition(**values | changes)


def error_of(call: Any, *arguments: Any) -> Any:
    """The exception that a call raises; fails when it raises none."""
    try:
        call(*arguments)
    except Exception as error:  # noqa: BLE001 - it is what the test looks at
        return error
    raise AssertionError("nothing was raised")


def nothing() -> None:
    """For uploads whose leaving the test does not look at."""
