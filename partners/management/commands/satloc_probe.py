"""What a SatLoc cloud answers to one account: for an operator who sets one up, and to see which assumptions about it hold."""

import argparse
import sys
from collections.abc import Iterator
from getpass import getpass
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from accounts.apart import real
from partners.adapters.addresses import check_base_url
from partners.adapters.errors import CredentialsRejected, Rejected
from partners.adapters.ledger import CallLedger, CallRecord, NullLedger
from partners.adapters.records import Account, Endpoint
from partners.adapters.satloc.probe import Report, probe
from partners.models import PartnerSystemUser
from partners.services.calling import USER_AGENT, account_of, endpoint_of
from partners.services.signing_in import TrialLedger

SHOWN = 10


class Command(BaseCommand):
    help = (
        "Asks a SatLoc cloud, real or simulated, what it answers: IsAlive, a sign-in, the aircraft, and the logs of one of them. "
        "Nothing is changed there or here, and no secret is printed. The credentials are those of an account (--account), "
        "else SATLOC_PROBE_LOGIN and SATLOC_PROBE_PASSWORD (or ..._FILE), else they are asked for; an argument cannot hold them."
    )

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """What to ask, and as whom."""
        parser.add_argument("--account", type=UUID, metavar="ID", help="a partner system user, with its own partner's address")
        parser.add_argument("--base-url", metavar="URL", help="the cloud (SATLOC_BASE_URL); not with --account")
        parser.add_argument("--aircraft", default="", metavar="ID", help="whose logs to list, by the cloud's own id (the first)")

    def handle(self, *args: Any, **options: Any) -> None:
        """Asks, and prints what was seen. A fault is said in words, with exit code 1."""
        endpoint, account, ledger = self._whom(options["account"], options["base_url"])
        self.stdout.write(f"SatLoc cloud at {endpoint.base_url}, as {account.username}")
        report = probe(endpoint, account, ledger, options["aircraft"])
        if isinstance(ledger, TrialLedger):
            ledger.keep(worth_a_row=True)
        for line in _lines(report):
            self.stdout.write(report.secrets.quote(line))
        if report.faults:
            raise CommandError(report.secrets.quote(" ".join(report.faults)))

    def _whom(self, key: UUID | None, base_url: str | None) -> tuple[Endpoint, Account, CallLedger]:
        if key is None:
            return _endpoint(base_url or settings.HUB.satloc.base_url), _typed_account(), NullLedger()
        if base_url:
            raise CommandError("--base-url cannot be given with --account: its password is sent to its own partner alone.")
        row = real(PartnerSystemUser.objects.select_related("partner", "customer")).filter(pk=key).first()
        if row is None:
            raise CommandError(f"There is no partner system user {key}; `partner-system-users/` of the API lists them.")
        if row.partner.adapter != "satloc":
            raise CommandError(f"{row} is an account at {row.partner}, whose adapter is {row.partner.adapter}, not satloc.")
        try:
            return endpoint_of(row.partner), account_of(row), TrialLedger(row)
        except (CredentialsRejected, Rejected) as fault:
            raise CommandError(fault.message) from None


def _endpoint(base_url: str) -> Endpoint:
    """Of an operator's own address, which may be in any network."""
    try:
        check_base_url(base_url, private_hosts_allowed=True)
    except ValueError as fault:
        raise CommandError(str(fault)) from None
    satloc = settings.HUB.satloc
    return Endpoint(
        base_url=base_url,
        private_hosts_allowed=True,
        timeout=satloc.timeout,
        quick_repeats=satloc.retry_attempts,
        user_agent=USER_AGENT,
    )


def _typed_account() -> Account:
    login, password = settings.HUB.satloc.probe_login, settings.HUB.satloc.probe_password
    if not (login and password) and not sys.stdin.isatty():
        raise CommandError(
            "There are no credentials: give --account ID, or set SATLOC_PROBE_LOGIN and SATLOC_PROBE_PASSWORD, or run it in a"
            " terminal and be asked."
        )
    login = login or input("SatLoc login: ")
    return Account(login, password or getpass("SatLoc password: "))


def _lines(report: Report) -> Iterator[str]:
    yield from map(_call, report.calls)
    yield f"dialect: {', '.join(report.dialects) or 'none was seen'}"
    yield from report.differences
    for operation, names in report.fields.items():
        if names:
            yield f"fields of {operation}: {', '.join(names)}"
    if report.aircraft is not None:
        yield f"{len(report.aircraft)} aircraft"
        yield from (f"- {one.external_id} {one.name}" for one in report.aircraft.aircraft[:SHOWN])
        yield from report.aircraft.bad_entries[:SHOWN]
    if report.logs is not None:
        yield f"{len(report.logs)} logs of {report.aircraft_id}"
        yield from (f"- {_log(one)}" for one in report.logs.logs[:SHOWN])
        yield from [*report.logs.bad_entries[:SHOWN], *report.logs.notes]


def _call(record: CallRecord) -> str:
    status = record.http_status or "no answer"
    return f"{record.operation}: {record.outcome} ({status}, {record.duration_ms} ms, {record.bytes_in} bytes)"


def _log(log: Any) -> str:
    size = "no size" if log.size is None else f"{log.size} bytes"
    return f"{log.external_id} {log.name}, {size}, {log.listed_at.isoformat() if log.listed_at else 'no date'}"
