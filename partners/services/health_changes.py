"""A change of health: once in the history, once in the log, once as a signal, once by mail, however many workers see it."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now

from accounts.services import ops_mail
from partners import states
from partners.models import Partner, PartnerSystemUser
from partners.signals import health_changed
from partners.states import HealthStatus
from work.clock import now

logger = logging.getLogger(__name__)

Subject = Partner | PartnerSystemUser

CALM = 5
"""Intervals without trouble after which what was not well counts as healthy again, so that health does not flap."""

RACES_AT_MOST = 5
BAD = (HealthStatus.DEGRADED, HealthStatus.UNHEALTHY)
RANK = (HealthStatus.UNKNOWN, HealthStatus.HEALTHY, HealthStatus.DEGRADED, HealthStatus.UNHEALTHY)


@dataclass(frozen=True)
class Verdict:
    """What a subject's health is now; `words` say why it is not healthy."""

    status: HealthStatus
    words: str = ""


def failed(current: Subject, words: str, *, news_from: int) -> Verdict:
    """After a failure, which never makes health better; of fewer in a row than `news_from` it says nothing yet."""
    before = HealthStatus(current.health)
    status = before
    if current.failures >= settings.HUB.failure_threshold:
        status = HealthStatus.UNHEALTHY
    elif current.failures >= news_from:
        status = max(before, HealthStatus.DEGRADED, key=RANK.index)
    return Verdict(status, words)


def answered(current: Subject, at: datetime, *, by_person: bool = False) -> Verdict:
    """After a good answer. What was not well is healthy again once it has been so for a while, or where a person looked."""
    if current.health not in BAD or by_person:
        return Verdict(HealthStatus.HEALTHY)
    calm: timedelta = CALM * settings.HUB.health_check_interval
    if current.troubled_at is None or at - current.troubled_at >= calm:
        return Verdict(HealthStatus.HEALTHY)
    return Verdict(
        HealthStatus.DEGRADED, f"It works again, and counts as healthy after {calm.total_seconds():.0f} s without trouble."
    )


def follow(subject: Subject, judge: Callable[[Any], Verdict], *, actor: str = "clock") -> bool:
    """Bring the stored health to what `judge` says of the row as it is now; whether that was a change.

    Of several who see the same change one makes it. Who was overtaken judges again.
    """
    for _ in range(RACES_AT_MOST):
        current = _read(subject)
        before, verdict = HealthStatus(current.health), judge(current)
        if verdict.status == before:
            _rows(subject).exclude(health_error=verdict.words).update(health_error=verdict.words)
            return False
        if _change(current, before, verdict, actor):
            return True
    logger.warning("the health of %s changes faster than it can be written down", subject)
    return False


def _change(current: Subject, before: HealthStatus, verdict: Verdict, actor: str) -> bool:
    machine = states.partner_health if isinstance(current, Partner) else states.account_health
    columns: dict[str, Any] = {"health_since": Now(), "health_error": verdict.words}
    reason = verdict.words or "it answers as it should"
    with transaction.atomic():
        if not machine.move(current, verdict.status, actor=actor, reason=reason, **columns):
            return False
        if before in BAD or verdict.status in BAD:
            words = f"{name_of(current)} is {verdict.status}"
            ops_mail.tell(words, f"{now():%Y-%m-%d %H:%M:%S} UTC: {words}, it was {before}. {reason}")
        transaction.on_commit(lambda: _announce(current, before, verdict.status, reason))
    return True


def _announce(subject: Subject, before: HealthStatus, after: HealthStatus, reason: str) -> None:
    level = logging.WARNING if after in BAD else logging.INFO
    logger.log(level, "health of %s: %s, was %s: %s", name_of(subject), after, before, reason)
    partner, system_user = (subject, None) if isinstance(subject, Partner) else (subject.partner, subject)
    told = {"partner": partner, "system_user": system_user, "before": before, "after": after, "reason": reason}
    health_changed.send_robust(type(subject), **told)  # Django logs what a receiver raises


def name_of(subject: Subject) -> str:
    """As ops know it."""
    if isinstance(subject, Partner):
        return subject.name
    return f"{subject} ({subject.customer}, {subject.partner})"


def _rows(subject: Subject) -> Any:
    return type(subject)._default_manager.filter(pk=subject.pk)


def _read(subject: Subject) -> Any:
    rows = _rows(subject)
    return rows.get() if isinstance(subject, Partner) else rows.select_related("partner", "customer").get()
