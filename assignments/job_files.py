"""A job as the file that a pilot takes along: KML, zipped shapefiles, GeoJSON, or the implementation guide's JSON.

All hold the areas with the exclusions cut out of them, one polygon each, as partners get them, and the exclusions as a layer
of their own. Degrees WGS 84, vertex by vertex as they were drawn. Quantities stand beside their units.
"""

import io
import json
import re
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from xml.etree import ElementTree

import numpy as np
import shapely

from assignments.states import DownloadOption
from partners.adapters.geometry import cut_out
from partners.adapters.records import JobArea, JobDefinition, Polygon
from partners.adapters.satloc.job_file import job_as_json

AREAS, EXCLUSIONS = "areas", "exclusions"
KML_COLOURS = {AREAS: "ff00aa00", EXCLUSIONS: "ff0000ff"}
"""Opacity, blue, green, red: green areas, red exclusions."""

LONGEST_DBF_TEXT = 254
NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True)
class JobFile:
    """What is sent to the pilot. The name is safe on every device: it holds nothing that people wrote."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True)
class Plan:
    """What a file is made of. `zones` are the exclusions with their names; `areas` the areas less them."""

    job: JobDefinition
    revision: int
    areas: Sequence[JobArea]
    zones: Sequence[JobArea]

    @property
    def stem(self) -> str:
        return f"agm_job_{self.job.number}"

    @property
    def layers(self) -> Mapping[str, Sequence[JobArea]]:
        """Those that hold anything."""
        return {name: shapes for name, shapes in ((AREAS, self.areas), (EXCLUSIONS, self.zones)) if shapes}

    def properties(self, shape: JobArea, layer: str) -> dict[str, Any]:
        """Of one shape. No name is longer than the ten characters that shapefiles allow."""
        rate = self.job.application_rate if shape.application_rate is None else shape.application_rate
        return {
            "name": shape.name,
            "appRate": rate if layer == AREAS else None,
            "rateUnit": "gal/ac" if self.job.us_units else "L/ha",
            "swathWidth": self.job.swath_width,
            "swathUnit": "ft" if self.job.us_units else "m",
            "jobNumber": self.job.number,
            "jobName": self.job.name,
            "revision": self.revision,
        }


def write(option: DownloadOption, job: JobDefinition, zones: Sequence[JobArea], revision: int) -> JobFile:
    """The file of a job in one of the formats (not NONE); Rejected where nothing is left to treat."""
    extension, media_type, written = FORMATS[option]
    plan = Plan(job, revision, cut_out(job), zones)
    return JobFile(f"{plan.stem}.{extension}", media_type, written(plan))


def _json(plan: Plan) -> bytes:
    document = job_as_json(plan.job, plan.areas)
    document["metadata"]["revision"] = plan.revision
    document["exclusions"] = [{"name": zone.name, "coordinates": zone.polygon} for zone in plan.zones]
    return _text(document)


def _geojson(plan: Plan) -> bytes:
    features = [
        {
            "type": "Feature",
            "properties": {"layer": layer, **plan.properties(shape, layer)},
            "geometry": {"type": "Polygon", "coordinates": shape.polygon},
        }
        for layer, shapes in plan.layers.items()
        for shape in shapes
    ]
    return _text({"type": "FeatureCollection", "name": plan.stem, "features": features})


def _text(document: Mapping[str, Any]) -> bytes:
    return json.dumps(document, ensure_ascii=False, allow_nan=False).encode()


def _kml(plan: Plan) -> bytes:
    """Written here and not by GDAL, whose file gives both layers the same colour."""
    root = ElementTree.Element("kml", xmlns="http://www.opengis.net/kml/2.2")
    document = _add(root, "Document")
    _add(document, "name", f"{plan.job.number} {plan.job.name}")
    for layer in plan.layers:
        style = _add(document, "Style", id=layer)
        _add(_add(style, "LineStyle"), "color", KML_COLOURS[layer])
        _add(_add(style, "PolyStyle"), "color", KML_COLOURS[layer].replace("ff", "55", 1))
    for layer, shapes in plan.layers.items():
        folder = _add(document, "Folder")
        _add(folder, "name", layer.title())
        for shape in shapes:
            _add_placemark(folder, shape, plan.properties(shape, layer), layer)
    return ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)


def _add_placemark(folder: ElementTree.Element, shape: JobArea, properties: Mapping[str, Any], layer: str) -> None:
    placemark = _add(folder, "Placemark")
    _add(placemark, "name", properties["name"])
    _add(placemark, "styleUrl", f"#{layer}")
    data = _add(placemark, "ExtendedData")
    for name, value in properties.items():
        if name != "name" and value is not None:
            _add(_add(data, "Data", name=name), "value", value)
    polygon = _add(placemark, "Polygon")
    for number, ring in enumerate(shape.polygon):
        boundary = _add(_add(polygon, "innerBoundaryIs" if number else "outerBoundaryIs"), "LinearRing")
        _add(boundary, "coordinates", " ".join(f"{float(lon)!r},{float(lat)!r}" for lon, lat in ring))


def _add(parent: ElementTree.Element, tag: str, text: object = "", **attributes: str) -> ElementTree.Element:
    element = ElementTree.SubElement(parent, tag, attributes)
    element.text = NOT_IN_XML.sub("\ufffd", str(text)) or None
    return element


def _shapefiles(plan: Plan) -> bytes:
    """One shapefile for each layer, with what belongs to it: .shx, .dbf, .prj (WGS 84) and .cpg (UTF-8)."""
    packed = io.BytesIO()
    with TemporaryDirectory(prefix="agmission-job-") as folder:
        for layer, shapes in plan.layers.items():
            _write_shapefile(Path(folder, f"{plan.stem}_{layer}.shp"), plan, shapes, layer)
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            for part in sorted(Path(folder).iterdir()):
                archive.write(part, part.name)
    return packed.getvalue()


def _write_shapefile(path: Path, plan: Plan, shapes: Sequence[JobArea], layer: str) -> None:
    from pyogrio.raw import write as write_with_gdal  # all of GDAL: a sixth of the memory of a web process

    rows = [plan.properties(shape, layer) for shape in shapes]
    write_with_gdal(
        str(path),
        shapely.to_wkb(np.array([_as_shape(shape.polygon) for shape in shapes], dtype=object)),
        [_column([row[name] for row in rows]) for name in rows[0]],
        list(rows[0]),
        geometry_type="Polygon",
        crs="EPSG:4326",
        driver="ESRI Shapefile",
        encoding="UTF-8",
    )


def _as_shape(polygon: Polygon) -> shapely.Polygon:
    return shapely.Polygon(polygon[0], polygon[1:])


def _column(values: Sequence[Any]) -> Any:
    """Texts, whole numbers, or numbers of which some may be missing."""
    if isinstance(values[0], str):
        return np.array([_dbf_text(value) for value in values], dtype=object)
    return np.array(values, dtype=np.int64 if isinstance(values[0], int) else np.float64)


def _dbf_text(text: str) -> str:
    return NOT_IN_XML.sub("\ufffd", text).encode()[:LONGEST_DBF_TEXT].decode(errors="ignore")


Format = tuple[str, str, Callable[[Plan], bytes]]
FORMATS: Mapping[DownloadOption, Format] = {
    DownloadOption.KML: ("kml", "application/vnd.google-earth.kml+xml", _kml),
    DownloadOption.SHP: ("zip", "application/zip", _shapefiles),
    DownloadOption.GEOJSON: ("geojson", "application/geo+json", _geojson),
    DownloadOption.JSON: ("json", "application/json", _json),
}
"""Extension, media type, and what writes it."""


def media_types() -> Iterable[str]:
    """Of all formats."""
    return (media_type for _, media_type, _ in FORMATS.values())
