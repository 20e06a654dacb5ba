"""A track as lines for a map at any scale: every record is ranked once, and each zoom takes those that matter at it.

The ranks are kept in a file beside the track. It is a cache: a reparse takes it away with the track, and the next look makes
it anew.
"""

import contextlib
import math
import os
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray

from flightdata.drawing import METRES_PER_DEGREE, runs
from flightdata.tracks import scaling
from flightdata.tracks.columns import Floats, Integers
from flightdata.tracks.ranking import rank

FINEST_METRES = 0.25
"""No map is drawn finer than this: a GPS receiver of an aircraft does not tell more."""

COARSEST_METRES = 1_000_000.0
UNITS_PER_DEGREE = 10_000_000
VERSION = 1
"""Of the file's content."""


class Box(NamedTuple):
    """Degrees WGS 84; longitudes may run on beyond 180, as those of the lines do."""

    west: float
    south: float
    east: float
    north: float


@dataclass(frozen=True)
class Ranked:
    """The records of a track that any map draws. `lon`, `lat` in units of 1e-7 degree, longitudes unbroken at ±180°;
    `rank` in metres; `run` the number of the stretch of one spray state, whose records stand together; `on` by run."""

    lon: Integers
    lat: Integers
    rank: Floats
    run: Integers
    on: NDArray[np.bool_]

    def at(self, tolerance: float, box: Box | None = None) -> list[dict[str, Any]]:
        """The lines of which no left-out record is farther off than `tolerance` metres; of those with a box, what passes it.

        `{"on": whether the boom was on, "points": [lon, lat, step east, step north, …]}` in units of 1e-7 degree.
        """
        chosen = np.flatnonzero(self.rank >= max(tolerance, FINEST_METRES))
        lon, lat, run = self.lon[chosen], self.lat[chosen], self.run[chosen]
        drawn = run[1:] == run[:-1]
        if box is not None:
            drawn &= _passes(lon, lat, box)
        edges = np.flatnonzero(np.diff(np.concatenate([[False], drawn, [False]]).astype(np.int8)))
        positions = np.column_stack([lon, lat])
        return [
            {"on": bool(self.on[run[first]]), "points": _points(positions[first : last + 1])}
            for first, last in edges.reshape(-1, 2).tolist()
        ]


def read(track: Path) -> Ranked:
    """The ranked records of a track, from the file beside it where there is one. Raises FileNotFoundError without a track."""
    cache = track.with_suffix(f".lines{VERSION}.npz")
    if cache.exists():
        with np.load(cache) as stored:
            return Ranked(**{name: stored[name] for name in stored.files})
    ranked = _rank(track)
    _keep(cache, ranked)
    return ranked


def _rank(track: Path) -> Ranked:
    table = pq.read_table(track, columns=["gps_time", "lat", "lon", "spray"], use_threads=False).combine_chunks()
    if table.num_rows < 2:
        none = np.zeros(0, np.int64)
        return Ranked(none, none, np.zeros(0), none, np.zeros(0, np.bool_))
    lat, lon = (scaling.decode(table.column(name).chunk(0)) for name in ("lat", "lon"))
    lon = np.unwrap(lon, period=360)
    spray = table.column("spray").to_numpy() == 1
    seconds = table.column("gps_time").to_numpy().astype("datetime64[us]").astype(np.int64) / 1e6
    return _ranked_runs(lon, lat, spray, np.array(list(runs(seconds, spray)), dtype=np.int64))


def _ranked_runs(lon: Floats, lat: Floats, spray: NDArray[np.bool_], stretches: Integers) -> Ranked:
    """The record at which one run ends and the next begins is in both."""
    lengths = stretches[:, 1] - stretches[:, 0]
    begin = np.cumsum(lengths) - lengths
    number = np.repeat(np.arange(len(lengths)), lengths)
    record = np.arange(lengths.sum()) - begin[number] + stretches[number, 0]
    shrink = METRES_PER_DEGREE * max(math.cos(math.radians(float(lat.mean()))), 0.01)
    ranks = rank(
        lon[record] * shrink,
        lat[record] * METRES_PER_DEGREE,
        np.column_stack([begin, begin + lengths - 1]).tolist(),
        FINEST_METRES,
    )
    seen = ranks > 0
    return Ranked(_units(lon[record[seen]]), _units(lat[record[seen]]), ranks[seen], number[seen], spray[stretches[:, 0]])


def _units(degrees: Floats) -> Integers:
    return np.rint(degrees * UNITS_PER_DEGREE).astype(np.int64)


def _keep(cache: Path, ranked: Ranked) -> None:
    """Write the file whole or not at all. A reparse may clear the folder meanwhile; then the next look makes it anew."""
    unfinished = cache.with_suffix(f".{uuid.uuid4().hex}")
    with contextlib.suppress(FileNotFoundError):
        with unfinished.open("wb") as file:
            np.savez(file, lon=ranked.lon, lat=ranked.lat, rank=ranked.rank, run=ranked.run, on=ranked.on)
        os.replace(unfinished, cache)


def _passes(lon: Integers, lat: Integers, box: Box) -> NDArray[np.bool_]:
    """For each step to the next point, whether the rectangle around it meets the box."""
    west, south, east, north = (side * UNITS_PER_DEGREE for side in box)
    beside = (np.maximum(lon[1:], lon[:-1]) < west) | (np.minimum(lon[1:], lon[:-1]) > east)
    above = (np.maximum(lat[1:], lat[:-1]) < south) | (np.minimum(lat[1:], lat[:-1]) > north)
    return ~(beside | above)


def _points(positions: Integers) -> list[int]:
    steps = positions.copy()
    steps[1:] -= positions[:-1]
    flat: list[int] = steps.ravel().tolist()
    return flat
