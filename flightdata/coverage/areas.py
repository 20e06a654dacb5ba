"""What was planned: areas to spray, less what is excluded from all of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
import shapely.geometry
from numpy.typing import NDArray

from flightdata.coverage.overlay import difference, dissolve
from flightdata.coverage.projection import LocalMap


@dataclass(frozen=True)
class Area:
    """A planned area or exclusion: its name, empty where it has none, and its shape in degrees WGS 84."""

    name: str
    shape: Any


@dataclass(frozen=True)
class FlatArea:
    """An area on a map in metres: `whole` as it was drawn, `net` less the exclusions."""

    name: str
    whole: Any
    net: Any


def areas_of(collection: Mapping[str, Any]) -> list[Area]:
    """The areas of a GeoJSON FeatureCollection of Polygon and MultiPolygon; none where it is empty."""
    features = collection.get("features") or []
    shapes = [shapely.geometry.shape(feature["geometry"]) for feature in features]
    names = [str((feature.get("properties") or {}).get("name") or "") for feature in features]
    return [Area(name, shape) for name, shape in zip(names, shapes, strict=True)]


def positions(areas: Sequence[Area]) -> NDArray[np.float64]:
    """Every corner of the areas, degrees, shape (n, 2)."""
    return np.concatenate([np.zeros((0, 2)), *(shapely.get_coordinates(area.shape) for area in areas)])


def flatten(areas: Sequence[Area], exclusions: Sequence[Area], flat: LocalMap) -> list[FlatArea]:
    """The areas in metres."""
    excluded = dissolve([flat.flatten(zone.shape) for zone in exclusions])
    wholes = [flat.flatten(area.shape) for area in areas]
    return [FlatArea(area.name, whole, difference(whole, excluded)) for area, whole in zip(areas, wholes, strict=True)]
