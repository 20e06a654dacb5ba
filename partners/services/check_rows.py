"""When partners and accounts are looked at next: one row each, made when it is first wanted."""

from datetime import timedelta

from django.conf import settings
from django.db.models import Q

from partners.models import HealthCheck, Partner, PartnerSystemUser
from partners.states import CheckStatus
from work.apart import OWNER
from work.clock import from_now
from work.leases import due
from work.models import Priority

AT_ONCE = timedelta(0)
LOOKS_PER_INTERVAL = 60
"""Accounts of one partner that are looked at, of themselves, in one PARTNER_HEALTH_CHECK_INTERVAL."""

HASTENED_EVERY = timedelta(seconds=10)
"""A partner is looked at out of turn for its accounts' failures no more often than that."""


def schedule(partner: Partner) -> None:
    """An active partner is looked at from now on; an inactive one, and the canary's, are left alone."""
    if partner.pk == OWNER:
        return
    after = AT_ONCE if partner.active else None
    row, made = HealthCheck.objects.get_or_create(
        partner=partner, system_user=None, defaults={"status": CheckStatus.IDLE, **due(after, Priority.NORMAL)}
    )
    if not made and partner.active and row.due_at is None:
        HealthCheck.objects.filter(pk=row.pk).update(**due(AT_ONCE, Priority.NORMAL))


def hasten(partner: Partner) -> None:
    """One of its accounts had no answer: look at the partner soon, once for many accounts."""
    rows = HealthCheck.objects.filter(partner=partner, system_user__isnull=True, due_at__gt=from_now(HASTENED_EVERY))
    just_now = Q(last_attempt_at__gt=from_now(-HASTENED_EVERY))
    rows.exclude(just_now).update(**due(AT_ONCE, Priority.NORMAL))


def look_within(system_user: PartnerSystemUser, after: timedelta) -> None:
    """The account is looked at `after` from now, or earlier where it would be already.

    Never inside a transaction that has changed the account: the look itself comes from the other side, row of the check first.
    """
    if system_user.pk == OWNER:
        return
    wanted = due(after, Priority.LOW)
    rows = HealthCheck.objects.filter(system_user=system_user)
    if not rows.filter(Q(due_at__isnull=True) | Q(due_at__gt=from_now(after))).update(**wanted):
        row = HealthCheck(
            partner_id=system_user.partner_id,
            system_user=system_user,
            share_key=system_user.partner_id,
            status=CheckStatus.IDLE,
            priority=Priority.LOW,
            **wanted,
        )
        HealthCheck.objects.bulk_create([row], ignore_conflicts=True)


def pace(partner: Partner) -> timedelta:
    """How long an account may be silent before it is looked at. Many accounts share what one partner is asked per interval."""
    interval: timedelta = settings.HUB.health_check_interval
    accounts = PartnerSystemUser.objects.filter(partner=partner, active=True).count()
    return interval * max(1, -(-accounts // LOOKS_PER_INTERVAL))
