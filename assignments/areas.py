"""Spray areas and exclusions: GeoJSON (RFC 7946) FeatureCollections of Polygon and MultiPolygon, checked before they are kept."""

import sys
from collections.abc import Iterator, Mapping
from typing import Any

import shapely
import shapely.geometry
from shapely.validation import explain_validity

from assignments.partner_config import FieldError

EMPTY: Mapping[str, Any] = {"type": "FeatureCollection", "features": []}
KINDS = ("Polygon", "MultiPolygon")
LONGEST_NAME = 200
FEWEST_POSITIONS = 4
WEST_EAST, SOUTH_NORTH = 180.0, 90.0


def faults(collection: Any) -> list[FieldError]:
    """What is wrong with a FeatureCollection, at most one fault a feature; `path` as in `features[0].geometry`."""
    if not isinstance(collection, Mapping) or collection.get("type") != "FeatureCollection":
        return [FieldError("type", "notAFeatureCollection", "must be a GeoJSON object of the type FeatureCollection")]
    features = collection.get("features")
    if not isinstance(features, list):
        return [FieldError("features", "notAList", "must be a list of features")]
    return [fault for number, feature in enumerate(features) if (fault := _feature(feature, f"features[{number}]"))]


def cleaned(collection: Mapping[str, Any]) -> dict[str, Any]:
    """A faultless collection as it is kept: longitude and latitude alone, every feature with properties."""
    features = [
        {**feature, "properties": feature.get("properties") or {}, "geometry": _flat(feature["geometry"])}
        for feature in collection["features"]
    ]
    return {**collection, "features": features}


def _flat(geometry: Mapping[str, Any]) -> dict[str, Any]:
    parts = geometry["coordinates"] if geometry["type"] == "MultiPolygon" else [geometry["coordinates"]]
    flat = [[[position[:2] for position in ring] for ring in polygon] for polygon in parts]
    return {"type": geometry["type"], "coordinates": flat if geometry["type"] == "MultiPolygon" else flat[0]}


def _feature(feature: Any, path: str) -> FieldError | None:
    if not isinstance(feature, Mapping) or feature.get("type") != "Feature":
        return FieldError(path, "notAFeature", "must be a GeoJSON object of the type Feature")
    return _properties(feature.get("properties"), f"{path}.properties") or _geometry(feature.get("geometry"), f"{path}.geometry")


def _properties(properties: Any, path: str) -> FieldError | None:
    if properties is None:
        return None
    if not isinstance(properties, Mapping):
        return FieldError(path, "notAnObject", "must be an object or null")
    name, rate = properties.get("name"), properties.get("appRate")
    if name is not None and not (isinstance(name, str) and len(name) <= LONGEST_NAME):
        return FieldError(f"{path}.name", "invalid", f"must be a text of at most {LONGEST_NAME} characters")
    if rate is not None and not (_is_number(rate) and rate >= 0):
        return FieldError(f"{path}.appRate", "invalid", "must be a number that is not negative")
    return None


def _geometry(geometry: Any, path: str) -> FieldError | None:
    if not isinstance(geometry, Mapping) or geometry.get("type") not in KINDS:
        return FieldError(path, "notAPolygon", f"must be a geometry of the type {' or '.join(KINDS)}")
    fault = next(_coordinate_faults(geometry, f"{path}.coordinates"), None)
    if fault:
        return fault
    shape = shapely.geometry.shape(_flat(geometry))
    if not shape.is_valid:
        return FieldError(path, "invalidGeometry", f"is no valid polygon: {explain_validity(shape)}")
    return FieldError(path, "empty", "encloses nothing") if shape.area == 0 else None


def _coordinate_faults(geometry: Mapping[str, Any], path: str) -> Iterator[FieldError]:
    coordinates = geometry.get("coordinates")
    multiple = geometry["type"] == "MultiPolygon"
    polygons = coordinates if multiple else [coordinates]
    if not isinstance(polygons, list) or not polygons:
        yield FieldError(path, "invalid", "must be a list of polygons")
        return
    for number, polygon in enumerate(polygons):
        where = f"{path}[{number}]" if multiple else path
        if not isinstance(polygon, list) or not polygon:
            yield FieldError(where, "invalid", "must be a list of rings, the exterior one first")
            return
        for place, ring in enumerate(polygon):
            yield from _ring_faults(ring, f"{where}[{place}]")


def _ring_faults(ring: Any, path: str) -> Iterator[FieldError]:
    if not isinstance(ring, list) or len(ring) < FEWEST_POSITIONS:
        yield FieldError(path, "invalid", f"must be a list of at least {FEWEST_POSITIONS} positions")
        return
    for number, position in enumerate(ring):
        if not _is_position(position):
            yield FieldError(f"{path}[{number}]", "invalid", "must be [longitude, latitude] in degrees, WGS 84")
            return
    if ring[0][:2] != ring[-1][:2]:
        yield FieldError(path, "notClosed", "must end with the position it begins with")


def _is_position(position: Any) -> bool:
    if not isinstance(position, list) or not 2 <= len(position) <= 3 or not all(map(_is_number, position)):
        return False
    return abs(position[0]) <= WEST_EAST and abs(position[1]) <= SOUTH_NORTH


def _is_number(value: Any) -> bool:
    """One that a double holds: JSON's integers have no end."""
    return isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) <= sys.float_info.max
