"""What looks at a partner mean: its breaker, its health and its history, and what waits for it."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Count
from django.db.models.functions import Now

from partners.models import HealthResult, Partner, PartnerSystemUser
from partners.selectors import open_rows
from partners.services import breaker, health_changes, outages
from partners.services.health_changes import Verdict
from partners.services.looking import Look
from partners.states import HealthStatus
from work import engine
from work.clock import now
from work.ids import first_id_at

KEPT_FOR = timedelta(days=7)
NEWS_FROM = 1
SLOW = timedelta(seconds=3)
"""What asks for a sign of life is answered sooner where all is well."""

FAILING_ONE_IN = 5
"""More than one account in so many out of reach, and the partner is not well, whatever it says of itself."""

CLOSED: dict[str, Any] = {"failures": 0, "open_until": None, "refused_at": None}


def note(partner: Partner, look: Look, *, actor: str, by_person: bool = False) -> HealthResult:
    """Write down a look at a partner; where it closes the breaker, what waited goes on. `partner` as it was before the look."""
    rows = Partner.objects.filter(pk=partner.pk)
    with transaction.atomic():
        rows.update(checked_at=Now(), response_time=look.took)
        words = look.error or _complaint(partner, look)
        if look.good:
            _close(partner)
        else:
            breaker.count_failure(rows, look=True)
        if words:
            rows.update(troubled_at=Now())
        at = now()
        health_changes.follow(partner, lambda current: _judge(current, look, words, at, by_person), actor=actor)
        return HealthResult.objects.create(
            partner=partner,
            healthy=look.good,
            status=rows.values_list("health", flat=True).get(),
            response_time=look.took,
            error_code=look.error_code,
            error=words,
        )


def _close(partner: Partner) -> None:
    """An answer closes the breaker; that of a look which tried no sign-in says nothing about an outage that began meanwhile."""
    rows = Partner.objects.filter(pk=partner.pk)
    if partner.refused_at is None:
        rows = rows.filter(refused_at__isnull=True)
    if rows.filter(open_until__isnull=False).update(**CLOSED):
        waiting = PartnerSystemUser.objects.filter(partner=partner).values_list("pk", flat=True)
        transaction.on_commit(lambda: engine.wake(waiting))
    rows.update(failures=0)


def _complaint(partner: Partner, look: Look) -> str:
    """What is not well although it answers."""
    if look.took and look.took > SLOW:
        return f"It took {look.took.total_seconds() * 1000:.0f} ms to answer."
    accounts = PartnerSystemUser.objects.filter(partner=partner, active=True)
    counts = accounts.aggregate(all=Count("pk"), failing=Count("pk", filter=open_rows()))
    if counts["failing"] * FAILING_ONE_IN > counts["all"]:
        return "It says that it is well, but more than a fifth of its accounts cannot be reached."
    return ""


def _judge(current: Partner, look: Look, words: str, at: datetime, by_person: bool) -> Verdict:
    if current.refused_at:
        return Verdict(HealthStatus.UNHEALTHY, words or outages.WORDS)
    if not look.good:
        return health_changes.failed(current, words, news_from=NEWS_FROM)
    if words:
        return Verdict(HealthStatus.DEGRADED, words)
    return health_changes.answered(current, at, by_person=by_person)


def answered_a_person(partner: Partner, *, actor: str) -> None:
    """A person has just signed in there: if the partner's breaker was open, it is closed."""
    rows = Partner.objects.filter(pk=partner.pk, open_until__isnull=False)
    with transaction.atomic():
        if not rows.update(**CLOSED):
            return
        at = now()
        health_changes.follow(partner, lambda current: health_changes.answered(current, at, by_person=True), actor=actor)
        waiting = PartnerSystemUser.objects.filter(partner=partner).values_list("pk", flat=True)
        transaction.on_commit(lambda: engine.wake(waiting))


def not_looked_at(partner: Partner, reason: str) -> None:
    """Nothing is known of a partner that is not called."""
    with transaction.atomic():
        Partner.objects.filter(pk=partner.pk).update(**CLOSED)
        health_changes.follow(partner, lambda current: Verdict(HealthStatus.UNKNOWN, reason))


def forget_old_results(partner: Partner) -> None:
    """Looks that are older than a week."""
    HealthResult.objects.filter(partner=partner, id__lt=first_id_at(now() - KEPT_FOR)).delete()
