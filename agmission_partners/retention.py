"""What is kept for how long. Raw logs, records, jobs and figures are kept for good; what is told of the way there is not."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet

from flightdata.models import Export
from flightdata.states import ExportStatus
from partners.models import PartnerCall
from work import history
from work.models import Attention, Event

AT_ONCE = 2000


@dataclass(frozen=True)
class Rule:
    """`older_than` gives the rows that may go; `delete` takes some of the oldest away and says how many."""

    name: str
    about: str
    kept_for: timedelta
    older_than: Callable[[datetime], "QuerySet[Any]"]
    delete: Callable[[datetime, str], int]


def _deleting(older_than: Callable[[datetime], "QuerySet[Any]"]) -> Callable[[datetime, str], int]:
    def delete(before: datetime, actor: str) -> int:
        oldest = list(older_than(before).order_by("pk").values_list("pk", flat=True)[:AT_ONCE])
        older_than(before).filter(pk__in=oldest).delete()
        return len(oldest)

    return delete


def _calls(before: datetime) -> "QuerySet[Any]":
    return PartnerCall.objects.filter(at__lt=before)


def _exports(before: datetime) -> "QuerySet[Any]":
    return Export.objects.filter(status=ExportStatus.EXPIRED, expires_at__lt=before)


def _settled(before: datetime) -> "QuerySet[Any]":
    return Attention.objects.filter(settled_at__lt=before)


def _events(before: datetime) -> "QuerySet[Any]":
    return Event.objects.filter(history.happened_before(before))


RULES = [
    Rule("calls", "calls to partners", timedelta(days=30), _calls, _deleting(_calls)),
    Rule("exports", "exports whose files are gone", timedelta(days=30), _exports, _deleting(_exports)),
    Rule("attention", "what waited for a person and is settled", timedelta(days=365), _settled, _deleting(_settled)),
    Rule(
        "history",
        "histories and the audit trail",
        timedelta(days=7 * 365),
        _events,
        lambda before, actor: history.purge(before, actor=actor),
    ),
]


def purge(rule: Rule, before: datetime, *, actor: str, tell: Callable[[int], None]) -> int:
    """Delete what is older, batch by batch, each in a transaction of its own; how many. `tell` has the count so far."""
    gone = 0
    while count := rule.delete(before, actor):
        gone += count
        tell(gone)
    return gone


def chosen(names: Iterable[str]) -> list[Rule]:
    """Those with these names; all where none is given."""
    wanted = set(names)
    return [rule for rule in RULES if not wanted or rule.name in wanted]
