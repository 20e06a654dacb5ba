"""Kinds of work: what the apps above tell the machine about their rows."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from django.db.models import F, Q, QuerySet
from django.db.models.functions import Greatest

from work.models import WorkItem
from work.states import Machine

if TYPE_CHECKING:
    from work.leases import Lease

Item = TypeVar("Item", bound=WorkItem)


# Not below zero: somebody may have begun to count anew while the row was under way.
ATTEMPT_GIVEN_BACK: Mapping[str, Any] = {"attempts": Greatest(F("attempts") - 1, 0)}


@dataclass(frozen=True)
class Ending:
    """Where a row goes when its lease ends without an outcome: the state, when it is due again (None: not by the clock), why,
    further columns, and what must still hold of the row for that to be right."""

    target: str
    after: timedelta | None = None
    reason: str = ""
    fields: Mapping[str, Any] = field(default_factory=dict)
    where: Q = field(default_factory=Q)


class Postponed(Exception):
    """The work may not run now (limit, pause, breaker, no free slot). It is no attempt: the row is due again after `delay`.

    `fields` are written to the row, where a person should see why it waits.
    `still`: whether the reason holds even now; asked in the transaction that gives the row back, and to lock what it looks at,
    so that whoever ends the reason, and then wakes what waits (`engine.wake`), misses nothing. Else the row is due at once.
    """

    def __init__(
        self,
        delay: timedelta,
        reason: str,
        fields: Mapping[str, Any] | None = None,
        still: Callable[[], bool] | None = None,
    ) -> None:
        super().__init__(f"{reason}; due again in {delay.total_seconds():.1f} s")
        self.delay = delay
        self.reason = reason
        self.fields = dict(fields or {})
        self.still = still


class Kind(ABC, Generic[Item]):
    """One kind of work. Rows are claimed in a `due` state, are in `running` while leased, and are worked on by `perform`.

    `share`: live leases one owner (`share_key`) may hold.
    `finished` and `stuck`: states in which it is done, and in which it waits for a person; what is due leaves both.
    `counted`: whether its rows are in the figures of the queues.
    """

    name: str
    queue: str
    model: type[Item]
    machine: Machine
    due: tuple[str, ...]
    running: str
    share: int = 4
    finished: tuple[str, ...] = ()
    stuck: tuple[str, ...] = ()
    counted: bool = True

    def prepare(self) -> None:  # most kinds have nothing to prepare
        """Make rows that ought to be there. Each tick asks for it, so it is cheap where they are."""

    def load(self, rows: QuerySet[Item]) -> QuerySet[Item]:
        """The rows with what `perform` needs beside them, in one statement."""
        return rows

    def names(self, item: Item) -> Mapping[str, Any]:
        """What the log names besides the row's object while the row is worked on: word → id, None where there is none."""
        return {}

    def claim_fields(self, item: Item) -> Mapping[str, Any]:
        """Columns written together with the claim."""
        return {}

    def patience(self, item: Item) -> timedelta:
        """The longest that `perform` may take; the lease is renewed until 30 s past it and no longer."""
        return timedelta(minutes=5)

    @abstractmethod
    def perform(self, lease: "Lease[Item]") -> None:
        """Do the work with no transaction open, and settle the lease. May raise Postponed."""

    def rest(self) -> None:
        """At the end of a drain of its queue: write what is better written once for many rows. A kill may lose it."""

    @abstractmethod
    def lost(self, item: Item) -> Ending:
        """Where a row goes whose worker vanished or broke down, as long as that is not the third time in a row."""

    @abstractmethod
    def given_up(self, item: Item) -> Ending:
        """Where it goes the third time in a row."""

    def released(self, item: Item) -> Ending:
        """Where it goes when the worker is told to stop: by default due at once, and the attempt is given back."""
        return Ending(self.due[0], timedelta(0), "the worker was told to stop", ATTEMPT_GIVEN_BACK)


class LeaseLost(Exception):
    """The row went to somebody else while it was worked on: stop, and leave it alone."""


_kinds: dict[str, Kind[Any]] = {}


def register(kind: Kind[Any]) -> None:
    """Make a kind known; a name is taken once."""
    if kind.name in _kinds:
        raise ValueError(f"a kind of work is named {kind.name} already")
    _kinds[kind.name] = kind


def unregister(name: str) -> None:
    """Forget a kind (for tests that bring their own)."""
    del _kinds[name]


def all_kinds() -> tuple[Kind[Any], ...]:
    """Every kind known."""
    return tuple(_kinds.values())


def of_queue(queue: str) -> tuple[Kind[Any], ...]:
    """The kinds whose rows this queue's workers take."""
    return tuple(kind for kind in _kinds.values() if kind.queue == queue)


def queues() -> tuple[str, ...]:
    """Every queue that some kind uses, in the order of first use."""
    return tuple(dict.fromkeys(kind.queue for kind in _kinds.values()))
