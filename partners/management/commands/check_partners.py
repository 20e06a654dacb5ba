"""Are partners and accounts in order? What is stored is validated, then each is looked at."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from partners.models import Partner, PartnerSystemUser
from partners.services import health, validating
from partners.states import HealthStatus
from work.errors import Refused

ACTOR = "check_partners"
WRONG_ARGUMENTS = 2


class Command(BaseCommand):
    help = (
        "Validates what is stored of each partner and account, then looks at each: one call without sign-in for a partner, one "
        "call for an account. Deactivated and paused ones are not called. Exit code 1 where something is not in order."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--partner", action="append", metavar="CODE", help="only this partner; may be repeated")
        parser.add_argument("--offline", action="store_true", help="only validate; no partner is called")

    def handle(self, *args: Any, partner: list[str] | None = None, offline: bool = False, **options: Any) -> None:
        self._offline = offline
        self._wrong = 0
        partners = self._chosen(partner)
        for one in partners:
            self._check(one)
        if self._wrong:
            raise CommandError(f"not in order: {self._wrong}")
        self.stdout.write(self.style.SUCCESS("all in order" if partners else "there is no partner yet"))

    def _chosen(self, codes: list[str] | None) -> list[Partner]:
        known = {partner.code: partner for partner in Partner.objects.order_by("code")}
        unknown = sorted(set(codes or ()) - set(known))
        if unknown:
            told = f"there is no partner {', '.join(unknown)}; known are: {', '.join(known) or 'none'}"
            raise CommandError(told, returncode=WRONG_ARGUMENTS)
        return [known[code] for code in dict.fromkeys(codes or known)]

    def _check(self, partner: Partner) -> None:
        self.stdout.write(f"{partner.code}: {partner.name}, adapter {partner.adapter}")
        if not partner.active:
            self._say("deactivated, not looked at")
            return
        faults = validating.partner_faults(partner)
        self._say_configuration(faults)
        if faults:
            return
        if not self._offline:
            self._look_at(partner)
        accounts = validating.accounts_of(partner)
        for key in list(accounts.values_list("pk", flat=True)):
            self._check_account(accounts.get(pk=key))

    def _look_at(self, partner: Partner) -> None:
        result = health.check(partner, actor=ACTOR)
        took = f", answered in {result.response_time.total_seconds() * 1000:.0f} ms" if result.response_time is not None else ""
        words = f"health: {result.status}{took}. {result.error}".rstrip(". ")
        self._say(words, good=result.status == HealthStatus.HEALTHY)

    def _check_account(self, account: PartnerSystemUser) -> None:
        self._say(validating.label(account))
        if not (account.active and account.customer.active):
            self._say("deactivated, not looked at", depth=2)
            return
        faults = validating.account_faults(account)
        self._say_configuration(faults, depth=2)
        if not faults and not self._offline:
            self._look_at_account(account)

    def _look_at_account(self, account: PartnerSystemUser) -> None:
        if account.refused_at:
            self._say("health: its login is refused; correct it, or resume the account", depth=2, good=False)
        elif account.paused_by_person:
            self._say("paused by a person, not looked at", depth=2)
        elif account.partner.failures:
            self._say("not looked at, as its partner does not answer", depth=2)
        else:
            try:
                look = health.check_account(account, actor=ACTOR)
            except Refused as refusal:
                self._say(f"not looked at: {refusal.message}", depth=2)
            else:
                self._say(f"health: {look.error or 'it works'}", depth=2, good=look.good)

    def _say_configuration(self, faults: list[str], depth: int = 1) -> None:
        for fault in faults:
            self._say(f"configuration: {fault}", depth=depth, good=False)
        if not faults:
            self._say("configuration: valid", depth=depth)

    def _say(self, words: str, *, depth: int = 1, good: bool = True) -> None:
        self._wrong += not good
        self.stdout.write("  " * depth + (words if good else self.style.ERROR(words)))
