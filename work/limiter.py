"""Calls per minute, over all workers: the generic cell rate algorithm (ITU-T I.371) as one conditional UPDATE.

The row keeps the theoretical arrival time: when the next call would be exactly on schedule. A call is allowed while that time
is not further ahead than a small burst. Interval and burst are chosen so that no window of a minute holds more than the limit.
"""

from dataclasses import dataclass
from datetime import timedelta

from django.db import models
from django.db.models import ExpressionWrapper, F, Q
from django.db.models.functions import Coalesce, Greatest, Now

from work.clock import now

MINUTE = timedelta(minutes=1)


class RateLimited(models.Model):
    """A row whose calls are limited."""

    next_call_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        abstract = True


@dataclass(frozen=True)
class Rate:
    """At most `per_minute` calls in any minute, a sixth of them at once."""

    per_minute: int

    @property
    def burst(self) -> int:
        """Calls that may follow each other without a pause."""
        return max(1, self.per_minute // 6)

    @property
    def interval(self) -> timedelta:
        """The pause between calls once the burst is used up."""
        return MINUTE / (self.per_minute - self.burst + 1)

    @property
    def tolerance(self) -> timedelta:
        """How far ahead of its schedule a call may be."""
        return self.interval * (self.burst - 1)


@dataclass(frozen=True)
class Bursts(Rate):
    """`at_once`, and then `per_minute`."""

    at_once: int = 10

    @property
    def burst(self) -> int:
        return self.at_once

    @property
    def interval(self) -> timedelta:
        return MINUTE / self.per_minute


@dataclass(frozen=True)
class Left:
    """How many calls would be let through now, and when all of the burst is there again."""

    calls: int
    whole_after: timedelta


def take(rows: models.QuerySet[RateLimited], rate: Rate) -> timedelta | None:
    """Use one call of the limit of the single row in `rows`. None: go ahead; else how long to wait before asking again."""
    on_schedule = Greatest(Coalesce(F("next_call_at"), Now()), Now())
    latest = ExpressionWrapper(Now() + rate.tolerance, output_field=models.DateTimeField())  # as the sum it is compared with
    allowed = rows.filter(Q(next_call_at__isnull=True) | Q(next_call_at__lte=latest))
    if allowed.update(next_call_at=on_schedule + rate.interval):
        return None
    scheduled = rows.values_list("next_call_at", flat=True).get()
    if scheduled is None:
        return timedelta(0)
    return max(scheduled - rate.tolerance - now(), timedelta(milliseconds=1))


def left(rows: models.QuerySet[RateLimited], rate: Rate) -> Left:
    """What is left of the limit of the single row in `rows`; asking uses nothing up."""
    scheduled = rows.values_list("next_call_at", flat=True).get()
    ahead = max(scheduled - now(), timedelta(0)) if scheduled else timedelta(0)
    return Left(max(0, (rate.tolerance - ahead) // rate.interval + 1), ahead)
