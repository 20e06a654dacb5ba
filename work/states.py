"""One way to change a state: a conditional UPDATE along a legal move, with its history and what it asks of a person."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any, Protocol
from uuid import UUID

from django.db import models, transaction
from django.db.models import Q
from django.db.models.functions import Now

from work import apart, attention, history


class HasState(Protocol):
    """A row with a state in its machine's column; `tenant_id` is whose it is."""

    pk: Any

    @property
    def tenant_id(self) -> UUID | None: ...


class IllegalMove(Exception):
    """A move that the table does not know: a mistake in the program, never a race."""


@dataclass(frozen=True)
class Machine:
    """The states of one kind of object.

    `moves`: state → states it may become. `exits`: state → how it is left: by the clock, by a person, or final.
    `quiet`: moves too frequent and too dull for the history. `attention`: state → what it asks of a person while it lasts.
    `key`: the id of the object that history and attention are about, where that is not the row itself.
    `column`: where the state stands. `touches`: whether a move is a change of the row (`updated_at`), which it is not where
    people edit the row and the machine keeps the state beside.
    """

    object_type: str
    moves: Mapping[str, frozenset[str]]
    exits: Mapping[str, str]
    quiet: frozenset[tuple[str, str]] = frozenset()
    attention: Mapping[str, str] = field(default_factory=dict)
    key: Callable[[Any], Any] = attrgetter("pk")
    column: str = "status"
    touches: bool = True

    def __post_init__(self) -> None:
        unknown = {state for targets in self.moves.values() for state in targets} - set(self.moves)
        if unknown or set(self.exits) != set(self.moves):
            raise IllegalMove(f"{self.object_type}: every state needs its moves and its exits; look at {sorted(unknown)}")

    def check(self, origin: str, target: str) -> None:
        """Raise IllegalMove unless `origin` may become `target`."""
        if target not in self.moves.get(origin, frozenset()):
            raise IllegalMove(f"{self.object_type}: {origin} never becomes {target}")

    def allows(self, origin: str, target: str) -> bool:
        """Whether `origin` may become `target`."""
        return target in self.moves.get(origin, frozenset())

    def record(self, row: HasState, name: str, *, actor: str, reason: str = "", moved: tuple[str, str] = ("", "")) -> None:
        """Write down in the object's history that something happened."""
        if not apart.owns(row):
            history.record(self.object_type, self.key(row), name, actor=actor, reason=reason, moved=moved)

    def move(
        self, row: HasState, target: str | int, *, actor: str, reason: str = "", where: Q | None = None, **fields: Any
    ) -> bool:
        """Move `row` from the state it was read in to `target`; False where it is no longer so, or `where` does not hold.

        `fields` are written in the same UPDATE. The row in hand follows only in its state.
        """
        origin, goal = str(getattr(row, self.column)), str(target)
        self.check(origin, goal)
        loud = (origin, goal) not in self.quiet
        if not loud and not self._attention_changes(origin, goal):
            return self._update(row, target, where, fields)
        with transaction.atomic():
            if not self._update(row, target, where, fields):
                return False
            if loud:
                self.record(row, "moved", actor=actor, reason=reason, moved=(origin, goal))
            self._note_attention(row, origin, goal, reason)
        return True

    def move_all(self, rows: Iterable[HasState], target: str | int, *, actor: str, reason: str = "", **fields: Any) -> bool:
        """The same for many rows, in few statements and all or none: False where one is no longer so, and then roll back.

        Call it in a transaction. `target` asks nothing of a person; the states that are left may have done so.
        """
        if str(target) in self.attention:
            raise IllegalMove(f"{self.object_type}: {target} is asked about row by row")
        by_origin: dict[str, list[HasState]] = {}
        for row in rows:
            by_origin.setdefault(str(getattr(row, self.column)), []).append(row)
        return all(self._move_group(origin, group, target, actor, reason, fields) for origin, group in by_origin.items())

    def _move_group(
        self, origin: str, rows: Sequence[HasState], target: str | int, actor: str, reason: str, fields: Mapping[str, Any]
    ) -> bool:
        goal = str(target)
        self.check(origin, goal)
        table = type(rows[0])._default_manager  # type: ignore[attr-defined]  # as in `_update`
        same = table.filter(pk__in=[row.pk for row in rows], **{self.column: origin})
        if same.update(**{self.column: target}, **self._stamp(), **fields) != len(rows):
            return False
        keys = [self.key(row) for row in rows]
        if (origin, goal) not in self.quiet:
            history.record_all(self.object_type, keys, "moved", actor=actor, reason=reason, moved=(origin, goal))
        if origin in self.attention:
            attention.settle_all(self.attention[origin], self.object_type, keys)
        for row in rows:
            setattr(row, self.column, target)
        return True

    def _update(self, row: HasState, target: str | int, where: Q | None, fields: Mapping[str, Any]) -> bool:
        table = type(row)._default_manager  # type: ignore[attr-defined]  # a model class, which the protocol cannot say
        same = table.filter(where or Q(), pk=row.pk, **{self.column: getattr(row, self.column)})
        if same.update(**{self.column: target}, **self._stamp(), **fields) != 1:
            return False
        setattr(row, self.column, target)
        return True

    def _stamp(self) -> dict[str, Any]:
        return {"updated_at": Now()} if self.touches else {}

    def _attention_changes(self, origin: str, target: str) -> bool:
        return self.attention.get(origin) != self.attention.get(target)

    def _note_attention(self, row: HasState, origin: str, target: str, reason: str) -> None:
        before, after = self.attention.get(origin), self.attention.get(target)
        if before and before != after:
            attention.settle(before, self.object_type, self.key(row))
        if after and before != after:
            attention.raise_once(after, self.object_type, self.key(row), tenant_id=row.tenant_id, reason=reason)


def table(moves: Mapping[str, Iterable[str]]) -> dict[str, frozenset[str]]:
    """The moves of a machine, written with plain lists."""
    return {str(origin): frozenset(map(str, targets)) for origin, targets in moves.items()}


def create_due(model: type[models.Model], **fields: Any) -> models.Model:
    """Make a work row that is due at once."""
    return model._default_manager.create(due_at=Now(), rank_at=Now(), **fields)
