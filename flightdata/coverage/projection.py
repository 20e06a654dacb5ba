"""A flat map in metres around one place: Lambert's azimuthal equal-area projection of the WGS 84 ellipsoid.

Areas of shapes are exact everywhere on it. A band laid along a track is wrong by (distance / 12,742 km)² / 2 of its area, with
the distance from the centre: 0.01 % at 180 km, nothing that can be measured on a field. It has no zones, no hemispheres and no
antimeridian: those are places like any other.
"""

from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

import numpy as np
import pyproj
import shapely
from numpy.typing import NDArray

from flightdata.coverage.overlay import Shapes, dissolve, intersection, polygons, snapped

Floats = NDArray[np.float64]

LONGEST_EDGE_DEGREES = 0.01
"""Edges of planned areas are straight in degrees (RFC 7946, 3.1.1), hence bent on the map: they are cut into pieces this long."""

EDGE_OF_THE_WORLD = 180.0


@dataclass(frozen=True)
class LocalMap:
    """The map around `lon`, `lat` (degrees WGS 84)."""

    lon: float
    lat: float

    @classmethod
    def around(cls, lon: Floats, lat: Floats) -> "LocalMap":
        """The map around the middle of these positions, of which there is at least one."""
        beside = turned(lon, lon[0])
        middle = (beside.min() + beside.max()) / 2
        return cls(float(turned(np.array([middle]), 0.0)[0]), float((lat.min() + lat.max()) / 2))

    @cached_property
    def _projection(self) -> pyproj.Proj:
        return pyproj.Proj(proj="laea", lon_0=self.lon, lat_0=self.lat, ellps="WGS84")

    def forward(self, lon: Floats, lat: Floats) -> Floats:
        """Metres east and north of the centre, shape (n, 2); infinite for the point opposite on the globe."""
        east, north = self._projection(lon, lat)
        return np.column_stack([east, north])

    def flatten(self, shape: Any) -> Any:
        """A shape in degrees as a shape in metres. Rings may pass ±180°, cut there or not."""
        beside = shapely.transform(shape, lambda points: np.column_stack([turned(points[:, 0], self.lon), points[:, 1]]))
        fine = shapely.segmentize(beside, LONGEST_EDGE_DEGREES)
        flat = shapely.make_valid(shapely.transform(fine, lambda points: self.forward(points[:, 0], points[:, 1])))
        return dissolve(snapped(polygons(flat)))

    def unflatten(self, shapes: Shapes) -> Shapes:
        """Shapes in metres as shapes in degrees, those that pass ±180° cut there into MultiPolygons (RFC 7946, 3.1.9)."""
        beside: Shapes = shapely.transform(shapes, self._beside)
        west, _, east, _ = shapely.bounds(beside).reshape(-1, 4).T
        for number in np.flatnonzero((west < -EDGE_OF_THE_WORLD) | (east > EDGE_OF_THE_WORLD)):
            beside[number] = _cut(beside[number])
        return beside

    def _beside(self, points: Floats) -> Floats:
        lon, lat = self._projection(points[:, 0], points[:, 1], inverse=True)
        return np.column_stack([turned(np.asarray(lon), self.lon), lat])


def turned(lon: Floats, beside: float) -> Floats:
    """The same longitudes, each written within 180° of `beside`."""
    written: Floats = (lon - beside + 180.0) % 360.0 - 180.0 + beside
    return written


def _cut(shape: Any) -> Any:
    """A shape whose longitudes run on beyond ±180°, in pieces within them."""
    pieces = []
    for turn in (-1, 0, 1):
        world = shapely.box(360.0 * turn - EDGE_OF_THE_WORLD, -90.0, 360.0 * turn + EDGE_OF_THE_WORLD, 90.0)
        pieces += [
            shapely.transform(part, partial(np.add, [-360.0 * turn, 0.0])) for part in polygons(intersection(shape, world))
        ]
    return shapely.multipolygons(pieces)
