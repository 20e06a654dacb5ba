"""One line, read with care: a record, a comment, or a refusal that says why. Every reject of this parser is made here.

Fields are as Python reads them (`float`, `int`, `datetime.fromisoformat`) within a narrower grammar: ASCII digits, no
underscores, no hexadecimal. A quotation mark is a character like any other; fields are separated by commas alone.
"""

import codecs
import re
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from flightdata.parsers.base import METRES_PER_ALTITUDE_UNIT, METRES_PER_SECOND_PER_SPEED_UNIT, ParseOptions
from flightdata.parsers.satloc_text.blocks import LONGEST_LINE
from flightdata.parsers.satloc_text.layout import Layout

WHITESPACE = " \t\n\r\x0b\x0c"
INTEGERS = range(-(2**63), 2**63)
"""Spray states that a track can hold."""

MOST_DIGITS = 100
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_NOT_FINITE = re.compile(r"[+-]?(nan|inf|infinity)", re.ASCII | re.IGNORECASE)
_INTEGER = re.compile(r"[+-]?\d+", re.ASCII)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class Values(NamedTuple):
    """One record in the units of a track; alt and ground_speed are NaN where not given, partner fields None where absent."""

    gps_time: int
    lat: float
    lon: float
    alt: float
    ground_speed: float
    spray: int
    partner: tuple[str | None, ...]
    overflow: str | None


class Refusal(NamedTuple):
    """Why a line is no record; see Reject."""

    code: str
    field: str
    message: str


class Comment(NamedTuple):
    """A line that is no data: a remark, the header, or blank."""

    text: str


class _Refused(Exception):
    def __init__(self, code: str, field: str, message: str) -> None:
        super().__init__(code, field, message)
        self.refusal = Refusal(code, field, message)


def decode(line: bytes, *, cut: bool = False) -> str:
    """The text of a line: UTF-8, or Latin-1 where it is not. Of a line that was cut, half a character at its end is left out."""
    try:
        return codecs.getincrementaldecoder("utf-8")().decode(line, final=not cut)
    except UnicodeDecodeError:
        return line.decode("latin-1")


class LineReader:
    """Reads lines of one layout under one set of options."""

    def __init__(self, layout: Layout, options: ParseOptions) -> None:
        self._layout = layout
        self._zone = ZoneInfo(options.time_zone)
        self._metres = METRES_PER_ALTITUDE_UNIT[options.altitude_unit]
        self._metres_per_second = METRES_PER_SECOND_PER_SPEED_UNIT[options.speed_unit]

    def read(self, line: bytes, offset: int) -> Values | Refusal | Comment:
        """What a line is that begins at `offset` in the file, given with or without its end."""
        line = line.rstrip(b"\r\n")
        too_long = len(line) > LONGEST_LINE
        text = decode(line[:LONGEST_LINE], cut=too_long)
        content = text.strip(WHITESPACE)
        if content.startswith("#"):
            return Comment(content)
        if too_long:
            return Refusal("LINE_TOO_LONG", "", f"The line is longer than {LONGEST_LINE:,} bytes; no record is")
        if not content or offset == self._layout.header_offset:
            return Comment(content)
        try:
            return self._values(text.split(","))
        except _Refused as refused:
            return refused.refusal

    def _values(self, fields: list[str]) -> Values:
        layout = self._layout
        if len(fields) < layout.needed:
            raise _Refused("TOO_FEW_FIELDS", "", f"The line has {_count(len(fields), 'field')}; a record needs {layout.needed}")
        field = {column: fields[place].strip(WHITESPACE) for column, place in layout.places.items()}
        return Values(
            gps_time=read_time(field["gps_time"], self._zone),
            lat=_angle(field["lat"], "lat", "latitude", 90.0),
            lon=_angle(field["lon"], "lon", "longitude", 180.0),
            alt=_optional(field.get("alt", ""), "alt", "altitude") * self._metres,
            ground_speed=_optional(field.get("ground_speed", ""), "grSpeed", "ground speed") * self._metres_per_second,
            spray=_spray(field["spray"]),
            partner=tuple(fields[place] if place < len(fields) else None for _, place in layout.partner),
            overflow=",".join(fields[layout.width :]) if len(fields) > layout.width else None,
        )


def read_time(text: str, zone: ZoneInfo) -> int:
    """µs since 1970 UTC of an ISO 8601 time; one without an offset is in `zone`.

    An hour that the clocks repeat is taken as the first of the two, an hour that they skip as if they had not been changed
    yet (`fold` 0 of the datetime module). Finer than microseconds is cut off.
    """
    if not text:
        raise _Refused("BAD_TIME", "gpsTime", "The time is empty")
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise _Refused("BAD_TIME", "gpsTime", f"The time {_quote(text)} is not in ISO 8601 form: {error}") from error
    if _is_date(text):
        raise _Refused("BAD_TIME", "gpsTime", f"{_quote(text)} is a date without a time of day")
    aware = moment if moment.tzinfo is not None else moment.replace(tzinfo=zone)
    try:
        return (aware.astimezone(UTC) - _EPOCH) // _MICROSECOND
    except OverflowError as error:
        raise _Refused("BAD_TIME", "gpsTime", f"The time {_quote(text)} lies outside the years 1 to 9999") from error


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _number(text: str, field: str, what: str) -> float:
    if not text:
        raise _Refused("NOT_A_NUMBER", field, f"The {what} is empty")
    if _NOT_FINITE.fullmatch(text):
        raise _Refused("NOT_FINITE", field, f"The {what} {_quote(text)} is not a finite number")
    if not _NUMBER.fullmatch(text):
        raise _Refused("NOT_A_NUMBER", field, f"The {what} {_quote(text)} is not a number")
    value = float(text)
    if value in (float("inf"), float("-inf")):
        raise _Refused("NOT_FINITE", field, f"The {what} {_quote(text)} is too large a number")
    return value


def _angle(text: str, field: str, what: str, limit: float) -> float:
    value = _number(text, field, what)
    if abs(value) > limit:
        raise _Refused("OUT_OF_RANGE", field, f"The {what} {_quote(text)} lies outside -{limit:g} to {limit:g} degrees")
    return value


def _optional(text: str, field: str, what: str) -> float:
    return _number(text, field, what) if text else float("nan")


def _spray(text: str) -> int:
    if not text:
        raise _Refused("BAD_SPRAY", "sprayStat", "The spray status is empty")
    if not _INTEGER.fullmatch(text):
        raise _Refused("BAD_SPRAY", "sprayStat", f"The spray status {_quote(text)} is not an integer")
    if len(text) > MOST_DIGITS or int(text) not in INTEGERS:
        raise _Refused("BAD_SPRAY", "sprayStat", f"The spray status {_quote(text)} does not fit 64 bits")
    return int(text)


def _quote(text: str) -> str:
    return repr(text if len(text) <= 40 else text[:39] + "…")


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
