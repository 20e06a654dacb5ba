"""The ground under bands: covered at all, and covered more than once."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

from flightdata.coverage.overlay import GRID_METRES, Shapes, dissolve, polygons

FAMILY = 32
"""Shapes that are overlaid at a time. Passes that follow each other are mostly neighbours, so the sums of families stay small."""


@dataclass(frozen=True)
class Ground:
    """Shapes in metres: `union` is covered at least once, `double` at least twice."""

    union: Any
    double: Any


def lay(shapes: Shapes) -> Ground:
    """The ground under so many bands, in the order in which they were flown.

    Bands are put together by families, families by families of families: each ground is overlaid with its own generation only, so
    time and memory grow with the number of bands, and not with that of pairs, however often the same ground was flown.
    """
    generation = [Ground(shape, shapely.Polygon()) for shape in shapes]
    while len(generation) > 1:
        generation = [_together(generation[first : first + FAMILY]) for first in range(0, len(generation), FAMILY)]
    return generation[0] if generation else Ground(shapely.Polygon(), shapely.Polygon())


def _together(family: list[Ground]) -> Ground:
    covered = np.array([ground.union for ground in family], dtype=object)
    twice = [polygons([ground.double for ground in family]), polygons(_overlaps(covered))]
    return Ground(dissolve(covered), dissolve(np.concatenate(twice)))


def _overlaps(shapes: Shapes) -> Any:
    """What any two of the shapes share."""
    one, other = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    pairs = one < other
    return shapely.intersection(shapes[one[pairs]], shapes[other[pairs]], grid_size=GRID_METRES)
