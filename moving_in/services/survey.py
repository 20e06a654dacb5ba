"""The first look at a source: how much of what it holds, and which of two documents about the same thing is the newer."""

import hashlib
from array import array
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import numpy as np

from moving_in import kinds
from moving_in.documents import Document, Raw, Unreadable, as_moment, legacy_id_of
from moving_in.keys import made_at
from moving_in.services.reading import core_of
from moving_in.sources import Part, Source

TOLD_EVERY = 5_000


@dataclass(frozen=True)
class Step:
    """One kind of documents of one part."""

    kind: str
    part: Part

    @property
    def name(self) -> str:
        return f"{self.kind} {self.part.name}"


@dataclass
class Survey:
    """`found`: documents by step name. `untold`: parts with documents of no known kind, or unreadable ones."""

    steps: list[Step] = field(default_factory=list)
    found: Counter[str] = field(default_factory=Counter)
    first_kind: dict[str, str] = field(default_factory=dict)
    superseded: dict[tuple[str, str], str] = field(default_factory=dict)

    @property
    def total(self) -> int:
        return sum(self.found.values())

    def kind_that_reports(self, part: Part) -> str:
        """In which step of a part its unreadable documents are told of, once."""
        return self.first_kind.get(part.name, "")


def name_in(raw: Raw) -> str:
    """How a document is found again in its part."""
    return raw.mark or str(raw.position)


def look(source: Source, tell: Callable[[int], None] = lambda _: None) -> Survey:
    """Read all of it once."""
    survey, rivals, seen = Survey(), Rivals(), 0
    by_part: dict[str, Counter[str]] = {}
    for number, part in enumerate(source.parts):
        counts: Counter[str] = by_part.setdefault(part.name, Counter())
        for raw in part.read():
            kind = kinds.of_document(raw.fields, part.kinds) if raw.fields else ""
            counts[kind] += 1
            if kind == kinds.ASSIGNMENT:
                rivals.add(number, raw)
            seen += 1
            if seen % TOLD_EVERY == 0:
                tell(seen)
    for kind in kinds.ORDER:
        survey.steps += [Step(kind, part) for part in source.parts if by_part[part.name][kind]]
    for part in source.parts:
        held = [kind for kind in kinds.ORDER if by_part[part.name][kind]]
        if not held and by_part[part.name][""]:
            held = [next((kind for kind in kinds.ORDER if kind in part.kinds), kinds.ASSIGNMENT)]
            survey.steps.append(Step(held[0], part))
        if held:
            survey.first_kind[part.name] = held[0]
            by_part[part.name][held[0]] += by_part[part.name][""]
        survey.found.update({f"{kind} {part.name}": by_part[part.name][kind] for kind in held})
    survey.superseded = {(source.parts[part].name, name): winner for part, name, winner in rivals.losers()}
    return survey


class Rivals:
    """Who is given the same job by more than one document. 40 bytes each, whatever is in them."""

    def __init__(self) -> None:
        self._high, self._low, self._ids = array("Q"), array("Q"), array("Q")
        self._times, self._places = array("d"), array("Q")
        self._parts = array("H")
        self._names: list[str] = []

    def add(self, part: int, raw: Raw) -> None:
        """A document that cannot be taken is nobody's rival."""
        try:
            core = core_of(Document(raw.fields or {}))
            legacy_id = legacy_id_of(raw.fields or {})
        except Unreadable:
            return
        digest = hashlib.blake2b(f"{core.job}\0{core.user}".encode(), digest_size=16).digest()
        self._high.append(int.from_bytes(digest[:8], "big"))
        self._low.append(int.from_bytes(digest[8:], "big"))
        self._times.append(age_of(raw.fields or {}, core.date, legacy_id))
        self._parts.append(part)
        self._places.append(raw.position)
        if raw.mark:
            self._names.append(raw.mark)

    def losers(self) -> Iterator[tuple[int, str, str]]:
        """Part and name of each document that a newer one replaces, and where that one stands."""
        high, low = (np.frombuffer(one, dtype=np.uint64) if one else np.empty(0, np.uint64) for one in (self._high, self._low))
        times = np.frombuffer(self._times, dtype=np.float64) if self._times else np.empty(0)
        order = np.lexsort((np.arange(len(times)), times, low, high))
        same = (high[order][1:] == high[order][:-1]) & (low[order][1:] == low[order][:-1])
        for place in np.flatnonzero(same):
            older, newer = int(order[place]), int(order[place + 1])
            yield self._parts[older], self._name(older), self._told(newer)

    def _name(self, number: int) -> str:
        return self._names[number] if self._names else str(self._places[number])

    def _told(self, number: int) -> str:
        return f"document {self._places[number]}"


def age_of(fields: Any, date: datetime | None, legacy_id: str) -> float:
    """When a document was last the truth, in seconds: its date, else when it was changed or made."""
    moment = date or _moment(fields, "updatedAt") or _moment(fields, "createdAt") or made_at(legacy_id)
    return moment.timestamp() if moment else 0.0


def _moment(fields: Any, name: str) -> datetime | None:
    return as_moment(Document(fields).take(name))
