"""Refused credentials that are the partner's fault: refusals of many accounts in a short time are an outage.

The first few are taken as what they seem, and taken back when there are too many. Then the partner's breaker is open and ops are
asked once, until one account can sign in again (`looking.look_at`). An account that is refused after that is believed.
"""

from collections.abc import Sequence
from datetime import timedelta

from django.conf import settings
from django.db.models import F, Q
from django.db.models.functions import Coalesce, Greatest, Now

from partners import states
from partners.models import Partner, PartnerSystemUser
from partners.services import breaker, health_changes
from partners.services.health_changes import Verdict
from partners.states import AttentionKind, HealthStatus
from work import attention
from work.clock import from_now

AT_LEAST = 5
ONE_IN = 5
WITHIN = timedelta(minutes=5)

WORDS = "It refuses the logins of many accounts at once. That is taken for an outage of the partner, not for wrong passwords."
DOUBTED = "Its login was refused together with many others; whether it is wrong will be seen when the partner works again."


def hold(partner: Partner) -> None:
    """Lock the partner until the transaction ends: its refusals are judged one after the other."""
    Partner.objects.filter(pk=partner.pk).update(failures=F("failures"))


def declare_if_so(system_user: PartnerSystemUser) -> list[PartnerSystemUser]:
    """The accounts whose refusals, this one just written down, are an outage's, unmarked; none where it stands for itself.

    For use where the partner is held; `spread` tells it after the transaction.
    """
    under_way = Partner.objects.filter(pk=system_user.partner_id, refused_at__isnull=False).exists()
    recent = Q(refused_at__gte=from_now(-WITHIN), refusal_doubted=False, active=True)
    accounts = PartnerSystemUser.objects.filter(partner=system_user.partner_id)
    if not under_way and not _too_many(system_user, recent):
        return []
    doubted = list(accounts.filter(recent | Q(pk=system_user.pk)).select_related("partner", "customer"))
    keys = [account.pk for account in doubted]
    accounts.filter(pk__in=keys).update(refused_at=None, paused_until=None, refusal_doubted=True)
    attention.settle_all(AttentionKind.CREDENTIALS_REJECTED, states.account_health.object_type, keys)
    Partner.objects.filter(pk=system_user.partner_id).update(
        refused_at=Coalesce(F("refused_at"), Now()),
        failures=Greatest(F("failures"), settings.HUB.failure_threshold),
        troubled_at=Now(),
        open_until=from_now(breaker.pause(0)),
    )
    return doubted


def _too_many(system_user: PartnerSystemUser, recent: Q) -> bool:
    """At least five, and more than a fifth of the partner's. One that was doubted before and has not worked since is believed."""
    accounts = PartnerSystemUser.objects.filter(partner=system_user.partner_id, active=True)
    if accounts.filter(pk=system_user.pk, refusal_doubted=True).exists():
        return False
    refused = accounts.filter(recent).count()
    return refused >= AT_LEAST and refused * ONE_IN > accounts.count()


def spread(doubted: Sequence[PartnerSystemUser]) -> None:
    """The partner is unhealthy, and of the accounts nothing is known."""
    health_changes.follow(doubted[0].partner, lambda current: Verdict(HealthStatus.UNHEALTHY, WORDS))
    for account in doubted:
        health_changes.follow(account, lambda current: Verdict(HealthStatus.UNKNOWN, DOUBTED))
