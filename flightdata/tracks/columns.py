"""The records of a log, or of a piece of one, as columns in memory, and their Parquet schema."""

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from enum import IntFlag
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

ROW_GROUP_SIZE = 65_536
"""Records in one row group: what a page of records, or the shortest window, has to decode."""

PARTNER_PREFIX = "partner."
OVERFLOW = "partner_overflow"
UNITS = {"lat": "degree", "lon": "degree", "alt": "metre", "ground_speed": "metre per second"}
"""The measured columns, in the order of the file, and the unit of each."""

TIME = pa.timestamp("us", tz="UTC")


class Doubt(IntFlag):
    """Why a record is flagged. A flag never changes a value."""

    EQUAL_TIME = 1
    BACKWARD_TIME = 2
    JUMP = 4
    NO_ALTITUDE = 8
    NO_SPEED = 16


@dataclass
class TrackColumns:
    """Records in file order, one array element each.

    `gps_time` µs since 1970 UTC; `lat`, `lon` degrees WGS 84; `alt` metres and `ground_speed` m/s, NaN where not given;
    `spray` as it came (1 on, all else off); `line` counts from 1; `flags` bits of Doubt. `partner` holds further columns
    by name, as Arrow strings, null where a line was too short to have one; `overflow` what stands behind the last named
    column, still joined by commas, None where no line has any.
    """

    gps_time: Integers
    lat: Floats
    lon: Floats
    alt: Floats
    ground_speed: Floats
    spray: Integers
    line: Integers
    flags: NDArray[np.uint8]
    partner: dict[str, pa.Array] = field(default_factory=dict)
    overflow: pa.Array | None = None

    def __len__(self) -> int:
        return len(self.line)

    def take(self, chosen: NDArray[np.bool_] | Integers) -> "TrackColumns":
        """The records at `chosen`: a mask as long as the columns, or indices."""
        numbers = {name: getattr(self, name)[chosen] for name in NUMBER_COLUMNS}
        select = pa.Array.filter if chosen.dtype == np.bool_ else pa.Array.take
        partner = {name: select(column, pa.array(chosen)) for name, column in self.partner.items()}
        return TrackColumns(
            **numbers, partner=partner, overflow=select(self.overflow, pa.array(chosen)) if self.overflow is not None else None
        )

    def slice(self, start: int, stop: int) -> "TrackColumns":
        numbers = {name: getattr(self, name)[start:stop] for name in NUMBER_COLUMNS}
        partner = {name: column.slice(start, stop - start) for name, column in self.partner.items()}
        overflow = self.overflow.slice(start, stop - start) if self.overflow is not None else None
        return TrackColumns(**numbers, partner=partner, overflow=overflow)


NUMBER_COLUMNS = tuple(item.name for item in fields(TrackColumns) if item.name not in ("partner", "overflow"))


def join(pieces: Sequence[TrackColumns]) -> TrackColumns:
    """The pieces one after the other. All must name the same partner columns."""
    if len(pieces) == 1:
        return pieces[0]
    numbers = {name: np.concatenate([getattr(piece, name) for piece in pieces]) for name in NUMBER_COLUMNS}
    partner = {name: pa.concat_arrays([piece.partner[name] for piece in pieces]) for name in pieces[0].partner}
    overflow = None
    if any(piece.overflow is not None for piece in pieces):
        overflow = pa.concat_arrays(
            [pa.nulls(len(piece), pa.string()) if piece.overflow is None else piece.overflow for piece in pieces]
        )
    return TrackColumns(**numbers, partner=partner, overflow=overflow)


def no_records(partner: Sequence[str] = ()) -> TrackColumns:
    numbers: dict[str, Any] = {
        name: np.zeros(0, np.uint8 if name == "flags" else np.float64 if name in UNITS else np.int64) for name in NUMBER_COLUMNS
    }
    return TrackColumns(**numbers, partner={name: pa.array([], pa.string()) for name in partner})
