"""Taking the next row: one conditional UPDATE, the same on SQLite and PostgreSQL, with no lock held while it is worked on."""

import threading
import time
from collections import Counter, deque
from collections.abc import Iterator
from datetime import timedelta
from functools import cache
from typing import Any
from uuid import UUID, uuid4
from weakref import WeakValueDictionary

from django.conf import settings
from django.db.models import Count, F, Q, QuerySet
from django.db.models.functions import Now

from work import written
from work.clock import from_now
from work.kinds import Item, Kind, of_queue
from work.leases import Lease
from work.models import WorkItem
from work.queues import due_by_now

WINDOW = 32
WINDOW_LASTS = timedelta(seconds=1)
LOST_CLAIMS = 3 * WINDOW

Candidate = tuple[Kind[Any], WorkItem]


def claimable(kind: Kind[Item]) -> QuerySet[Item]:
    """The rows of a kind that may be taken now, first by rank, without those whose owner has its share under way."""
    rows = kind.model._default_manager.filter(due_by_now(kind)).exclude(share_key__in=_full_shares(kind))
    return rows.order_by("rank_at", "pk")


@cache  # without rows: it is built for every claim otherwise, which takes an eighth of one
def _full_shares(kind: Kind[Any]) -> "QuerySet[Any, UUID | None]":
    """Owners with their share of live leases. A bound for fairness, exact on SQLite: on PostgreSQL, workers that claim in the
    same instant do not see each other and may pass it together. What must hold exactly is bounded by slots."""
    live = kind.model._default_manager.filter(lease_token__isnull=False, lease_expires_at__gt=Now(), share_key__isnull=False)
    return live.values("share_key").annotate(held=Count("pk")).filter(held__gte=kind.share).values_list("share_key", flat=True)


def claim(kind: Kind[Item], item: Item, worker: str) -> Lease[Item] | None:
    """Take one row; None where somebody else was first. The lease holds the row as it is after the claim."""
    token = uuid4()
    duration: timedelta = settings.HUB.lease_duration
    won = kind.machine.move(
        item,
        kind.running,
        actor=worker,
        where=due_by_now(kind) & ~Q(share_key__in=_full_shares(kind)),
        lease_token=token,
        lease_expires_at=from_now(duration),
        leased_by=worker,
        attempts=F("attempts") + 1,
        last_attempt_at=Now(),
        **kind.claim_fields(item),
    )
    if not won:
        return None
    claimed = kind.load(kind.model._default_manager.filter(pk=item.pk)).get()
    return Lease(kind, claimed, token, worker, duration)


class Candidates:
    """The due rows of a queue, first by rank over all its kinds, looked up a window at a time so that a drain stays cheap.

    The threads of a process that drain the same queue at the same time share one, so that none reaches for a row that its
    neighbour has in hand. It is gone with the last of them.
    """

    _shared: "WeakValueDictionary[str, Candidates]" = WeakValueDictionary()
    _sharing = threading.Lock()

    @classmethod
    def of(cls, queue: str) -> "Candidates":
        """Those that others in this process draw from now, else new ones."""
        with cls._sharing:
            return cls._shared.setdefault(queue, cls(queue))

    def __init__(self, queue: str) -> None:
        self._queue = queue
        self._drawing = threading.Lock()
        self._window: deque[Candidate] = deque()
        self._stale_at = 0.0

    def next_lease(self, worker: str) -> Lease[Any] | None:
        """The next row this worker gets, or None when nothing is due (or other processes were faster every time)."""
        for _ in range(LOST_CLAIMS):
            candidate = self._draw()
            if candidate is None:
                return None
            lease = claim(*candidate, worker)
            if lease:
                return lease
        return None

    def _draw(self) -> Candidate | None:
        with self._drawing:
            if not self._window or time.monotonic() > self._stale_at:
                self._window = deque(self._look())
                self._stale_at = time.monotonic() + WINDOW_LASTS.total_seconds()
            return self._window.popleft() if self._window else None

    def _look(self) -> list[Candidate]:
        found = [(kind, item) for kind in of_queue(self._queue) for item in written.found(_first, kind)]
        return list(_within_shares(sorted(found, key=_rank)))[:WINDOW]


def _first(kind: Kind[Item]) -> QuerySet[Item]:
    return claimable(kind)[:WINDOW]


def _rank(candidate: Candidate) -> Any:
    return candidate[1].rank_at


def _within_shares(found: list[Candidate]) -> Iterator[Candidate]:
    """Without the rows that their owner's share surely has no room for."""
    seen: Counter[Any] = Counter()
    for kind, item in found:
        seen[kind.name, item.share_key] += 1
        if item.share_key is None or seen[kind.name, item.share_key] <= kind.share:
            yield kind, item
