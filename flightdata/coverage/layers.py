"""The shapes of a measurement as GeoJSON for a map: drawn no finer than anybody can see."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import numpy as np
import shapely
import shapely.geometry

from flightdata.coverage.measuring import Measured
from flightdata.coverage.overlay import difference, dissolve, polygons

TOLERANCE_METRES = 0.5
"""How far a drawn edge may lie from the real one."""

SMALLEST_SQUARE_METRES = 1.0
"""Splinters that overlays leave are not drawn."""

DECIMALS = 7
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Drawn(NamedTuple):
    """A shape in metres, and the properties of its feature."""

    shape: Any
    properties: dict[str, Any]


def feature_collection(measured: Measured, tracks: Sequence[str]) -> dict[str, Any]:
    """An RFC 7946 FeatureCollection of MultiPolygons. The property `layer` of each feature is one of

    - `planned`: an area less the exclusions, with its `name`;
    - `pass`: the ground of one pass, with `track` (its entry in `tracks`), `startedAt` and `number` from 1;
    - `covered`, `missed`, `double`: all that was sprayed, planned but not sprayed, sprayed more than once.

    What is too small to be seen has no feature.
    """
    drawn = [one for one in _drawn(measured, tracks) if one.shape is not None]
    coarse = shapely.simplify(np.array([one.shape for one in drawn], dtype=object), TOLERANCE_METRES)
    degrees = shapely.orient_polygons(measured.flat.unflatten(coarse))
    rounded = shapely.transform(degrees, lambda points: points.round(DECIMALS))
    features = [
        {"type": "Feature", "properties": one.properties, "geometry": shapely.geometry.mapping(shape)}
        for one, shape in zip(drawn, rounded, strict=True)
    ]
    return {"type": "FeatureCollection", "features": features}


def _drawn(measured: Measured, tracks: Sequence[str]) -> Iterator[Drawn]:
    for area in measured.areas:
        yield Drawn(_visible(area.net), {"layer": "planned", "name": area.name})
    yield from _passes(measured, tracks)
    missed = difference(measured.planned, measured.ground.union)
    for layer, shape in {"covered": measured.ground.union, "missed": missed, "double": measured.ground.double}.items():
        yield Drawn(_visible(shape), {"layer": layer})


def _passes(measured: Measured, tracks: Sequence[str]) -> Iterator[Drawn]:
    for number, (begun, track) in enumerate(zip(measured.flown.begun.tolist(), measured.flown.track.tolist(), strict=True)):
        shapes = measured.bands.shapes[measured.bands.of_pass(number)]
        started = (EPOCH + timedelta(microseconds=begun)).isoformat().replace("+00:00", "Z")
        properties = {"layer": "pass", "track": tracks[track], "number": number + 1, "startedAt": started}
        yield Drawn(_visible(shapes[0] if len(shapes) == 1 else dissolve(shapes)), properties)


def _visible(shape: Any) -> Any:
    """The shape as a MultiPolygon without its splinters; None where nothing is left."""
    parts = polygons(shape)
    seen = parts[shapely.area(parts) >= SMALLEST_SQUARE_METRES]
    return shapely.multipolygons(seen) if len(seen) else None
