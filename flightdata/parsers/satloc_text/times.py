"""Times of many lines at once. What these functions do not trust is read again, with care, by `lines.read_time`."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from flightdata.parsers.satloc_text import casting
from flightdata.tracks.columns import Integers

Mask = NDArray[np.bool_]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST = (datetime(1, 1, 3, tzinfo=UTC) - _EPOCH) // timedelta(microseconds=1)
_LAST = (datetime(9999, 12, 29, tzinfo=UTC) - _EPOCH) // timedelta(microseconds=1)
_MINUTE = 60_000_000
_SHORTEST = len("2025-09-15T10")
_TIME_BYTES = casting.ByteRange(ord(" "), ord("Z"))
_PLUS, _MINUS = ord("+"), ord("-")
_OFFSET_LENGTHS = (len("+05:30"), len("+0530"), len("+05"))


def read_times(texts: pa.Array, zone: ZoneInfo) -> tuple[Integers, Mask]:
    """µs since 1970 UTC of each text, and which of them are certain: texts with an offset or those without, whichever are more,
    for logs do not mix them."""
    zoned = _states_offset(texts)
    if 2 * np.count_nonzero(zoned) >= len(texts):
        values, trusted = casting.cast(texts, pa.timestamp("us", tz="UTC"), _TIME_BYTES, zoned)
    else:
        local, trusted = casting.cast(texts, pa.timestamp("us"), _TIME_BYTES, ~zoned)
        trusted &= _in_calendar(local)
        values, certain = _to_utc(np.where(trusted, local, 0), zone)
        trusted &= certain
    return values, trusted & _in_calendar(values) & (casting.lengths(texts) >= _SHORTEST)


def _states_offset(texts: pa.Array) -> Mask:
    """Whether each text seems to end in Z or in an offset from UTC: a guess, which the cast then proves or refuses."""
    content, starts, ends = casting.content(texts)
    if len(content) == 0:
        return np.zeros(len(texts), np.bool_)
    zoned: Mask = content[ends - 1] == ord("Z")
    others = np.flatnonzero(~zoned & (ends - starts > _SHORTEST))
    for length in _OFFSET_LENGTHS:
        sign = content[ends[others] - length]
        zoned[others] |= (sign == _PLUS) | (sign == _MINUS)
    return zoned


def _in_calendar(values: Integers) -> Mask:
    """Whether a time is in the years 1 to 9999, and stays there in any zone."""
    inside: Mask = (values >= _FIRST) & (values <= _LAST)
    return inside


def _to_utc(local: Integers, zone: ZoneInfo) -> tuple[Integers, Mask]:
    """Local times as UTC, minute by minute: a minute in which the zone's offset changes is not trusted."""
    if zone.key == "UTC":
        return local, np.ones(len(local), np.bool_)
    minutes, place = np.unique(local // _MINUTE, return_inverse=True)
    begin = np.array([_offset(int(minute) * _MINUTE, zone) for minute in minutes], np.int64)
    end = np.array([_offset(int(minute) * _MINUTE + _MINUTE - 1, zone) for minute in minutes], np.int64)
    return local - begin[place], (begin == end)[place]


def _offset(local: int, zone: ZoneInfo) -> int:
    moment = datetime(1970, 1, 1, tzinfo=zone) + timedelta(microseconds=local)
    return (moment.utcoffset() or timedelta()) // timedelta(microseconds=1)
