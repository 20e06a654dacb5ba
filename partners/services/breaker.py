"""When a run of failures holds calls back, and for how long: the same for a partner and for an account.

PARTNER_FAILURE_THRESHOLD failures in a row open the breaker. Then nothing is called but by the next look (`services.health`):
it is leased work, so there is one at a time over all workers, and another comes where its worker is killed. A look that fails
makes the next pause longer, one that succeeds closes.
"""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Now

from partners.selectors import open_rows
from work.backoff import RetryPolicy
from work.clock import from_now

LONGEST_PAUSE = timedelta(minutes=15)
SUSPICION = timedelta(seconds=5)
"""Until something that has just failed is looked at again; doubled by each further failure, up to the usual interval."""


def pause(failures: int) -> timedelta:
    """The usual interval, from the threshold on doubled with each look that failed."""
    interval: timedelta = settings.HUB.health_check_interval
    growing = RetryPolicy(base=interval, maximum=max(interval, LONGEST_PAUSE), jitter=False)
    return growing.delay(max(0, failures - settings.HUB.failure_threshold))


def next_look(failures: int) -> timedelta:
    """Until the next look at a partner that has failed so often in a row: soon, so that it is known soon whether it is down."""
    interval: timedelta = settings.HUB.health_check_interval
    if not failures or failures >= settings.HUB.failure_threshold:
        return pause(failures)
    return RetryPolicy(base=min(SUSPICION, interval), maximum=interval, jitter=False).delay(failures - 1)


def count_failure(rows: "QuerySet[Any]", *, look: bool) -> None:
    """One more failure of the single row in `rows`; the breaker opens where it is one too many.

    Once it is open only looks count: what was under way when it opened says nothing of how long to wait.
    """
    threshold: int = settings.HUB.failure_threshold
    counted = rows if look else rows.exclude(open_rows())
    if not counted.update(failures=F("failures") + 1, troubled_at=Now()):
        return
    too_many = rows.filter(failures__gte=threshold)
    if look:
        failures = rows.values_list("failures", flat=True).get()
        too_many.update(open_until=from_now(pause(failures)))
    else:
        closed = too_many.filter(Q(open_until__isnull=True) | Q(open_until__lte=Now()))
        closed.update(failures=threshold, open_until=from_now(pause(0)))
