"""One look at a partner or at an account: a cheap call, and what came of it."""

import logging
import time
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import BooleanField, ExpressionWrapper, F, Q
from django.db.models.functions import Now

from partners.adapters import errors, registry
from partners.adapters.base import PartnerAdapter
from partners.adapters.errors import ErrorCode
from partners.adapters.ledger import NullLedger
from partners.adapters.records import Account
from partners.models import HealthResult, Partner, PartnerSystemUser
from partners.services.attempts import noted
from partners.services.calling import HubLedger, looking_adapter_for, looking_endpoint_of
from work.kinds import Postponed

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Look:
    """What one look found: how long the answer took, or what was wrong."""

    took: timedelta | None = None
    error_code: str = ""
    error: str = ""

    @property
    def good(self) -> bool:
        """Whether it was answered as it should be."""
        return not self.error


def look_at(partner: Partner) -> Look:
    """Ask the partner whether it is there; where it refused the logins of many accounts, also whether one may sign in."""
    try:
        adapter = registry.get(partner.adapter)(looking_endpoint_of(partner), Account("", ""), NullLedger())
        took = adapter.ping()
        return _sign_in_again(partner, took) if partner.refused_at else Look(took)
    except errors.PartnerError as error:
        return Look(error_code=error.code, error=error.message)
    except Exception as error:  # a third party's adapter must not pass for healthy by breaking
        logger.exception("the look at %s broke down", partner)
        return Look(
            error_code=ErrorCode.UNKNOWN_ERROR, error=f"Its adapter {partner.adapter} broke down: {type(error).__name__}."
        )


def _sign_in_again(partner: Partner, took: timedelta) -> Look:
    """Sign in with one account: one that nobody doubts and that has worked before, else each in turn.

    What it finds is shown to all who may see the partner, so it tells nothing of the account.
    """
    never_worked = ExpressionWrapper(Q(last_success_at__isnull=True), output_field=BooleanField())
    accounts = PartnerSystemUser.objects.filter(partner=partner, active=True, customer__active=True, paused_by_person=False)
    order = ("refusal_doubted", never_worked.asc(), F("checked_at").asc(nulls_first=True), "pk")
    account = accounts.select_related("partner", "customer").order_by(*order).first()
    if account is None:
        return Look(took)
    rows = PartnerSystemUser.objects.filter(pk=account.pk)
    rows.update(checked_at=Now())
    ledger = HubLedger(account)
    try:
        ledger.save_sign_in(looking_adapter_for(account, ledger).sign_in())
    except errors.CredentialsRejected as error:
        rows.update(refusal_doubted=True)
        return Look(error_code=error.code, error="It still refuses logins of accounts that worked before.")
    except errors.PartnerError as error:
        return Look(error_code=error.code, error="Nobody can sign in there yet.")
    except errors.Postponed:
        return Look(error_code=ErrorCode.RATE_LIMIT, error="Whether one can sign in there could not be tried yet.")
    return Look(took)


def look_at_account(system_user: PartnerSystemUser, correlation_id: str = "", *, by_person: bool = False) -> Look:
    """Make the cheapest call that shows whether the account works. The account's breaker and health follow.

    Raises Postponed where the account's own limit forbids it.
    """
    rows = PartnerSystemUser.objects.filter(pk=system_user.pk)
    rows.update(checked_at=Now())
    look = _cheap_call(system_user, correlation_id, by_person)
    health = rows.values_list("health", flat=True).get()
    if not look.good or health != system_user.health:
        HealthResult.objects.create(
            partner_id=system_user.partner_id,
            system_user=system_user,
            healthy=look.good,
            status=health,
            response_time=look.took,
            error_code=look.error_code,
            error=look.error,
        )
    return look


def _cheap_call(system_user: PartnerSystemUser, correlation_id: str, by_person: bool) -> Look:
    began = time.monotonic()
    try:
        with noted(system_user, look=True, by_person=by_person):
            _ask(looking_adapter_for(system_user, HubLedger(system_user, correlation_id)))
    except Postponed as wait:
        if "error_code" not in wait.fields:
            raise
        return Look(error_code=wait.fields["error_code"], error=wait.fields["error"])
    except errors.PartnerError as error:
        return Look(error_code=error.code, error=error.message)
    return Look(timedelta(seconds=time.monotonic() - began))


def _ask(adapter: PartnerAdapter) -> None:
    """With the kept sign-in where there is one: a sign-in is dearer, and counts as one at the partner."""
    if not adapter.capabilities.list_aircraft:
        adapter.sign_in()
        return
    try:
        adapter.list_aircraft()
    except (errors.Rejected, errors.BadPayload) as error:
        logger.info("an account's aircraft could not be listed, but it was answered: %s", error)
