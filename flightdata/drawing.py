"""A track as GeoJSON lines for a map: simplified, split where the boom goes on or off, at gaps and at the antimeridian."""

import math
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import shapely
from numpy.typing import NDArray

from flightdata.tracks import scaling

Floats = NDArray[np.float64]
Line = list[list[float]]

METRES_PER_DEGREE = 111_320.0
TOLERANCE_METRES = 1.0
"""How far a drawn line may pass from a record that it leaves out."""

LONGEST_GAP_SECONDS = 60
"""Between records further apart nobody knows where the aircraft was, so no line is drawn."""

MOST_POINTS = 100_000
COARSEST = 10
"""How often the tolerance is doubled for a track that has more points all the same."""

DECIMALS = 7


def feature_collection(track: Path) -> dict[str, Any]:
    """The track as an RFC 7946 FeatureCollection of LineStrings with the property `spray` (true: the boom was on along it).

    A record says what holds from it to the next one. A track of one record is a Point.
    """
    table = pq.read_table(track, columns=["gps_time", "lat", "lon", "spray"], use_threads=False).combine_chunks()
    if table.num_rows == 0:
        return _collection([])
    lat, lon = (scaling.decode(table.column(name).chunk(0)) for name in ("lat", "lon"))
    spray = table.column("spray").to_numpy() == 1
    if len(spray) == 1:
        return _collection([_feature("Point", [float(lon[0]), float(lat[0])], spray=bool(spray[0]))])
    seconds = table.column("gps_time").to_numpy().astype("datetime64[us]").astype(np.int64) / 1e6
    stretches = list(runs(seconds, spray))
    lines = _simplified(np.unwrap(lon, period=360), lat, stretches)
    drawn = [(first, piece) for (first, _), line in zip(stretches, lines, strict=True) for piece in _cut_at_antimeridian(line)]
    return _collection([_feature("LineString", piece, spray=bool(spray[first])) for first, piece in drawn])


def runs(seconds: Floats, spray: NDArray[np.bool_]) -> Iterator[tuple[int, int]]:
    """Stretches of records (first, one past the last) of one spray state without a gap. Neighbours share a record."""
    steps = np.flatnonzero(np.abs(np.diff(seconds)) <= LONGEST_GAP_SECONDS)
    anew = np.ones(len(steps), dtype=bool)
    anew[1:] = (np.diff(steps) > 1) | (spray[steps[1:]] != spray[steps[:-1]])
    for begin, end in pairwise([*np.flatnonzero(anew).tolist(), len(steps)]):
        yield int(steps[begin]), int(steps[end - 1]) + 2


def _simplified(lon: Floats, lat: Floats, stretches: list[tuple[int, int]]) -> list[Line]:
    """One line per run, of the records that matter; coarser where that is still too much to draw."""
    shrink = max(math.cos(math.radians(float(np.abs(lat).max()))), 0.01)
    flat = np.column_stack([lon * shrink, lat])
    whole = np.array([shapely.linestrings(flat[first:last]) for first, last in stretches], dtype=object)
    drawn = whole
    for doubling in range(COARSEST + 1):
        tolerance = TOLERANCE_METRES / METRES_PER_DEGREE * 2**doubling
        drawn = shapely.simplify(whole, tolerance, preserve_topology=False)
        if shapely.get_num_coordinates(drawn).sum() <= MOST_POINTS:
            break
    return [(shapely.get_coordinates(line) / (shrink, 1.0)).tolist() for line in drawn]


def _cut_at_antimeridian(line: Line) -> Iterator[Line]:
    """The pieces of a line whose longitudes run on beyond ±180°, each within them (RFC 7946, 3.1.9)."""
    turn = _turn(line[0][0])
    piece: Line = [_position(line[0], turn)]
    for before, after in pairwise(line):
        while _turn(after[0]) != turn:
            step = 1 if after[0] > before[0] else -1
            border = 360.0 * turn + 180.0 * step
            lat = before[1] + (after[1] - before[1]) * (border - before[0]) / (after[0] - before[0])
            yield [*piece, _position([border, lat], turn)]
            turn += step
            piece = [_position([border, lat], turn)]
        piece.append(_position(after, turn))
    yield piece


def _turn(lon: float) -> int:
    """How often a longitude has run around the earth: 0 within ±180°."""
    return math.floor((lon + 180.0) / 360.0) if lon != 180.0 else 0


def _position(point: list[float], turn: int) -> list[float]:
    return [round(point[0] - 360.0 * turn, DECIMALS), round(point[1], DECIMALS)]


def _feature(kind: str, coordinates: Any, *, spray: bool) -> dict[str, Any]:
    return {"type": "Feature", "properties": {"spray": spray}, "geometry": {"type": kind, "coordinates": coordinates}}


def _collection(features: list[dict[str, Any]]) -> dict[str, Any]:
    return {"type": "FeatureCollection", "features": features}
