"""A batch of documents on their way in, and what became of each."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from accounts.models import Customer
from accounts.services.values import SECRET_NAME
from moving_in import kinds
from moving_in.documents import QUERY, Document, Unreadable
from moving_in.keys import key_of
from moving_in.models import Origin
from work.clock import now
from work.inserting import insert


@dataclass(frozen=True)
class Options:
    """How a source is taken over. `customer`: whose the things are of which nothing says so."""

    actor: str
    dry_run: bool = False
    create_missing: bool = False
    customer: Customer | None = None


@dataclass(frozen=True)
class Line:
    """What the report says of one document. `taken`: it was, but not all that it says could be used."""

    kind: str
    subject: str
    reason: str
    taken: bool = False

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}: {self.reason}"


@dataclass
class Batch:
    """Documents of one kind. A loader takes each, finds it there already, or refuses it with a reason."""

    kind: str
    documents: Sequence[Document]
    taken: int = 0
    there: int = 0
    made: int = 0
    lines: list[Line] = field(default_factory=list)
    origins: list[dict[str, Any]] = field(default_factory=list)

    @property
    def refused(self) -> int:
        return sum(not line.taken for line in self.lines)

    def refuse(self, document: Document, reason: str) -> None:
        """It is not taken."""
        self.lines.append(Line(self.kind, subject_of(document), reason))

    def note(self, document: Document, reason: str) -> None:
        """It is taken, with this."""
        self.lines.append(Line(self.kind, subject_of(document), reason, taken=True))

    def unknown(self) -> list[Document]:
        """Those that did not become a row yet and can be kept whole; the others are counted, or refused."""
        keys = {key_of(self.kind, document.legacy_id) for document in self.documents}
        there = set(Origin.objects.filter(pk__in=keys).values_list("pk", flat=True))
        new = [document for document in self.documents if key_of(self.kind, document.legacy_id) not in there]
        self.there += len(self.documents) - len(new)
        return [document for document in new if self._can_be_kept(document)]

    def _can_be_kept(self, document: Document) -> bool:
        """Asked before anything is made of it: a row of what is refused in the end would be there all the same."""
        try:
            Document(document.fields).rest()
        except Unreadable as refusal:
            self.refuse(document, str(refusal))
            return False
        return True

    def keep(self, document: Document, object_id: Any, rest: dict[str, Any], *, there: bool = False) -> None:
        """It became this row, or was there already as this row; what no column has is kept beside it."""
        plain, secret = _parted(rest)
        self.origins.append(origin_of(self.kind, document.legacy_id, object_id, plain, secret))
        self.taken, self.there = self.taken + (not there), self.there + there
        for note in document.notes:
            self.note(document, note)

    def write_origins(self) -> None:
        """Once all is decided. A document may be taken for two things, a customer and its user."""
        there = set(Origin.objects.filter(pk__in=[one["id"] for one in self.origins]).values_list("pk", flat=True))
        at, new = now(), {one["id"]: one for one in self.origins if one["id"] not in there}
        insert(Origin, [{**one, "taken_at": at} for one in new.values()])


def origin_of(
    kind: str, legacy_id: str, object_id: Any, rest: dict[str, Any] | None = None, secret: dict[str, Any] | None = None
) -> dict[str, Any]:
    """The row that says what a document became."""
    return {
        "id": key_of(kind, legacy_id),
        "kind": kind,
        "legacy_id": legacy_id,
        "object_id": str(object_id),
        "rest": rest or None,
        "sealed": json.dumps(secret) if secret else None,
    }


def subject_of(document: Document) -> str:
    """How a person finds a document again."""
    return f"{document.legacy_id} ({document.where})" if document.legacy_id else document.where


def rest_of(document: Document) -> dict[str, Any]:
    """What nobody took; Unreadable as everywhere."""
    return document.rest()


def _parted(rest: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """What may be kept as it is, and what looks like a secret."""
    secret = {name: value for name, value in rest.items() if _looks_secret(name, value)}
    return {name: value for name, value in rest.items() if name not in secret}, secret


def _looks_secret(name: str, value: Any) -> bool:
    """By its name, or as an address with a query in it, where the old system's errors quote a password."""
    if SECRET_NAME.search(name) or (isinstance(value, str) and QUERY.search(value)):
        return True
    if isinstance(value, dict):
        return any(_looks_secret(inner, part) for inner, part in value.items())
    return isinstance(value, list) and any(_looks_secret("", part) for part in value)


def object_ids(kind: str, legacy_ids: Iterable[str]) -> dict[str, str]:
    """What these documents became, by their old ids."""
    keys: dict[UUID, str] = {key_of(kind, legacy_id): legacy_id for legacy_id in legacy_ids}
    found = Origin.objects.filter(pk__in=keys).values_list("pk", "object_id")
    return {keys[key]: object_id for key, object_id in found}


__all__ = ["Batch", "Line", "Options", "Unreadable", "kinds", "object_ids", "rest_of", "subject_of"]
