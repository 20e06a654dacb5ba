"""Which partners, accounts and aircraft somebody may see, and what state an account is in."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Avg, BooleanField, Count, ExpressionWrapper, F, Q, QuerySet
from django.db.models.functions import Now

from accounts.apart import real
from accounts.models import User
from accounts.selectors import of_customer
from accounts.states import Role
from partners.models import Aircraft, HealthResult, Partner, PartnerSystemUser, Watched
from partners.states import AccountState, HealthStatus
from work.clock import now
from work.ids import first_id_at

HEALTH_STATUSES = tuple(HealthStatus.values)


def visible_partners(user: User) -> "QuerySet[Partner]":
    """Ops see all partners, a customer's people the active ones (they have accounts there), a partner its own, pilots none."""
    rows = real(Partner.objects.all())
    if user.role == Role.CUSTOMER:
        rows = rows.filter(active=True)
    elif user.role == Role.PARTNER:
        rows = rows.filter(memberships__user=user)
    elif user.role != Role.OPS:
        return rows.none()
    return rows.prefetch_related("memberships__user")


def health_by_partner() -> dict[str, str]:
    """The health of every active partner by its code."""
    return dict(real(Partner.objects.filter(active=True)).values_list("code", "health"))


def visible_system_users(user: User) -> "QuerySet[PartnerSystemUser]":
    """Ops see all accounts, a customer's people their own, pilots and partners none."""
    rows = of_customer(user, PartnerSystemUser.objects.all())
    waits = ExpressionWrapper(Q(paused_until__isnull=False, paused_until__gt=Now()), output_field=BooleanField())
    partner_fails = ExpressionWrapper(open_rows("partner__"), output_field=BooleanField())
    return rows.annotate(waits=waits, partner_fails=partner_fails, partner_open_until=F("partner__open_until"))


def visible_aircraft(user: User) -> "QuerySet[Aircraft]":
    """The aircraft of the accounts that the user may see."""
    return of_customer(user, Aircraft.objects.all(), "system_user__customer")


def state_of(system_user: Any) -> AccountState:
    """What an account of `visible_system_users` can be said to be in."""
    if system_user.refused_at:
        return AccountState.CREDENTIALS_REJECTED
    if system_user.paused_by_person or system_user.waits:
        return AccountState.PAUSED
    if system_user.failures >= settings.HUB.failure_threshold or system_user.partner_fails:
        return AccountState.UNREACHABLE
    return AccountState.OK if system_user.verified_at else AccountState.UNVERIFIED


def held_until(system_user: Any) -> datetime | None:
    """Before when no call is made for an account of `visible_system_users`, of itself or of its partner; None: no such time."""
    own = system_user.open_until if is_open(system_user) else None
    partners = system_user.partner_open_until if system_user.partner_fails else None
    return max(filter(None, (system_user.paused_until, own, partners)), default=None)


def is_open(row: Watched) -> bool:
    """Whether the breaker of a partner or an account is open: its calls are held back."""
    return row.open_until is not None and row.failures >= settings.HUB.failure_threshold


def open_rows(prefix: str = "") -> Q:
    """The same as a condition; `prefix` leads to the row, as in `partner__`."""
    threshold: int = settings.HUB.failure_threshold
    return Q(**{f"{prefix}open_until__isnull": False, f"{prefix}failures__gte": threshold})


def looks_at(partner: Partner) -> "QuerySet[HealthResult]":
    """What was found at each look at the partner itself."""
    return HealthResult.objects.filter(partner=partner, system_user__isnull=True)


def last_day_of(partner: Partner) -> dict[str, Any]:
    """`checks`, how many of them `failed`, and the `average` time of the answers."""
    rows = looks_at(partner).filter(pk__gte=first_id_at(now() - timedelta(days=1)))
    return rows.aggregate(checks=Count("pk"), failed=Count("pk", filter=Q(healthy=False)), average=Avg("response_time"))
