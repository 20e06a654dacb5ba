"""The rules of text logs in the slowest and plainest words: the specification that the parser is held against.

Shares no code with the parser. Every line is judged alone, with `float`, `int` and `datetime.fromisoformat`.
"""

import math
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

ORDER = ("time", "lat", "lon", "alt", "speed", "spray")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
DIGITS = set("0123456789")
LONGEST_LINE = 65_536


class Record(NamedTuple):
    line: int
    gps_time: int
    lat: float
    lon: float
    alt: float | None
    ground_speed: float | None
    spray: int


class Reject(NamedTuple):
    line: int
    offset: int
    code: str


class Reading(NamedTuple):
    records: list[Record]
    rejects: list[Reject]
    comments: int


class BadField(Exception):
    pass


def read(
    data: bytes,
    order: Sequence[str] = ORDER,
    header_line: int | None = None,
    zone: str = "UTC",
    metres: float = 1.0,
    metres_per_second: float = 1.0,
) -> Reading:
    """What a parser must make of `data`. `header_line` counts from 1."""
    reading = Reading([], [], 0)
    comments = 0
    mark = b"\xef\xbb\xbf"
    offset = len(mark) if data.startswith(mark) else 0
    for number, line in enumerate(data[offset:].splitlines(keepends=True), start=1):
        bare = line.rstrip(b"\r\n")
        text = bare.strip(b" \t\n\r\x0b\x0c")
        if text.startswith(b"#") or (len(bare) <= LONGEST_LINE and not text) or number == header_line:
            comments += 1
        elif len(bare) > LONGEST_LINE:
            reading.rejects.append(Reject(number, offset, "LINE_TOO_LONG"))
        else:
            try:
                reading.records.append(_record(number, bare, order, zone, metres, metres_per_second))
            except BadField as bad:
                reading.rejects.append(Reject(number, offset, str(bad)))
        offset += len(line)
    return reading._replace(comments=comments)


def _record(number: int, line: bytes, order: Sequence[str], zone: str, metres: float, metres_per_second: float) -> Record:
    fields = line.split(b",")
    if len(fields) < max(order.index(name) for name in ORDER) + 1:
        raise BadField("TOO_FEW_FIELDS")
    texts = [_text(field).strip(" \t\n\r\x0b\x0c") for field in fields]
    by_name = dict(zip(order, texts, strict=False))
    return Record(
        line=number,
        gps_time=_time(by_name["time"], zone),
        lat=_angle(by_name["lat"], 90),
        lon=_angle(by_name["lon"], 180),
        alt=_number(by_name["alt"]) * metres if by_name["alt"] else None,
        ground_speed=_number(by_name["speed"]) * metres_per_second if by_name["speed"] else None,
        spray=_integer(by_name["spray"]),
    )


def _text(field: bytes) -> str:
    try:
        return field.decode("utf-8")
    except UnicodeDecodeError:
        return field.decode("latin-1")


def _time(text: str, zone: str) -> int:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise BadField("BAD_TIME") from None
    if len(text) <= 10 and (moment.hour, moment.minute) == (0, 0) and "T" not in text and " " not in text:
        raise BadField("BAD_TIME")  # a date alone
    try:
        utc = (moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(zone))).astimezone(UTC)
    except OverflowError:
        raise BadField("BAD_TIME") from None
    return (utc - EPOCH) // timedelta(microseconds=1)


def _number(text: str) -> float:
    if text.lstrip("+-").lower() in ("nan", "inf", "infinity") and len(text) - len(text.lstrip("+-")) <= 1:
        raise BadField("NOT_FINITE")
    if not set(text) <= DIGITS | set("+-.eE"):
        raise BadField("NOT_A_NUMBER")
    try:
        value = float(text)
    except ValueError:
        raise BadField("NOT_A_NUMBER") from None
    if not math.isfinite(value):
        raise BadField("NOT_FINITE")
    return value


def _angle(text: str, limit: float) -> float:
    value = _number(text)
    if not -limit <= value <= limit:
        raise BadField("OUT_OF_RANGE")
    return value


def _integer(text: str) -> int:
    if not set(text) <= DIGITS | set("+-"):
        raise BadField("BAD_SPRAY")
    try:
        value = int(text)
    except ValueError:
        raise BadField("BAD_SPRAY") from None
    if not -(2**63) <= value < 2**63:
        raise BadField("BAD_SPRAY")
    return value
