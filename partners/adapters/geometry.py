"""Cutting exclusion zones out of the areas of a job, so that they reach the pilot as holes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import shapely
from shapely import Geometry
from shapely import Polygon as Shape
from shapely.geometry.polygon import orient

from partners.adapters.errors import Rejected
from partners.adapters.records import JobArea, JobDefinition, Polygon

METRES_PER_DEGREE = 111_320.0

SMALLEST_PIECE = 1.0
"""Square metres; what a cut leaves below this is rounding, not a field."""

EAST_END = 180.0
BEFORE_IT, BEYOND_IT = shapely.box(-EAST_END, -90, EAST_END, 90), shapely.box(EAST_END, -90, 3 * EAST_END, 90)


def cut_out(job: JobDefinition) -> list[JobArea]:
    """The job's areas less its exclusions, one polygon each; an area that an exclusion splits becomes several.

    Areas that no exclusion meets stay as given, corner by corner. Raises Rejected for a polygon that cannot be read and
    when nothing is left to treat: a zone that nobody can cut out must not be sprayed by accident.
    """
    across = any(_crosses_antimeridian(polygon) for polygon in (*job.exclusions, *(area.polygon for area in job.areas)))
    zones = [_shape(zone, f"Exclusion {number}", across) for number, zone in enumerate(job.exclusions, 1)]
    excluded = shapely.union_all(zones) if zones else Shape()
    areas = [piece for area in job.areas for piece in _pieces(area, excluded, across)]
    if not areas:
        raise Rejected(
            f"Job {job.number} has no area to treat: it has none, or its exclusions cover all of them."
            " Correct its areas, then send it again."
        )
    return areas


def _pieces(area: JobArea, excluded: Geometry, across: bool) -> list[JobArea]:
    shape = _shape(area.polygon, f"Area {area.name or 'without a name'}", across)
    if not shape.intersects(excluded):
        return [area]
    rest = _parts(shape.difference(excluded))
    pieces = [part for part in rest if isinstance(part, Shape) and _square_metres(part) >= SMALLEST_PIECE]
    if len(pieces) == 1:
        return [replace(area, polygon=_rings(pieces[0]))]
    return [
        replace(area, name=f"{area.name} ({number} of {len(pieces)})", polygon=_rings(piece))
        for number, piece in enumerate(pieces, 1)
    ]


def _parts(shape: Geometry) -> list[Geometry]:
    """Its pieces, cut at the antimeridian and with longitudes up to 180° (RFC 7946, 3.1.9)."""
    if shape.bounds[2] > EAST_END:
        beyond = shapely.transform(shape.intersection(BEYOND_IT), lambda corners: corners - [2 * EAST_END, 0.0])
        return [*shapely.get_parts(shape.intersection(BEFORE_IT)), *shapely.get_parts(beyond)]
    return list(shapely.get_parts(shape))


def _crosses_antimeridian(polygon: Polygon) -> bool:
    """Whether a ring jumps from one end of the world to the other, as files of other software have it."""
    try:
        pairs = [(here[0], there[0]) for ring in polygon for here, there in pairwise(ring)]
        return any(abs(here - there) > EAST_END for here, there in pairs)
    except (TypeError, IndexError):
        return False  # `_shape` says what is wrong with it


def _shape(polygon: Polygon, name: str, across: bool = False) -> Shape:
    """The polygon in degrees; `across` the antimeridian longitudes run from 0° to 360°."""
    try:
        rings = [[(_lon(float(corner[0]), across), float(corner[1])) for corner in ring] for ring in polygon]
        shape = Shape(rings[0], rings[1:])
    except (TypeError, ValueError, IndexError, shapely.errors.ShapelyError):
        raise Rejected(f"{name} is no polygon: it needs rings of at least three corners. Correct it in the job.") from None
    if shape.is_empty or not shape.is_valid:
        fault = shapely.is_valid_reason(shape) if not shape.is_empty else "it is empty"
        raise Rejected(f"{name} is no polygon that can be flown ({fault}). Correct it in the job.")
    return shape


def _lon(lon: float, across: bool) -> float:
    return lon + 2 * EAST_END if across and lon < 0 else lon


def _square_metres(shape: Shape) -> float:
    """Good enough to tell a field from a rounding error."""
    if shape.is_empty:
        return 0.0
    return float(shape.area) * METRES_PER_DEGREE**2 * math.cos(math.radians(shape.centroid.y))


def _rings(shape: Shape) -> Sequence[Sequence[Sequence[float]]]:
    """GeoJSON rings, oriented as RFC 7946 wants them: exterior counter-clockwise, holes clockwise."""
    oriented = orient(shape)
    return [[list(corner) for corner in ring.coords] for ring in (oriented.exterior, *oriented.interiors)]
