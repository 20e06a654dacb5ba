"""Fields whose flights are real tracks: the demo field, and those named on the command line."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shapely.geometry import Polygon, box, shape

DATA = Path(__file__).parent / "data"
DEMO_FIELD = f"ohio={DATA}/ohio-asapplied/boundary.geojson:{DATA}/ohio-asapplied/flightlog_projectform.csv"
COLUMNS = "timestamp,lat,lon,alt,groundSpeed,sprayStatus"


class FieldError(ValueError):
    """A field cannot be used; the text says why, in one line."""


@dataclass(frozen=True)
class Field:
    """A field with a recorded track.

    `bounds`: west, south, east, north in degrees. `lines`: the track's records as text, without header and newlines.
    `newline`: how the recorded file ends its lines.
    """

    name: str
    bounds: tuple[float, float, float, float]
    lines: tuple[str, ...]
    newline: str

    def holds(self, polygons: tuple[Polygon, ...]) -> bool:
        """Whether one of `polygons` (degrees) lies on this field, by bounding boxes."""
        return any(box(*polygon.bounds).intersects(box(*self.bounds)) for polygon in polygons)


def read_field(text: str) -> Field:
    """A field written as `NAME=GEOJSON:LOG` (boundary file, log file in the project's text form). Raises `FieldError`."""
    name, equals, files = text.partition("=")
    boundary, colon, log = files.rpartition(":")
    if not (name and equals and boundary and colon and log):
        raise FieldError(f"--field must be NAME=GEOJSON:LOG, not {text!r}")
    try:
        document = json.loads(Path(boundary).read_text(encoding="utf-8"))
        track = Path(log).read_bytes().decode()
        newline = "\r\n" if "\r\n" in track else "\n"
        return Field(name, _bounds(document), _records(track.split(newline)), newline)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise FieldError(f"--field {name}: {error}") from error


def _bounds(document: dict[str, Any]) -> tuple[float, float, float, float]:
    if document.get("type") == "FeatureCollection":
        boxes = [shape(feature["geometry"]).bounds for feature in document["features"]]
    else:
        boxes = [shape(document.get("geometry", document)).bounds]
    west, south, east, north = zip(*boxes, strict=True)
    return min(west), min(south), max(east), max(north)


def _records(lines: list[str]) -> tuple[str, ...]:
    records = [line for line in lines if line and not line.startswith("#")]
    if not records or records[0] != COLUMNS:
        raise ValueError(f"the log's first line must be {COLUMNS}")
    if len(records) == 1:
        raise ValueError("the log has no records")
    return tuple(records[1:])
