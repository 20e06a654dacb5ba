"""The records of a track as coverage needs them: when, where, whether the boom was on, and what the parser doubts."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray

from flightdata.tracks import scaling
from flightdata.tracks.columns import Doubt

Floats = NDArray[np.float64]
COLUMNS = ("gps_time", "lat", "lon", "spray", "flags")


@dataclass(frozen=True)
class Records:
    """Records in the order of the log, one array element each: µs since 1970 UTC, degrees WGS 84; `on`: the boom was on;
    `doubted`: the parser says that the clock went back or that the position jumped, against the record before."""

    time: NDArray[np.int64]
    lon: Floats
    lat: Floats
    on: NDArray[np.bool_]
    doubted: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.time)

    def after(self, first: int) -> "Records":
        """The records from index `first` on."""
        return Records(self.time[first:], self.lon[first:], self.lat[first:], self.on[first:], self.doubted[first:])

    def then(self, later: "Records") -> "Records":
        """These records, and `later` behind them."""
        pairs = ((getattr(self, name), getattr(later, name)) for name in ("time", "lon", "lat", "on", "doubted"))
        return Records(*(np.concatenate(pair) for pair in pairs))


def read_records(track: Path) -> Iterator[Records]:
    """The records of a track, a row group at a time. Raises FileNotFoundError where there is no such track."""
    with pq.ParquetFile(track) as file:
        for number in range(file.num_row_groups):
            table = file.read_row_group(number, columns=list(COLUMNS), use_threads=False).combine_chunks()
            time, lat, lon, spray, flags = (table.column(name).chunk(0) for name in COLUMNS)
            doubts = flags.to_numpy(zero_copy_only=False) & (Doubt.BACKWARD_TIME | Doubt.JUMP)
            yield Records(
                time=time.cast("int64").to_numpy(zero_copy_only=False),
                lon=scaling.decode(lon),
                lat=scaling.decode(lat),
                on=spray.to_numpy(zero_copy_only=False) == 1,
                doubted=doubts != 0,
            )
