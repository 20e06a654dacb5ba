"""A block of lines, read to the end: what is certain by the column, what is doubtful by the line."""

from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from flightdata.parsers.base import RAW_LIMIT, ParseOptions
from flightdata.parsers.satloc_text.blocks import Block
from flightdata.parsers.satloc_text.columns import BlockReader, read_columns
from flightdata.parsers.satloc_text.layout import Layout
from flightdata.parsers.satloc_text.lines import LineReader, Refusal, Values, decode
from flightdata.tracks.columns import NUMBER_COLUMNS, UNITS, TrackColumns, join


class RefusedLine(NamedTuple):
    """A line that is no record: where in the block it stands, counted from 0, its offset in the file, its beginning, and why."""

    at: int
    offset: int
    raw: str
    refusal: Refusal


class Digest(NamedTuple):
    """All lines of a block: `records` in file order with `line` counted from 0, refused lines, comments in file order."""

    lines: int
    records: TrackColumns
    refused: list[RefusedLine]
    comments: list[str]
    is_utf8: bool


def digest(block: Block, layout: Layout, options: ParseOptions, read_block: BlockReader = read_columns) -> Digest:
    """Read every line of the block. Depends on nothing but its arguments: blocks may be read in any order, at once."""
    certain, doubtful, ends, is_utf8 = read_block(block.data, layout, options)
    reader = LineReader(layout, options)
    values: list[tuple[int, Values]] = []
    refused: list[RefusedLine] = []
    comments: list[str] = []
    for index in doubtful.tolist():
        begin = int(ends[index - 1]) if index else 0
        line = block.data[begin : int(ends[index])]
        outcome = reader.read(line, block.offset + begin)
        if isinstance(outcome, Values):
            values.append((index, outcome))
        elif isinstance(outcome, Refusal):
            refused.append(RefusedLine(index, block.offset + begin, _beginning(line), outcome))
        else:
            comments.append(outcome.text)
    records = _in_file_order(certain, _columns(values, layout)) if values else certain
    return Digest(len(ends), records, refused, comments, is_utf8)


def _beginning(line: bytes) -> str:
    content = line.rstrip(b"\r\n")
    return decode(content[:RAW_LIMIT], cut=len(content) > RAW_LIMIT)


def _columns(values: list[tuple[int, Values]], layout: Layout) -> TrackColumns:
    rows = [row for _, row in values]
    numbers: dict[str, Any] = {
        name: np.array([getattr(row, name) for row in rows], np.float64 if name in UNITS else np.int64)
        for name in NUMBER_COLUMNS
        if name in Values._fields
    }
    partner = {name: pa.array([row.partner[at] for row in rows], pa.string()) for at, name in enumerate(layout.partner_names)}
    return TrackColumns(
        **numbers,
        line=np.array([index for index, _ in values], np.int64),
        flags=np.zeros(len(rows), np.uint8),
        partner=partner,
        overflow=pa.array([row.overflow for row in rows], pa.string()),
    )


def _in_file_order(first: TrackColumns, second: TrackColumns) -> TrackColumns:
    both = join([first, second])
    return both.take(np.argsort(both.line))
