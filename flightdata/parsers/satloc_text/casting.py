"""Casting a column of texts at full speed although some of its texts are bad.

Arrow's casts give a whole column up at its first bad text. When that happens, texts with a byte that has no business there are
set aside, and if the rest still fails it is halved until the bad ones are cornered.
"""

from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

Mask = NDArray[np.bool_]
Bytes = NDArray[np.uint8]
Offsets = NDArray[np.int32]

LEAF = 32
"""Texts that are given up together where one of them is bad: cheaper to read with care than to halve further."""


class ByteRange(NamedTuple):
    """Bytes from `first` to `last`, both included: a comparison is far cheaper than a table."""

    first: int
    last: int


def content(texts: pa.Array) -> tuple[Bytes, Offsets, Offsets]:
    """The bytes of a string column without nulls, and where in them each text begins and ends."""
    _, offsets, data = texts.buffers()
    edges = np.frombuffer(offsets, np.int32)[texts.offset : texts.offset + len(texts) + 1]
    return np.frombuffer(data, np.uint8) if data is not None else np.zeros(0, np.uint8), edges[:-1], edges[1:]


def lengths(texts: pa.Array) -> NDArray[np.int32]:
    _, starts, ends = content(texts)
    return ends - starts


def cast(texts: pa.Array, kind: pa.DataType, allowed: ByteRange, wanted: Mask | None = None) -> tuple[NDArray[Any], Mask]:
    """The wanted texts as 64-bit values of `kind`, and which of them were cast. Other values mean nothing.

    `texts` has no nulls and no offset; `allowed` spans the bytes that a good text may hold.
    """
    certain = np.ones(len(texts), np.bool_) if wanted is None else wanted.copy()
    try:
        return _values(_only(certain, texts).cast(kind)), certain
    except pa.ArrowInvalid:
        certain &= plain(texts, allowed)  # some text is bad: find out which
    values = np.zeros(len(texts), np.float64 if kind == pa.float64() else np.int64)
    _cast_pieces(_only(certain, texts), kind, values, certain)
    return values, certain


def plain(texts: pa.Array, allowed: ByteRange) -> Mask:
    """Which texts are not empty and hold allowed bytes only."""
    data, starts, ends = content(texts)
    plain: Mask = ends > starts
    if len(starts):
        first, last = int(starts[0]), int(ends[-1])
        odd = np.flatnonzero(data[first:last] - np.uint8(allowed.first) > allowed.last - allowed.first) + first
        plain[np.searchsorted(starts, odd, side="right") - 1] = False
    return plain


def _only(wanted: Mask, texts: pa.Array) -> pa.Array:
    """The same texts, null where not wanted."""
    if wanted.all():
        return texts
    validity = pa.py_buffer(np.packbits(wanted, bitorder="little"))
    return pa.Array.from_buffers(texts.type, len(texts), [validity, *texts.buffers()[1:]])


def _cast_pieces(texts: pa.Array, kind: pa.DataType, values: NDArray[Any], certain: Mask) -> None:
    try:
        values[:] = _values(texts.cast(kind))
    except pa.ArrowInvalid:
        if len(texts) <= LEAF:
            certain[:] = False
            return
        half = len(texts) // 2
        _cast_pieces(texts.slice(0, half), kind, values[:half], certain[:half])
        _cast_pieces(texts.slice(half), kind, values[half:], certain[half:])


def _values(column: pa.Array) -> NDArray[Any]:
    kind = np.float64 if column.type == pa.float64() else np.int64
    return np.frombuffer(column.buffers()[1], kind)[column.offset : column.offset + len(column)]
