"""Documents as MongoDB's tools write them, as plain values: BSON's types and both dialects of extended JSON alike."""

import base64
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from bson import DatetimeMS, Decimal128, ObjectId, Timestamp
from bson.binary import Binary
from bson.regex import Regex

from assignments.partner_config import is_storable

DEEPEST = 60
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
OBJECT_ID = re.compile(r"[0-9a-f]{24}")
QUERY = re.compile(r"\?[^\s\"'<>]*=[^\s\"'<>]*")
BOOKKEEPING = frozenset({"_id", "__v"})
"""Kept apart (`_id`), and the old system's count of its own writes."""


class Unreadable(Exception):
    """Why a document cannot be taken, in words for a person."""


@dataclass
class Raw:
    """One document as a source gives it. `position` counts from 1; `mark` names it where a reader may begin after it."""

    where: str
    position: int
    fields: Mapping[str, Any] | None = None
    fault: str = ""
    mark: str = ""
    size: int = 0
    is_end: bool = False
    """Nothing after it could be read."""


def simplify(value: Any, depth: int = 0) -> Any:
    """As None, bool, int, float, str, aware datetime, list or dict. Unreadable where it is nested without end."""
    if value is None or isinstance(value, (bool, str)):
        return value
    if depth > DEEPEST:
        raise Unreadable(f"is nested deeper than {DEEPEST} levels")
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, Mapping):
        return _wrapped(value) if _is_wrapper(value) else {str(name): simplify(part, depth + 1) for name, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [simplify(part, depth + 1) for part in value]
    return _of_bson(value)


def _is_wrapper(value: Mapping[str, Any]) -> bool:
    return 0 < len(value) <= 2 and next(iter(value)) in _WRAPPERS


def _wrapped(value: Mapping[str, Any]) -> Any:
    name = next(iter(value))
    try:
        return _WRAPPERS[name](value[name])
    except (ValueError, TypeError, KeyError, OverflowError, AttributeError):
        raise Unreadable(f"holds a {name} that is none") from None


def _moment(value: Any) -> Any:
    """Relaxed as a text, canonical as milliseconds, and the oldest tools' bare number."""
    if isinstance(value, str):
        moment = datetime.fromisoformat(value)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    milliseconds = int(value["$numberLong"]) if isinstance(value, Mapping) else int(value)
    return _since_epoch(milliseconds)


def _since_epoch(milliseconds: int) -> Any:
    try:
        return EPOCH + timedelta(milliseconds=milliseconds)
    except OverflowError:
        return f"{milliseconds} ms since 1970"


def _float(value: Any) -> Any:
    number = float(value)
    return number if math.isfinite(number) else str(number)


def _bytes(value: Any) -> str:
    return str(value["base64"]) if isinstance(value, Mapping) else str(value)


def _old_id(value: Any) -> str:
    if not OBJECT_ID.fullmatch(value.lower()):
        raise ValueError(value)
    return value.lower()


def _timestamp(value: Any) -> Any:
    return _since_epoch(int(value["t"]) * 1000)


_WRAPPERS: dict[str, Any] = {
    "$oid": _old_id,
    "$date": _moment,
    "$numberInt": int,
    "$numberLong": int,
    "$numberDouble": _float,
    "$numberDecimal": str,
    "$binary": _bytes,
    "$uuid": str,
    "$timestamp": _timestamp,
    "$symbol": str,
    "$code": str,
    "$undefined": lambda _: None,
    "$minKey": lambda _: None,
    "$maxKey": lambda _: None,
    "$regularExpression": lambda value: str(value["pattern"]),
}


def _of_bson(value: Any) -> Any:
    if isinstance(value, ObjectId):
        return str(value)
    if isinstance(value, datetime):
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)
    if isinstance(value, DatetimeMS):
        return _since_epoch(int(value))
    if isinstance(value, Timestamp):
        return _since_epoch(value.time * 1000)
    if isinstance(value, (bytes, Binary)):
        return base64.b64encode(bytes(value)).decode()
    if isinstance(value, Regex):
        return str(value.pattern)
    if isinstance(value, (Decimal128, UUID)):
        return str(value)
    return None if type(value).__name__ in ("MinKey", "MaxKey") else str(value)


def as_json(value: Any) -> Any:
    """A simplified value as a JSON column holds it."""
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, dict):
        return {name: as_json(part) for name, part in value.items()}
    return [as_json(part) for part in value] if isinstance(value, list) else value


@dataclass
class Document:
    """One document of a known kind, whose fields are taken out of it one by one; what nobody takes is its rest.

    `notes` say what of it could not be taken although the document was.
    """

    fields: Mapping[str, Any]
    where: str = ""
    legacy_id: str = ""
    notes: list[str] = field(default_factory=list)
    _taken: set[str] = field(default_factory=set)

    def take(self, *names: str) -> Any:
        """The first of these fields that is there and not null."""
        for name in names:
            if self.fields.get(name) is not None:
                self._taken.add(name)
                return simplify(self.fields[name])
        return None

    def peek(self, *names: str) -> Any:
        """Likewise, but it stays in the rest: what it becomes here does not say all that it says."""
        found = next((self.fields[name] for name in names if self.fields.get(name) is not None), None)
        return simplify(found)

    def text(self, *names: str, longest: int = 200) -> str:
        """Likewise, as a text that a column of this length holds; what is none stays in the rest, with a note."""
        value = self.take(*names)
        if value is None:
            return ""
        if isinstance(value, (str, int, float)) and not isinstance(value, bool):
            text = str(value).strip()
            if len(text) <= longest and is_storable(text):
                return text
        self.put_back(names, f"{names[0]} is no text of at most {longest} characters")
        return ""

    def moment(self, *names: str) -> datetime | None:
        """Likewise, as a time."""
        value = self.take(*names)
        if value is None or isinstance(value, datetime):
            return value
        moment = as_moment(value)
        if moment is None:
            self.put_back(names, f"{names[0]} is no time")
        return moment

    def put_back(self, names: tuple[str, ...], note: str) -> None:
        """They are in the rest after all."""
        self._taken.difference_update(names)
        self.notes.append(note)

    def rest(self) -> dict[str, Any]:
        """What nobody took, as JSON. Unreadable where no database keeps it."""
        left = {name: self.fields[name] for name in self.fields if name not in self._taken and name not in BOOKKEEPING}
        if not left:
            return left
        rest: dict[str, Any] = as_json(simplify(left))
        if not is_storable(rest):
            raise Unreadable("holds a character that no database keeps (NUL, or half of a surrogate pair)")
        return rest


def without_queries(text: str) -> str:
    """An old error's words. The old system's sign-in had the password in its address, which its errors may quote."""
    return QUERY.sub("?[hidden]", text)


def as_moment(value: Any) -> datetime | None:
    """A time from a simplified value: also written as a text, or as milliseconds since 1970."""
    try:
        moment = _moment(value) if isinstance(value, (str, int)) and not isinstance(value, bool) else value
    except (ValueError, OverflowError):
        return None
    return moment if isinstance(moment, datetime) else None


def legacy_id_of(fields: Mapping[str, Any]) -> str:
    """The document's `_id` as a text; Unreadable where it has none that can be."""
    value = simplify(fields.get("_id"))
    if value is None or isinstance(value, (bool, list, dict)):
        raise Unreadable("has no _id")
    text = as_json(value) if isinstance(value, datetime) else str(value)
    if not text or len(text) > 200 or not is_storable(text):
        raise Unreadable("has an _id that is no text of at most 200 characters")
    return str(text)
