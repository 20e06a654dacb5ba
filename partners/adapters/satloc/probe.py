"""Asking a SatLoc cloud what it answers, to see which of the assumptions about it hold. Nothing is sent that changes anything."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from partners.adapters.errors import PartnerError, Postponed
from partners.adapters.fields import as_text
from partners.adapters.http import Answer
from partners.adapters.ledger import CallLedger, CallRecord
from partners.adapters.records import Account, AircraftListing, Endpoint, LogListing, SignIn
from partners.adapters.redaction import Secrets
from partners.adapters.satloc.adapter import SatLocAdapter
from partners.adapters.satloc.replies import Replies

MOST_FIELDS = 40
LONGEST_FIELD = 60


@dataclass
class Report:
    """What was seen: each request, by operation the names of the fields in its answer, and what they were read as.

    `aircraft_id` is whose logs were asked for; `faults` says what went wrong. Whatever is shown of it passes `secrets.quote`:
    a cloud may call anything by any name.
    """

    secrets: Secrets
    calls: list[CallRecord] = field(default_factory=list)
    fields: dict[str, list[str]] = field(default_factory=dict)
    dialects: list[str] = field(default_factory=list)
    differences: list[str] = field(default_factory=list)
    aircraft: AircraftListing | None = None
    aircraft_id: str = ""
    logs: LogListing | None = None
    faults: list[str] = field(default_factory=list)


def probe(endpoint: Endpoint, account: Account, ledger: CallLedger, aircraft_id: str = "") -> Report:
    """IsAlive, sign-in, the aircraft, and the logs of the one given, else of the first. A fault ends what rests on it."""
    report = Report(Secrets(account.secret, account.api_key))
    adapter = _Listening(endpoint, account, _Noting(ledger, report), report)
    with _faults_noted(report):
        adapter.ping()
    with _faults_noted(report):
        report.differences = adapter.sign_in().differences(account)
        report.aircraft = adapter.list_aircraft()
        report.aircraft_id = aircraft_id or next((one.external_id for one in report.aircraft), "")
        if report.aircraft_id:
            report.logs = adapter.list_logs(report.aircraft_id)
    report.dialects = sorted({call.dialect for call in report.calls if call.dialect})
    return report


@contextmanager
def _faults_noted(report: Report) -> Iterator[None]:
    try:
        yield
    except (PartnerError, Postponed) as fault:
        report.faults.append(str(fault))


class _Noting:
    """The ledger behind it, and every request noted."""

    def __init__(self, ledger: CallLedger, report: Report) -> None:
        self._ledger, self._report = ledger, report
        self._sign_in: SignIn | None = None

    def before_call(self, operation: str) -> None:
        self._ledger.before_call(operation)

    def after_call(self, record: CallRecord) -> None:
        self._report.calls.append(record)
        self._ledger.after_call(record)

    def sign_in(self) -> SignIn | None:
        return self._sign_in

    def save_sign_in(self, sign_in: SignIn) -> None:
        """Kept for this probe alone."""
        self._sign_in = sign_in
        self._report.secrets.add(sign_in.token)

    def drop_sign_in(self) -> None:
        self._sign_in = None


class _Listening(SatLocAdapter):
    """Notes the names of the fields that it reads past."""

    def __init__(self, endpoint: Endpoint, account: Account, ledger: CallLedger, report: Report) -> None:
        super().__init__(endpoint, account, ledger)
        self.replies = _Overheard(report)

    def sign_in(self) -> SignIn:
        """As ever, and used for the calls after it."""
        signed_in = super().sign_in()
        self.ledger.save_sign_in(signed_in)
        return signed_in


class _Overheard(Replies):
    def __init__(self, report: Report) -> None:
        self._report = report

    def result(self, answer: Answer, operation: str) -> Any:
        found = super().result(answer, operation)
        self._report.fields[operation] = _names(found)
        return found


def _names(found: Any) -> list[str]:
    """The names of an object's fields, or of those of a list's objects; fit to be printed."""
    entries = found if isinstance(found, list) else [found]
    names = {as_text(name)[:LONGEST_FIELD] for entry in entries if isinstance(entry, dict) for name in entry}
    return sorted(names)[:MOST_FIELDS]
