"""Overlays that always come to an end and give valid shapes.

Edges that all but coincide, as those of a band flown twice, can break an overlay in floating point (GEOS then raises, or
returns a shape that is not valid). On a grid of a millimetre that cannot happen, but large overlays take many times as long. So
shapes are snapped to the grid first, which removes nearly all such edges; the overlay is done in floating point; and where that
fails after all, on the grid.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

Shapes = NDArray[np.object_]

GRID_METRES = 0.001
POLYGON = 3


def snapped(shapes: Any) -> Any:
    """The shapes with their corners on the grid."""
    return shapely.set_precision(shapes, GRID_METRES)


def dissolve(shapes: Any) -> Any:
    """One shape of all that the shapes cover."""
    try:
        shape = shapely.disjoint_subset_union_all(shapes)
    except shapely.errors.GEOSException:
        return shapely.union_all(shapes, grid_size=GRID_METRES)
    return shape if shape.is_valid else shapely.union_all(shapes, grid_size=GRID_METRES)


def intersection(one: Any, other: Any) -> Any:
    """What lies in both shapes."""
    return _overlay(shapely.intersection, one, other)


def difference(one: Any, other: Any) -> Any:
    """What lies in the first shape only."""
    return _overlay(shapely.difference, one, other)


def polygons(shape: Any) -> Shapes:
    """The polygons of a shape or of several, without the lines and points that an overlay may leave."""
    parts = shapely.get_parts(shapely.get_parts(np.atleast_1d(shape)))
    found: Shapes = parts[(shapely.get_type_id(parts) == POLYGON) & (shapely.area(parts) > 0)]
    return found


def _overlay(operation: Callable[..., Any], one: Any, other: Any) -> Any:
    try:
        shape = operation(one, other)
    except shapely.errors.GEOSException:
        return operation(one, other, grid_size=GRID_METRES)
    return shape if shape.is_valid else operation(one, other, grid_size=GRID_METRES)
