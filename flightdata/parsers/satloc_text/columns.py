"""A block of lines as columns, at full speed. Lines that are not certain to be records are named, not read.

This is the place where a compiled pass may stand in: anything of the shape of BlockReader will do, as long as it trusts a
line only where `lines.LineReader` reads the same values.
"""

import re
from collections import Counter
from typing import NamedTuple, Protocol
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
from numpy.typing import NDArray

from flightdata.parsers.base import METRES_PER_ALTITUDE_UNIT, METRES_PER_SECOND_PER_SPEED_UNIT, ParseOptions
from flightdata.parsers.satloc_text import casting
from flightdata.parsers.satloc_text.blocks import BYTE_ORDER_MARK, LONGEST_LINE, line_ends
from flightdata.parsers.satloc_text.layout import Layout
from flightdata.parsers.satloc_text.times import read_times
from flightdata.tracks.columns import Floats, Integers, TrackColumns, no_records

Mask = NDArray[np.bool_]

WIDEST = 256
"""Fields; lines with more are all read with care."""

_SAMPLED_LINES = 9
_NUMBER_BYTES = casting.ByteRange(ord("-"), ord("9"))
_PADDING = re.compile(rb"^[ \t]|[ \t],|,[ \t]|[ \t][\r\n]*$")
_QUESTION_MARKS = bytes(byte if byte < 128 else ord("?") for byte in range(256))


class BlockColumns(NamedTuple):
    """`records` are the lines that are certain, their `line` counted from 0 in the block; `doubtful` the other lines' indices.
    `ends` is the index behind each line with its end; `is_utf8` whether the block decodes as UTF-8."""

    records: TrackColumns
    doubtful: Integers
    ends: Integers
    is_utf8: bool


class BlockReader(Protocol):
    def __call__(self, data: bytes, layout: Layout, options: ParseOptions) -> BlockColumns: ...


def read_columns(data: bytes, layout: Layout, options: ParseOptions) -> BlockColumns:
    """The lines of a block, on Arrow's CSV reader and casts. Uses one thread and gives the interpreter lock back for most of
    the time, so that several blocks can be read at once."""
    ends = line_ends(data)
    certain = np.diff(ends, prepend=0) <= LONGEST_LINE
    if data.startswith(BYTE_ORDER_MARK):  # damage: the CSV reader would swallow it, and refuse a block that has nothing else
        certain[0] = False
        data = b"???" + data.removeprefix(BYTE_ORDER_MARK)
    is_utf8 = _is_utf8(data)
    if not is_utf8:
        certain[_lines_beyond_ascii(data, ends)] = False
        data = data.translate(_QUESTION_MARKS)
    sample = _sample(data, ends)
    width = max(_usual_width(sample), layout.needed)
    if width > WIDEST:
        return BlockColumns(no_records(layout.partner_names), np.arange(len(ends)), ends, is_utf8)
    fields, odd = _split(data, width)
    certain[odd] = False
    rows = np.delete(np.arange(len(ends)), odd)
    if len(rows) != len(fields[0]):  # the reader sees other lines than we do: trust nothing
        return BlockColumns(no_records(layout.partner_names), np.arange(len(ends)), ends, is_utf8)
    padded = any(_PADDING.search(line) for line in sample)
    records, trusted = _read_fields(fields, rows, layout, options, padded=padded)
    trusted &= certain[rows]
    certain[rows] = trusted
    return BlockColumns(records if trusted.all() else records.take(trusted), np.flatnonzero(~certain), ends, is_utf8)


def usual_width(data: bytes, ends: Integers) -> int:
    """How many fields most lines have, by a sample of them; 0 where there are none."""
    return _usual_width(_sample(data, ends))


def _sample(data: bytes, ends: Integers) -> list[bytes]:
    """Some lines from all over the block."""
    chosen = np.unique(np.linspace(0, len(ends) - 1, _SAMPLED_LINES).astype(np.int64)).tolist() if len(ends) else []
    return [data[int(ends[at - 1]) if at else 0 : int(ends[at])] for at in chosen]


def _usual_width(sample: list[bytes]) -> int:
    widths = Counter(line.count(b",") + 1 for line in sample)
    return widths.most_common(1)[0][0] if widths else 0


def _is_utf8(data: bytes) -> bool:
    if data.isascii():
        return True
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def _lines_beyond_ascii(data: bytes, ends: Integers) -> Integers:
    return np.unique(np.searchsorted(ends, np.flatnonzero(np.frombuffer(data, np.uint8) >= 128), side="right"))


def _split(data: bytes, width: int) -> tuple[list[pa.Array], Integers]:
    """The fields of all lines that have `width` of them, by column, and the indices of the lines that have not."""
    odd: list[int] = []

    def set_aside(row: pyarrow.csv.InvalidRow) -> str:
        odd.append(row.number - 1)
        return "skip"

    names = [str(place) for place in range(width)]
    csv = pyarrow.csv
    table = csv.read_csv(
        pa.BufferReader(data),
        read_options=csv.ReadOptions(use_threads=False, block_size=len(data) + 1, column_names=names),
        parse_options=csv.ParseOptions(
            quote_char=False, double_quote=False, escape_char=False, ignore_empty_lines=False, invalid_row_handler=set_aside
        ),
        convert_options=csv.ConvertOptions(column_types=dict.fromkeys(names, pa.string()), check_utf8=False),
    )
    columns = [column.chunk(0) if column.num_chunks == 1 else pa.concat_arrays(column.chunks) for column in table.columns]
    return columns, np.array(odd, np.int64)


def _read_fields(
    fields: list[pa.Array], rows: Integers, layout: Layout, options: ParseOptions, *, padded: bool
) -> tuple[TrackColumns, Mask]:
    """All rows as columns, and which of them are certain."""
    ours = {column: fields[place] for column, place in layout.places.items()}
    if padded:
        ours = {column: pc.ascii_trim_whitespace(texts) for column, texts in ours.items()}
    gps_time, trusted = read_times(ours["gps_time"], ZoneInfo(options.time_zone))
    lat, lon = _angles(ours["lat"], 90.0, trusted), _angles(ours["lon"], 180.0, trusted)
    alt = _optional(ours.get("alt"), METRES_PER_ALTITUDE_UNIT[options.altitude_unit], trusted)
    ground_speed = _optional(ours.get("ground_speed"), METRES_PER_SECOND_PER_SPEED_UNIT[options.speed_unit], trusted)
    spray, whole = casting.cast(ours["spray"], pa.int64(), _NUMBER_BYTES)
    trusted &= whole & casting.plain(ours["spray"], _NUMBER_BYTES)  # Arrow would read hexadecimal too
    missing = pa.nulls(len(rows), pa.string())
    partner = {name: fields[place] if place < len(fields) else missing for name, place in layout.partner}
    further = fields[layout.width :]
    overflow = pc.binary_join_element_wise(*further, ",") if further else None
    flags = np.zeros(len(rows), np.uint8)
    return TrackColumns(gps_time, lat, lon, alt, ground_speed, spray, rows, flags, partner, overflow), trusted


def _angles(texts: pa.Array, limit: float, trusted: Mask) -> Floats:
    """Degrees; takes away from `trusted` what is no number or out of range."""
    values, read = casting.cast(texts, pa.float64(), _NUMBER_BYTES)
    trusted &= read & (np.abs(values) <= limit)
    return values


def _optional(texts: pa.Array | None, unit: float, trusted: Mask) -> Floats:
    """A quantity in SI, NaN where the text is empty or the column absent; takes away from `trusted` what is no number."""
    if texts is None:
        return np.full(len(trusted), np.nan)
    given = casting.lengths(texts) > 0
    values, read = casting.cast(texts, pa.float64(), _NUMBER_BYTES, given)
    trusted &= ~given | (read & np.isfinite(values))
    if not given.all():
        values = np.where(given, values, np.nan)
    return values if unit == 1.0 else values * unit
