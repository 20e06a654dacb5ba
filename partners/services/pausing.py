"""When an account may be called: pauses by a person, refused credentials, and breakers; and what its calls say of it."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce, Now

from accounts.models import Customer
from partners.account_states import held_back_by_person
from partners.adapters.errors import CredentialsRejected, PartnerError
from partners.models import Partner, PartnerSystemUser, Watched
from partners.selectors import is_open
from partners.services import breaker, check_rows, health_changes, outages
from partners.services.calling import LOOK_LASTS
from partners.services.health_changes import Verdict
from partners.states import AttentionKind, HealthStatus
from work import attention, engine, history
from work.clock import from_now, now
from work.kinds import Postponed

OBJECT_TYPE = "partnerSystemUser"
PROBE_EVERY = timedelta(hours=1)
PROBE_FOR = timedelta(days=1)
LOOK_AGAIN = timedelta(minutes=1)
SUCCESS_NOTED_EVERY = timedelta(minutes=1)
NEWS_FROM = 2
"""Failed calls in a row that make an account's health worse: a single one is daily business."""


def check_may_call(system_user: PartnerSystemUser) -> None:
    """Raise Postponed where the account may not be called now. Where its credentials are refused, one caller an hour may try."""
    because = held_back_by_person(system_user)
    if because:
        raise Postponed(engine.RESTS_FOR, because, still=lambda: _is_still_held_back(system_user))
    for row in (system_user.partner, system_user):
        if is_open(row):
            raise Postponed(_until_looked_at(row), f"{row} fails, and is not called before it was looked at: {row.health_error}")
    if system_user.refused_at is None and system_user.paused_until is None:
        return
    current = now()
    if system_user.refused_at and current - system_user.refused_at > PROBE_FOR:
        raise Postponed(PROBE_EVERY, f"{system_user}: its credentials have been refused for a day; correct them")
    if system_user.paused_until and system_user.paused_until > current:
        raise Postponed(system_user.paused_until - current, f"{system_user} is paused")
    if system_user.refused_at and not _may_probe(system_user):
        raise Postponed(LOOK_AGAIN, f"{system_user}: another worker is trying its refused credentials")


def _until_looked_at(row: Watched) -> timedelta:
    """Long enough for the look to be over, which wakes what waits where it is good."""
    left = row.open_until - now() if row.open_until else timedelta(0)
    return max(left, timedelta(0)) + LOOK_LASTS


def _is_still_held_back(system_user: PartnerSystemUser) -> bool:
    """Whether it is so even now; locks the row that says so until the transaction ends."""
    rests = Q(active=False) | Q(paused_by_person=True)
    return any(
        rows.update(active=F("active"))
        for rows in (
            Customer.objects.filter(pk=system_user.customer_id, active=False),
            Partner.objects.filter(pk=system_user.partner_id, active=False),
            PartnerSystemUser.objects.filter(rests, pk=system_user.pk),
        )
    )


def switched(accounts: "QuerySet[PartnerSystemUser]", *, on: bool) -> None:
    """Accounts may be called again, or no more: what waits for them goes on, or rests. Inside the transaction that says so."""
    if not on:
        engine.rest(accounts.values("pk"))
        return
    may = accounts.filter(active=True, paused_by_person=False, partner__active=True, customer__active=True)
    transaction.on_commit(lambda: engine.wake(may.values("pk")))


def customer_switched(customer: Customer, **_: Any) -> None:
    """A customer was activated or deactivated, and its accounts with it."""
    switched(PartnerSystemUser.objects.filter(customer=customer), on=customer.active)


def _may_probe(system_user: PartnerSystemUser) -> bool:
    rows = PartnerSystemUser.objects.filter(pk=system_user.pk, refused_at__isnull=False, paused_until__lte=Now())
    return rows.update(paused_until=from_now(PROBE_EVERY)) == 1


def note_refusal(system_user: PartnerSystemUser, error: CredentialsRejected) -> timedelta | None:
    """The partner refuses these credentials: pause the account and ask a person. How long until another try makes sense; None
    where they were changed meanwhile.

    Where it refuses those of many accounts at once, it is the partner that fails, and no account is held to it.
    """
    with transaction.atomic():
        outages.hold(system_user.partner)
        refused = {"refused_at": Coalesce(F("refused_at"), Now()), "paused_until": from_now(PROBE_EVERY), "sign_in": None}
        answered = {"failures": 0, "open_until": None, "troubled_at": Now()}
        if not _with_same_credentials(system_user).update(**refused, **answered):
            return None
        doubted = outages.declare_if_so(system_user)
        if not doubted:
            _ask(system_user, error)
    if doubted:
        outages.spread(doubted)
        return breaker.pause(0)
    health_changes.follow(system_user, lambda current: Verdict(HealthStatus.UNHEALTHY, error.message))
    return PROBE_EVERY


def _ask(system_user: PartnerSystemUser, error: CredentialsRejected) -> None:
    attention.raise_once(
        AttentionKind.CREDENTIALS_REJECTED,
        OBJECT_TYPE,
        system_user.pk,
        tenant_id=system_user.customer_id,
        reason=f"{system_user.partner} refuses the login {system_user.partner_username}: {error.message}",
    )


def note_success(system_user: PartnerSystemUser, at: datetime | None = None, *, by_person: bool = False) -> None:
    """A call succeeded. Written at most once a minute, and at once where it ends a refusal or a run of failures.

    It ends a refusal only where the caller knew of it: one that came after the call had begun is about something else.
    """
    noted = system_user.last_success_at
    rows = _with_same_credentials(system_user)
    if system_user.refused_at:
        _end_refusal(system_user, rows)
    elif _is_news(system_user) or noted is None or (at or now()) - noted >= SUCCESS_NOTED_EVERY:
        rows.update(**WORKS)
        if system_user.open_until:
            engine.wake([system_user.pk])
    if system_user.health != HealthStatus.HEALTHY:
        _follow_success(system_user, by_person)


WORKS = {"last_success_at": Now(), "failures": 0, "open_until": None, "refusal_doubted": False, "health_error": ""}


def _is_news(system_user: PartnerSystemUser) -> bool:
    return bool(system_user.failures or system_user.open_until or system_user.refusal_doubted)


def _follow_success(system_user: PartnerSystemUser, by_person: bool) -> None:
    at = now()
    if health_changes.follow(system_user, lambda current: health_changes.answered(current, at, by_person=by_person)):
        check_rows.look_within(system_user, check_rows.pace(system_user.partner))


def _end_refusal(system_user: PartnerSystemUser, rows: "QuerySet[PartnerSystemUser]") -> None:
    with transaction.atomic():
        if rows.update(**WORKS, refused_at=None, paused_until=None):
            attention.settle(AttentionKind.CREDENTIALS_REJECTED, OBJECT_TYPE, system_user.pk)
            transaction.on_commit(lambda: engine.wake([system_user.pk]))


def _with_same_credentials(system_user: PartnerSystemUser) -> "QuerySet[PartnerSystemUser]":
    return PartnerSystemUser.objects.filter(pk=system_user.pk, credentials_version=system_user.credentials_version)


def note_failure(system_user: PartnerSystemUser, error: PartnerError, *, look: bool = False) -> None:
    """A call failed for any other reason than its credentials. `look`: it was made to see whether the account works."""
    rows = PartnerSystemUser.objects.filter(pk=system_user.pk)
    breaker.count_failure(rows, look=look)
    health_changes.follow(system_user, lambda current: health_changes.failed(current, error.message, news_from=NEWS_FROM))
    check_rows.look_within(system_user, breaker.pause(rows.values_list("failures", flat=True).get()))
    check_rows.hasten(system_user.partner)


def credentials_changed(system_user: PartnerSystemUser, *, actor: str) -> None:
    """New credentials take effect at once: forget the old sign-in and what was held against it, and let waiting work go on."""
    with transaction.atomic():
        PartnerSystemUser.objects.filter(pk=system_user.pk).update(
            **NOTHING_HELD_AGAINST, credentials_version=F("credentials_version") + 1, sign_in=None, verified_at=None
        )
        attention.settle(AttentionKind.CREDENTIALS_REJECTED, OBJECT_TYPE, system_user.pk)
        history.record(OBJECT_TYPE, system_user.pk, "credentials changed", actor=actor)
        let_go_on(system_user, "Its credentials were changed, and no call was made since.", actor=actor)


NOTHING_HELD_AGAINST = {"refused_at": None, "paused_until": None, "failures": 0, "open_until": None, "refusal_doubted": False}


def let_go_on(system_user: PartnerSystemUser, reason: str, *, actor: str) -> None:
    """A person removed what held the account back: what waits is due at once, and what was known of its health is old."""
    health_changes.follow(system_user, lambda current: _forgotten(current, reason), actor=actor)
    transaction.on_commit(lambda: engine.wake([system_user.pk]))
    transaction.on_commit(lambda: check_rows.look_within(system_user, check_rows.AT_ONCE))


def _forgotten(current: PartnerSystemUser, reason: str) -> Verdict:
    if current.health == HealthStatus.HEALTHY:
        return Verdict(HealthStatus.HEALTHY)
    return Verdict(HealthStatus.UNKNOWN, reason)
