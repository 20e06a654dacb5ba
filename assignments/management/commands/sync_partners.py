"""Looking at partners now: which aircraft their accounts have, and which listings of logs are due."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db.models import QuerySet

from assignments.services import listings
from partners.account_states import resting_because
from partners.management import choosing
from partners.models import PartnerSystemUser
from partners.services import aircraft, refreshing
from work.errors import Refused

ACTOR = "command sync_partners"


class Command(BaseCommand):
    help = (
        "Asks partners for the aircraft of their accounts now, one account after the other, and has workers look at the listings "
        "of logs that are due. Accounts that are paused, deactivated or refused are left alone and named. Ends with exit code 1 "
        "where an account could not be asked."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        choosing.add_arguments(parser)

    def handle(self, *args: Any, partner: str | None = None, customer: str | None = None, **options: Any) -> None:
        """A line for each account, and a summary."""
        accounts = choosing.accounts(partner=partner, customer=customer)
        failed = self._list_aircraft(accounts)
        due = listings.look_at_due(accounts)
        self.stdout.write(f"{due} listings of logs are due; the workers are told" if due else "no listing of logs is due")
        if failed:
            raise CommandError(f"{failed} accounts could not be asked for their aircraft; see above")

    def _list_aircraft(self, accounts: "QuerySet[PartnerSystemUser]") -> int:
        """How many accounts could not be asked."""
        keys = list(accounts.values_list("pk", flat=True))
        done = failed = 0
        for place, key in enumerate(keys, 1):
            rows = PartnerSystemUser.objects.select_related("partner", "customer")
            account = rows.annotate(because=resting_because()).get(pk=key)
            words, good = self._asked(account)
            done, failed = done + (good is True), failed + (good is False)
            self.stdout.write(f"[{place}/{len(keys)}] {account}: {words}")
        left = len(keys) - done - failed
        self.stdout.write(f"the aircraft of {done} accounts are listed; {left} were not asked, {failed} failed")
        return failed

    def _asked(self, account: Any) -> tuple[str, bool | None]:
        """What came of it in words; None where the account is not to be asked."""
        if account.because:
            return f"not asked: {account.because}", None
        if not aircraft.are_listed(account.partner):
            return f"not asked: {account.partner} offers no list of aircraft", None
        refreshing.schedule(account)
        try:
            listed = aircraft.refresh(account, actor=ACTOR)
        except Refused as refusal:
            return f"failed: {refusal.message}", False
        return " ".join([f"{listed.count} aircraft.", *listed.left_out]), True
