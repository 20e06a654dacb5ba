"""Values out of a partner's answers: looked up by several names, and made fit to be stored, or None.

What comes from outside may be of any type, endless, and hold what no database stores (NUL, lone surrogates).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

LONGEST_TEXT = 255

LONGEST_ID = 100
"""What every table of the hub has room for; ids seen in the field have 36 characters."""

GPS_EPOCH_YEAR = 1980
"""No log is older; earlier years are how programs write "no date" (0001-01-01, 1970-01-01)."""

LARGEST_SIZE = 2**63 - 1


def first(entry: Mapping[str, Any], names: Iterable[str]) -> Any:
    """The value of the first of these names that is there and not null."""
    return next((entry[name] for name in names if entry.get(name) is not None), None)


def as_id(value: object) -> str | None:
    """An id, exactly as it came; numbers as text. None for what is no id: blank, too long, unprintable, another type."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None
    text = str(value)
    return text if text.strip() and text.isprintable() and len(text) <= LONGEST_ID else None


def as_text(value: object) -> str:
    """A name or word for people, cut to 255 characters; empty where there is none."""
    if value is None or isinstance(value, dict | list):
        return ""
    text = str(value)[:LONGEST_TEXT]
    return text if text.isprintable() else "".join(char if char.isprintable() else "�" for char in text)


def as_moment(value: object) -> datetime | None:
    """An ISO 8601 date or time as aware UTC; without a zone it is UTC. None where it cannot be read or cannot be true."""
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value.strip())
        moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return moment if moment.year >= GPS_EPOCH_YEAR else None


def as_size(value: object) -> int | None:
    """A number of bytes, also when written as text; None where it is none."""
    if isinstance(value, str) and value.isascii() and value.isdecimal():
        value = int(value[:20])
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= LARGEST_SIZE:
        return None
    return value


def as_token(value: object) -> str | None:
    """A token of any length; visible ASCII, since it becomes a header."""
    return value if isinstance(value, str) and value.isascii() and value.isprintable() and value.strip() else None


class Oddities:
    """Values that were not understood, counted by kind, so that a list of thousands gives one sentence for each kind."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._examples: dict[str, str] = {}

    def note(self, kind: str, value: object) -> None:
        self._counts[kind] += 1
        self._examples.setdefault(kind, as_text(value)[:60] or type(value).__name__)

    def sentences(self) -> list[str]:
        return [
            f"{count} of the entries have a {kind} that cannot be read, for example {self._examples[kind]!r}."
            for kind, count in self._counts.items()
        ]
