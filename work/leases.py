"""The right to work on a row: for a time, proven by a token, and gone when somebody else has it."""

import time
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Generic
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import Case, DateTimeField, F, Q, QuerySet, When
from django.db.models.functions import Coalesce, Least, Now

from work.clock import from_now
from work.kinds import ATTEMPT_GIVEN_BACK, Ending, Item, Kind, LeaseLost, Postponed
from work.models import Priority, Slot

HEAD_START = {Priority.LOW: timedelta(0), Priority.NORMAL: timedelta(seconds=30), Priority.HIGH: timedelta(seconds=120)}
GRACE = timedelta(seconds=30)


def due(after: timedelta | None, priority: str) -> dict[str, Any]:
    """The columns that make a row due `after` from now (None: never), ranked by its priority."""
    if after is None:
        return {"due_at": None, "rank_at": None}
    return {"due_at": from_now(after), "rank_at": from_now(after - HEAD_START[Priority(priority)])}


def due_since(at: datetime, priority: str) -> dict[str, datetime]:
    """The same for a moment that is known: values instead of expressions, which are compiled for each row of many."""
    return {"due_at": at, "rank_at": at - HEAD_START[Priority(priority)]}


def due_by(after: timedelta | None, priority: str) -> dict[str, Any]:
    """The columns of an outcome that keeps what was asked for meanwhile: due `after` from now (None: not by itself), or when
    somebody wanted it since the claim, which for this writes no `due_at` (`Kind.claim_fields`)."""
    if after is None:
        return {"due_at": F("due_at"), "rank_at": F("rank_at")}
    return {name: Least(Coalesce(F(name), at), at) for name, at in due(after, priority).items()}


def rank_in(after: timedelta) -> Case:
    """The rank of a row that is due `after` from now, by its own priority; for an UPDATE over rows of every priority."""
    ranks = [When(priority=priority, then=from_now(after - head_start)) for priority, head_start in HEAD_START.items()]
    return Case(*ranks, output_field=DateTimeField())


NO_LEASE: dict[str, Any] = {"lease_token": None, "lease_expires_at": None, "leased_by": ""}


@dataclass
class Place:
    """A place in a pool (`slots.py`): held by one lease, or by a drain for one row after the other. Without a pool: none held."""

    token: UUID = field(default_factory=uuid4)
    pool: str = ""
    fresh_until: float = 0.0
    """Until when, by the process's clock, it surely outlives a lease that begins now."""

    def serves(self, pool: str) -> bool:
        """Whether work that wants this pool may go on with it."""
        return self.pool == pool and time.monotonic() < self.fresh_until


@dataclass
class Lease(Generic[Item]):
    """One worker's right to one row. `settle` ends it; an outcome that comes too late never overwrites."""

    kind: Kind[Item]
    item: Item
    token: UUID
    worker: str
    duration: timedelta
    started: float = field(default_factory=time.monotonic)
    lost: bool = False
    place: Place = field(default_factory=Place)

    def holds(self) -> Q:
        """The condition that this lease is still the row's own."""
        return Q(lease_token=self.token)

    def rows(self) -> QuerySet[Item]:
        """The row while this lease is its own, else none."""
        return self.kind.model._default_manager.filter(self.holds(), pk=self.item.pk)

    def renew(self) -> bool:
        """Push the end of the lease out by its length; False where it has run too long, or, with `lost`, has run out.

        What has run out stays so, even where nobody took it yet: its slot and its owner's share may be somebody else's.
        """
        age = timedelta(seconds=time.monotonic() - self.started)
        if age > self.kind.patience(self.item) + GRACE:
            return False
        if self._alive().update(lease_expires_at=from_now(self.duration)) != 1:
            self.lost = True
            return False
        if self.place.pool:
            Slot.objects.filter(token=self.place.token).update(expires_at=from_now(self.duration))
        return True

    def _alive(self) -> QuerySet[Item]:
        return self.rows().filter(lease_expires_at__gt=Now())

    def hold(self) -> bool:
        """Lock the row until the transaction ends; False where it is somebody else's."""
        return self.rows().update(updated_at=Now()) == 1

    def note(self, **fields: Any) -> None:
        """Write columns while the lease lasts; LeaseLost where it does so no longer."""
        if self._alive().update(updated_at=Now(), **fields) != 1:
            self.lost = True
            raise LeaseLost(f"{self.kind.name} {self.item.pk} went to somebody else")

    def settle(
        self,
        target: str,
        *,
        after: timedelta | None = None,
        reason: str = "",
        priority: str | None = None,
        **fields: Any,
    ) -> bool:
        """The outcome: the row goes to `target`, due again `after`. Where the lease is another's, it is kept as an event only."""
        columns = {**due(after, priority or self.item.priority), **NO_LEASE, "losses": 0, **fields}
        if self.kind.machine.move(self.item, target, actor=self.worker, reason=reason, where=self.holds(), **columns):
            return True
        self.kind.machine.record(
            self.item,
            "late outcome",
            actor=self.worker,
            reason=reason or f"this attempt ended as {target} after its lease had gone to somebody else",
            moved=("", target),
        )
        return False

    def give_back(self, wait: Postponed) -> bool:
        """End the lease without an attempt used: the work could not run now."""
        ending = Ending(self.kind.due[0], wait.delay, wait.reason, {**ATTEMPT_GIVEN_BACK, **wait.fields})
        if wait.still is None:
            return self.end(ending)
        with transaction.atomic():
            return self.end(ending if wait.still() else replace(ending, after=timedelta(0)))

    def end(self, ending: Ending) -> bool:
        """End the lease as `ending` says, without an outcome."""
        columns = {**due(ending.after, self.item.priority), **NO_LEASE, **ending.fields}
        where = self.holds() & ending.where
        return self.kind.machine.move(self.item, ending.target, actor=self.worker, reason=ending.reason, where=where, **columns)
