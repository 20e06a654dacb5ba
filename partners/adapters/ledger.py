"""The border between an adapter and whoever runs it: permission for each call, its record, and the kept sign-in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from partners.adapters.records import Dialect, SignIn


@dataclass(frozen=True)
class CallRecord:
    """One HTTP request and what became of it; safe to store.

    ``redacted_url`` is path and query with every value hidden that the adapter does not declare open. ``outcome`` is
    ``OK`` or an error code. ``http_status`` is None where no answer came.
    """

    operation: str
    method: str
    redacted_url: str
    outcome: str
    http_status: int | None
    duration_ms: int
    bytes_in: int
    bytes_out: int
    dialect: Dialect
    error_message: str


class CallLedger(Protocol):
    """Implemented by the hub over its database; every method is called in the thread that made the adapter's call."""

    def before_call(self, operation: str) -> None:
        """Take one call from the account's allowance, before each HTTP request; raise Postponed to refuse it."""

    def after_call(self, record: CallRecord) -> None:
        """Note one finished HTTP request, whatever became of it."""

    def sign_in(self) -> SignIn | None:
        """The kept sign-in, or None where there is none or it is known to have expired."""

    def save_sign_in(self, sign_in: SignIn) -> None:
        """Keep a sign-in that the partner has just given."""

    def drop_sign_in(self) -> None:
        """Forget the kept sign-in: the partner refused it."""


class NullLedger:
    """For command-line use and tests: refuses nothing, records nothing, keeps the sign-in in memory."""

    def __init__(self) -> None:
        self._sign_in: SignIn | None = None

    def before_call(self, operation: str) -> None:
        """Every call is allowed."""

    def after_call(self, record: CallRecord) -> None:
        """Nothing is noted."""

    def sign_in(self) -> SignIn | None:
        return self._sign_in

    def save_sign_in(self, sign_in: SignIn) -> None:
        self._sign_in = sign_in

    def drop_sign_in(self) -> None:
        self._sign_in = None
