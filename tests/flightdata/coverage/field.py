"""A field anywhere on the globe, laid out with geodesics, and flights over it. Metres along and across a heading."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pyproj
import shapely

from flightdata.coverage.areas import Area
from flightdata.coverage.measuring import Measured, measure
from flightdata.coverage.records import Records

EARTH = pyproj.Geod(ellps="WGS84")
START = 1_750_000_000_000_000

Point = tuple[float, float]
"""Metres along the heading, and to the right of it."""


@dataclass(frozen=True)
class Field:
    """`lon`, `lat` are the place that metres count from; `heading` is in degrees from north."""

    lon: float
    lat: float
    heading: float = 0.0

    def at(self, points: Sequence[Point]) -> tuple[Any, Any]:
        """Degrees of points: longitudes within ±180°, latitudes."""
        along, across = np.array(points, dtype=float).T
        azimuth = self.heading + np.degrees(np.arctan2(across, along))
        start = np.full(len(azimuth), self.lon), np.full(len(azimuth), self.lat)
        lon, lat, _ = EARTH.fwd(*start, azimuth, np.hypot(along, across))
        return np.asarray(lon), np.asarray(lat)

    def box(self, name: str, first: Point, last: Point) -> Area:
        """A rectangle between two corners, cut at the antimeridian as RFC 7946 asks."""
        (a, b), (c, d) = first, last
        lon, lat = self.at([(a, b), (c, b), (c, d), (a, d)])
        beside = (lon - self.lon + 180) % 360 - 180 + self.lon
        ring = shapely.Polygon(np.column_stack([beside, lat]))
        worlds = [(360.0 * turn, ring & shapely.box(360 * turn - 180, -90, 360 * turn + 180, 90)) for turn in (-1, 0, 1)]
        parts = [shapely.transform(part, lambda at: at - [shift, 0]) for shift, part in worlds if part.area]  # noqa: B023
        return Area(name, shapely.union_all(parts) if len(parts) == 1 else shapely.MultiPolygon(parts))

    def fly(self, *legs: Sequence[Point], step: float = 6.0) -> Records:
        """Ten records a second along each leg with the boom on; off at its end, and a jump in time to the next one."""
        flown = [_along(leg, step) for leg in legs]
        times = [START + number * 60_000_000 + 100_000 * np.arange(len(points)) for number, points in enumerate(flown)]
        on = np.concatenate([np.arange(len(points)) < len(points) - 1 for points in flown])
        lon, lat = self.at(np.concatenate(flown))
        return Records(np.concatenate(times), lon, lat, on, np.zeros(len(on), dtype=bool))


def _along(corners: Sequence[Point], step: float) -> Any:
    """Points from corner to corner, at most `step` metres apart."""
    points = np.array(corners, dtype=float)
    pieces = [np.linspace(begin, end, max(2, int(np.hypot(*(end - begin)) / step) + 1))[:-1] for begin, end in pairwise(points)]
    return np.concatenate([*pieces, points[-1:]])


def covered(records: Records, swath: float, areas: Sequence[Area] = (), exclusions: Sequence[Area] = ()) -> Measured:
    """The measurement of one log."""
    return measure([lambda: [records]], areas, exclusions, swath)
