"""How much work each queue has, told from the rows themselves: the database is the queue of record."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Min, Q, QuerySet
from django.db.models.functions import Now

from work import apart
from work.clock import from_now, now
from work.kinds import Kind, all_kinds, of_queue, queues
from work.models import BeatTick, WorkerHeartbeat

SHOWN_FOR = timedelta(days=1)
"""Processes that left no trace for so long are history."""


@dataclass(frozen=True)
class Depth:
    """What one kind of work has under way and waiting now; `oldest_due` is when the first of the waiting became due."""

    kind: Kind[Any]
    active: int
    waiting: int
    oldest_due: datetime | None


@dataclass(frozen=True)
class QueueCounts:
    """A queue: `completed` and `failed` are rows that rest so, not a rate; `oldest` is how long the first waits."""

    queue: str
    active: int
    waiting: int
    completed: int
    failed: int
    oldest: timedelta | None


def active(kind: Kind[Any]) -> "QuerySet[Any]":
    """The rows that somebody works on."""
    return _real(kind).filter(status=kind.running, lease_token__isnull=False)


def waiting(kind: Kind[Any]) -> "QuerySet[Any]":
    """The rows that are due by now and nobody works on; what is due later does not wait."""
    return _real(kind).filter(due_by_now(kind))


def _real(kind: Kind[Any]) -> "QuerySet[Any]":
    return kind.model._default_manager.exclude(share_key=apart.OWNER)


def due_by_now(kind: Kind[Any]) -> Q:
    """The condition of `waiting`. What is due is ranked by now, too; saying so lets the index end where the future begins."""
    return Q(status__in=kind.due, due_at__lte=Now(), rank_at__lte=Now(), lease_token__isnull=True)


def depths() -> list[Depth]:
    """Of every kind that is counted, in two statements each, both answered by its small indexes."""
    return [_depth(kind) for kind in all_kinds() if kind.counted]


def _depth(kind: Kind[Any]) -> Depth:
    told = waiting(kind).aggregate(waiting=Count("pk"), oldest=Min("due_at"))
    return Depth(kind, active(kind).count(), told["waiting"], told["oldest"])


def counts() -> list[QueueCounts]:
    """Of every queue, in the order in which they are first used."""
    at = now()
    of_kind = {depth.kind.name: depth for depth in depths()}
    return [_counts(queue, [of_kind[kind.name] for kind in of_queue(queue) if kind.counted], at) for queue in queues()]


def _counts(queue: str, of_it: list[Depth], at: datetime) -> QueueCounts:
    return QueueCounts(
        queue=queue,
        active=sum(depth.active for depth in of_it),
        waiting=sum(depth.waiting for depth in of_it),
        completed=sum(_resting(depth.kind, depth.kind.finished) for depth in of_it),
        failed=sum(_resting(depth.kind, depth.kind.stuck) for depth in of_it),
        oldest=max((at - depth.oldest_due for depth in of_it if depth.oldest_due), default=None),
    )


def _resting(kind: Kind[Any], states: tuple[str, ...]) -> int:
    """Rows in these states that the clock will not move; a stored log that is fetched once more soon is not at rest."""
    if not states:
        return 0
    return _real(kind).filter(status__in=states, due_at__isnull=True).count()


def workers() -> dict[str, list[WorkerHeartbeat]]:
    """The workers that consumed lately, each with what it left at its queues."""
    found: dict[str, list[WorkerHeartbeat]] = {}
    for row in WorkerHeartbeat.objects.filter(last_seen__gte=from_now(-SHOWN_FOR)).order_by("name", "queue"):
        found.setdefault(row.name, []).append(row)
    return found


def beats() -> "QuerySet[BeatTick]":
    """The beats that ticked lately, the latest first."""
    return BeatTick.objects.filter(last_tick__gte=from_now(-SHOWN_FOR)).order_by("-last_tick")
