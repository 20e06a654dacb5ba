"""Looking at partners and accounts: work like any other, so that a look that hangs never stops the others.

An account is known by the calls that are made for it anyway; only one that was silent is looked at, and only one that has
worked before (`docs/adr/`, "Health is told by the work"). The look is also what tries again where a breaker is open.
"""

import logging
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from partners import states
from partners.adapters import registry
from partners.models import HealthCheck, HealthResult, Partner, PartnerSystemUser
from partners.selectors import is_open
from partners.services import breaker, check_rows, health_changes, looking, partner_health
from partners.services.calling import LOOK_LASTS, require_account, require_partner
from partners.services.health_changes import Verdict
from partners.services.looking import Look
from partners.states import AttentionKind, CheckStatus, HealthStatus
from work import attention, history
from work.clock import now
from work.errors import Refused
from work.kinds import Ending, Kind, Postponed
from work.leases import Lease, due_by

logger = logging.getLogger(__name__)

RESTS = None
"""No look by the clock: the account has never worked, and whoever begins to use it will see."""


class Check(Kind[HealthCheck]):
    """One look at one partner or account, where it is time for one."""

    name = "health"
    queue = "default"
    model = HealthCheck
    machine = states.check
    due = (CheckStatus.IDLE,)
    running = CheckStatus.CHECKING
    share = 2
    """Accounts of one partner at a time; where it hangs, the other threads go on. Looks at partners have no owner."""

    def load(self, rows: "QuerySet[HealthCheck]") -> "QuerySet[HealthCheck]":
        return rows.select_related("partner", "system_user__partner", "system_user__customer")

    def names(self, item: HealthCheck) -> Mapping[str, Any]:
        return {"account": item.system_user_id}

    def claim_fields(self, item: HealthCheck) -> Mapping[str, Any]:
        """No longer due: whoever wants a look from now on wants another one than this."""
        return {"due_at": None, "rank_at": None}

    def patience(self, item: HealthCheck) -> timedelta:
        return 3 * LOOK_LASTS

    def perform(self, lease: Lease[HealthCheck]) -> None:
        item = lease.item
        after = _of_account(lease, item.system_user) if item.system_user else _of_partner(lease)
        with transaction.atomic():  # what was asked of a person goes with the losses that it was about
            lease.settle(CheckStatus.IDLE, attempts=0, **due_by(after, item.priority))
            if item.losses:
                attention.settle(AttentionKind.CHECK_BREAKS_DOWN, *_subject_of(item))

    def lost(self, item: HealthCheck) -> Ending:
        return Ending(CheckStatus.IDLE, timedelta(0))

    def given_up(self, item: HealthCheck) -> Ending:
        """It goes on all the same, slowly, and a person is asked to look."""
        reason = f"three workers in a row vanished or broke down over the {item}; look at their logs"
        subject = _subject_of(item)
        attention.raise_once(AttentionKind.CHECK_BREAKS_DOWN, *subject, tenant_id=item.tenant_id, reason=reason)
        return Ending(CheckStatus.IDLE, breaker.LONGEST_PAUSE, reason)


def _subject_of(item: HealthCheck) -> tuple[str, UUID]:
    if item.system_user:
        return states.account_health.object_type, item.system_user.pk
    return states.partner_health.object_type, item.partner_id


def _of_partner(lease: Lease[HealthCheck]) -> timedelta | None:
    """Look at a partner; when to look again."""
    partner = lease.item.partner
    if not partner.active:
        partner_health.not_looked_at(partner, "It is deactivated.")
        return None
    if not registry.is_supported(partner.adapter):
        partner_health.not_looked_at(partner, f"There is no adapter {partner.adapter} here.")
        return settings.HUB.health_check_interval
    partner_health.note(partner, looking.look_at(partner), actor=lease.worker)
    partner_health.forget_old_results(partner)
    return breaker.next_look(Partner.objects.values_list("failures", flat=True).get(pk=partner.pk))


def _of_account(lease: Lease[HealthCheck], account: PartnerSystemUser) -> timedelta | None:
    """Look at an account where it was silent, or holds its calls back; when to do so again."""
    reason = _why_nobody_calls(account)
    if reason:
        health_changes.follow(account, lambda current: Verdict(HealthStatus.UNKNOWN, reason))
        return check_rows.pace(account.partner)
    if account.refused_at and not is_open(account):  # its work tries again once an hour, and a person at once
        return check_rows.pace(account.partner)
    if not (account.last_success_at or account.failures):
        return RESTS
    if is_open(account.partner):
        raise Postponed(breaker.next_look(account.partner.failures), f"{account.partner} is not called now")
    wait = _still_fresh(account)
    if wait:
        return wait
    looking.look_at_account(account, str(lease.token))
    account.refresh_from_db(fields=["failures", "health"])
    return _next_look(account)


def _why_nobody_calls(account: PartnerSystemUser) -> str:
    if not (account.active and account.partner.active and account.customer.active):
        return "It is deactivated."
    if not registry.is_supported(account.partner.adapter):
        return f"There is no adapter {account.partner.adapter} here."
    return "It was paused by a person." if account.paused_by_person else ""


def _next_look(account: PartnerSystemUser) -> timedelta:
    if account.failures or account.health != HealthStatus.HEALTHY:
        return breaker.pause(account.failures)
    return check_rows.pace(account.partner)


def _still_fresh(account: PartnerSystemUser) -> timedelta | None:
    """How long what its calls told is good for; None where it is time for a look."""
    if is_open(account):
        ends = account.open_until
    else:
        heard = max(filter(None, (account.last_success_at, account.troubled_at)), default=None)
        ends = heard + _next_look(account) if heard else None
    left = ends - now() if ends else timedelta(0)
    return left if left > timedelta(0) else None


def check(partner: Partner, *, actor: str) -> HealthResult:
    """Look at a partner now, because a person wants to know. Refused where it may not or cannot be called."""
    require_partner(partner)
    result = partner_health.note(partner, looking.look_at(partner), actor=actor, by_person=True)
    history.record(states.partner_health.object_type, partner.pk, "checked", actor=actor, reason=result.error)
    return result


def check_account(system_user: PartnerSystemUser, *, actor: str) -> Look:
    """Look at an account now, also while it is paused. Refused where it may not or cannot be called, or its limit is used up."""
    require_account(system_user)
    require_partner(system_user.partner)
    try:
        look = looking.look_at_account(system_user, by_person=True)
    except Postponed as wait:
        raise Refused(wait.reason, "notNow") from None
    if look.good:
        partner_health.answered_a_person(system_user.partner, actor=actor)
    history.record(states.account_health.object_type, system_user.pk, "checked", actor=actor, reason=look.error)
    return look
