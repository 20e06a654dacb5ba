"""Counts of calls that are not worth a row each: polls that found nothing new, by account and hour.

A process gathers them, and the end of a drain writes them down in a few statements for many accounts. Its kill loses some.
"""

import threading
from collections import Counter
from datetime import datetime
from uuid import UUID

from django.db.models import Case, F, IntegerField, QuerySet, Value, When

from partners.models import CallCounter, PartnerSystemUser
from work.clock import now

Counts = Counter[tuple[str, UUID]]

_gathered: Counts = Counter()
_gathering = threading.Lock()


def count(operation: str, account: UUID, calls: int) -> None:
    """Note calls of an account that `write_down` will add to its hour."""
    with _gathering:
        _gathered[operation, account] += calls


def write_down() -> None:
    """Add what was gathered to the counters of this hour; what cannot be written stays gathered."""
    with _gathering:
        taken = Counts(_gathered)
        _gathered.clear()
    try:
        for operation in {operation for operation, _ in taken}:
            _add(operation, {account: calls for (named, account), calls in taken.items() if named == operation})
            taken = Counts({key: calls for key, calls in taken.items() if key[0] != operation})
    finally:
        with _gathering:
            _gathered.update(taken)


def _add(operation: str, calls: dict[UUID, int]) -> None:
    hour = now().replace(minute=0, second=0, microsecond=0)
    rows = CallCounter.objects.filter(operation=operation, hour=hour, system_user__in=calls)
    missing = calls.keys() - set(rows.values_list("system_user", flat=True))
    if missing:
        _begin_hour(operation, hour, PartnerSystemUser.objects.filter(pk__in=missing))
    each = [When(system_user=account, then=Value(count)) for account, count in calls.items()]
    rows.update(calls=F("calls") + Case(*each, output_field=IntegerField()))


def _begin_hour(operation: str, hour: datetime, accounts: "QuerySet[PartnerSystemUser]") -> None:
    """Rows for accounts that still exist; another process may make the same."""
    made = [CallCounter(system_user=account, operation=operation, hour=hour) for account in accounts.only("pk")]
    CallCounter.objects.bulk_create(made, ignore_conflicts=True)
