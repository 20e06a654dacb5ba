"""A file as blocks of whole lines, in bounded memory whatever the file holds.

A line ends with LF, CRLF, or CR (the oldest files), as for `bytes.splitlines`; what follows the last line end is a line if it
is not empty.
"""

from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

import numpy as np
from numpy.typing import NDArray

BLOCK_SIZE = 2 * 1024 * 1024
LONGEST_LINE = 65_536
"""Bytes, without the line end. No record is longer: what is, is never read as one, and only its beginning is held."""

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_LF, _CR = 10, 13


class Block(NamedTuple):
    """Whole lines with their ends, and where in the file they begin. A line longer than LONGEST_LINE that does not fit a
    block is a block of its own, cut off one byte behind LONGEST_LINE."""

    data: bytes
    offset: int


def read_blocks(source: BinaryIO, size: int = BLOCK_SIZE) -> Iterator[Block]:
    """The whole of `source`, without a byte-order mark at its beginning."""
    rest = source.read(len(BYTE_ORDER_MARK))
    offset = 0
    if rest == BYTE_ORDER_MARK:
        rest, offset = b"", len(rest)
    while chunk := source.read(size):
        data = rest + chunk
        end = _last_line_end(data)
        if end:
            yield Block(data[:end], offset)
            offset += end
        rest = data[end:]
        if len(rest) > LONGEST_LINE + 1:
            yield Block(rest[: LONGEST_LINE + 1], offset)
            offset, rest = _skip_line(source, offset, rest, size)
    if rest:
        yield Block(rest, offset)


def line_ends(data: bytes) -> NDArray[np.int64]:
    """Index behind each line with its end; the last may have none."""
    content = np.frombuffer(data, np.uint8)
    is_end = content == _LF
    if b"\r" in data:
        lone = content == _CR
        lone[:-1] &= ~is_end[1:]
        is_end |= lone
    ends = np.flatnonzero(is_end) + 1
    if len(content) and not is_end[-1]:
        ends = np.append(ends, len(content))
    return ends


def _last_line_end(data: bytes) -> int:
    """Index behind the last line end that is certain: a CR as the last byte may be half of a CRLF."""
    return max(data.rfind(b"\n"), data.rfind(b"\r", 0, -1)) + 1


def _skip_line(source: BinaryIO, offset: int, rest: bytes, size: int) -> tuple[int, bytes]:
    """Read on behind the line that `rest` at `offset` begins: the next line's offset, and what was read of it."""
    while True:
        keep = 1 if rest.endswith(b"\r") else 0
        chunk = source.read(size)
        offset += len(rest) - keep
        rest = rest[len(rest) - keep :] + chunk
        end = _first_line_end(rest, at_end=not chunk)
        if end:
            return offset + end, rest[end:]
        if not chunk:
            return offset + len(rest), b""


def _first_line_end(data: bytes, at_end: bool) -> int:
    """Index behind the first line end, 0 where none is certain."""
    lf, cr = data.find(b"\n") + 1, data.find(b"\r") + 1
    if not cr or (lf and lf < cr):
        return lf
    if cr == len(data):
        return cr if at_end else 0
    return cr + 1 if data[cr] == _LF else cr
