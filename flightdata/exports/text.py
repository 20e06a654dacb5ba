"""CSV (RFC 4180) and GeoJSON (RFC 7946) as streams of UTF-8."""

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

CHUNK = 1 << 16
FORMULAS = tuple("=+-@\uff1d\uff0b\uff0d\uff20")
"""What a spreadsheet takes for the beginning of a formula; the last four are the same in full width."""


class Column(NamedTuple):
    """A column of a table, or a property of its features: the API's name, how a row gives it, and its unit where it has one."""

    name: str
    value: Callable[[Any], Any]
    unit: str = ""

    @property
    def header(self) -> str:
        """As CSV names it."""
        return f"{self.name} ({self.unit})" if self.unit else self.name


def csv_of(headers: Sequence[str], rows: Iterable[Iterable[Any]]) -> Iterator[bytes]:
    """A table with a line of headers. Empty cells are what is null in the API."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    writer.writerow(map(_cell, headers))
    for row in rows:
        writer.writerow(map(_cell, row))
        if buffer.tell() >= CHUNK:
            yield _taken(buffer)
    yield _taken(buffer)


def table(columns: Sequence[Column], rows: Iterable[Any]) -> Iterator[bytes]:
    """The rows as CSV."""
    return csv_of([column.header for column in columns], ([column.value(row) for column in columns] for row in rows))


def properties(columns: Sequence[Column], row: Any) -> dict[str, Any]:
    """The row as the properties of a feature."""
    return {column.name: column.value(row) for column in columns}


def feature(geometry: Mapping[str, Any] | None, told: Mapping[str, Any]) -> dict[str, Any]:
    """A Feature; one without a place has the geometry null (RFC 7946, 3.2)."""
    return {"type": "Feature", "geometry": geometry, "properties": told}


def geojson_of(features: Iterable[Mapping[str, Any]]) -> Iterator[bytes]:
    """A FeatureCollection, a feature a line."""
    yield b'{"type":"FeatureCollection","features":['
    between = "\n"
    for one in features:
        yield (between + json.dumps(one, default=_plain, separators=(",", ":"))).encode()
        between = ",\n"
    yield b"\n]}\n"


def _taken(buffer: io.StringIO) -> bytes:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text.encode("utf-8", "backslashreplace")


def _cell(value: Any) -> str:
    if isinstance(value, str):
        return _defused(value)
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return repr(value) if isinstance(value, (int, float)) else _plain(value)


def _defused(text: str) -> str:
    """A text that a spreadsheet would run as a formula begins with an apostrophe: job and file names come from outside."""
    return f"'{text}" if text.startswith(("\t", "\r", "\n")) or text.lstrip().startswith(FORMULAS) else text


def _plain(value: Any) -> str:
    """What JSON has no word for, as the API writes it: times in UTC (RFC 3339), dates and ids as they are."""
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z") if isinstance(value, datetime) else str(value)
