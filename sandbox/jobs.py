"""What an uploaded job says: its name, number, areas and swath width."""

import json
import sys
from dataclasses import dataclass
from typing import Any

from shapely.geometry import Polygon

FOOT = 0.3048
DEFAULT_SWATH_WIDTH = 60 * FOOT


@dataclass(frozen=True)
class UploadedJob:
    """An uploaded job as far as it could be read.

    `polygons`: areas in WGS 84 degrees, x = longitude, interior rings = exclusions.
    `swath_width`: metres. `note`: why the job cannot be flown, else None.
    """

    name: str
    number: str
    areas: int
    polygons: tuple[Polygon, ...]
    swath_width: float
    note: str | None


def read_job(content: bytes) -> UploadedJob:
    """Read a job in the guide's JSON shape. What cannot be flown is named in `note`, never an error: the real cloud
    takes files it does not understand as well."""
    try:
        document = json.loads(content)
    except ValueError:
        return UploadedJob("", "", 0, (), DEFAULT_SWATH_WIDTH, "jobData is not JSON, so nothing can be flown")
    if not isinstance(document, dict):
        return UploadedJob("", "", 0, (), DEFAULT_SWATH_WIDTH, "jobData is no JSON object, so nothing can be flown")
    polygons, note = _flyable(document.get("areas"))
    return UploadedJob(
        name=str(document.get("name", "")),
        number=str(_object(document.get("metadata")).get("jobId", "")),
        areas=len(document["areas"]) if isinstance(document.get("areas"), list) else 0,
        polygons=polygons,
        swath_width=_swath_width(_object(document.get("aircraft"))),
        note=note,
    )


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _swath_width(aircraft: dict[str, Any]) -> float:
    width = aircraft.get("swathWidth")
    if not isinstance(width, int | float) or not 0 < width <= sys.float_info.max:
        return DEFAULT_SWATH_WIDTH
    return width * FOOT if aircraft.get("measurementUnit") == "imperial" else float(width)


def _flyable(areas: Any) -> tuple[tuple[Polygon, ...], str | None]:
    if not isinstance(areas, list) or not areas:
        return (), "the job has no areas"
    polygons: list[Polygon] = []
    for number, area in enumerate(areas, 1):
        try:
            polygons += [_polygon(rings) for rings in _polygon_rings(_object(area).get("coordinates"))]
        except (TypeError, ValueError) as error:
            return (), f"area {number} cannot be flown: {error}"
    return tuple(polygons), None


def _polygon_rings(coordinates: Any) -> list[Any]:
    """Coordinates of a ring, a polygon or several polygons, told apart by their depth, as a list of polygons."""
    depth, inner = 0, coordinates
    while isinstance(inner, list):
        if not inner:
            raise ValueError("it has an empty list of coordinates")
        depth, inner = depth + 1, inner[0]
    if depth not in {2, 3, 4}:
        raise ValueError("its coordinates are no ring, polygon or list of polygons")
    return {2: [[coordinates]], 3: [coordinates], 4: coordinates}[depth]


def _polygon(rings: Any) -> Polygon:
    for longitude, latitude, *_ in (position for ring in rings for position in ring):
        if not (-180 <= longitude <= 180 and -90 <= latitude <= 90):
            raise ValueError(f"{longitude}, {latitude} is no longitude, latitude in degrees")
    polygon = Polygon([position[:2] for position in rings[0]], [[p[:2] for p in ring] for ring in rings[1:]])
    if polygon.area == 0:
        raise ValueError("it encloses nothing")
    return polygon
