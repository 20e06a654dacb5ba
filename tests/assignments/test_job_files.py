"""What a pilot takes along, opened by other software than wrote it and compared corner by corner."""

import json
import math
import tempfile
from collections.abc import Callable
from operator import attrgetter
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import shapely
from pyogrio import list_layers
from pyogrio.raw import read as read_with_gdal

from assignments import job_files
from assignments.job_files import JobFile
from assignments.states import DownloadOption
from partners.adapters.errors import Rejected
from partners.adapters.geometry import cut_out
from partners.adapters.records import JobArea, JobDefinition
from tests.support import shapefile

Layers = dict[str, list[tuple[dict[str, Any], Any]]]
KML = "{http://www.opengis.net/kml/2.2}"
WORD = attrgetter("name")
FORMATS = [option for option in DownloadOption if option != DownloadOption.NONE]


def box(left: float, bottom: float, right: float, top: float) -> list[list[float]]:
    return [[left, bottom], [right, bottom], [right, top], [left, top], [left, bottom]]


def circle(corners: int) -> list[list[float]]:
    turns = [2 * math.pi * number / corners for number in range(corners)]
    ring = [[-83 + 0.01 * math.cos(turn), 40 + 0.01 * math.sin(turn)] for turn in turns]
    return [*ring, ring[0]]


NORTH = JobArea("North", [box(-83.1234567890123, 40.1, -83.1, 40.11)], 20.5)
HOLLOW = JobArea("Hollow", [box(-83, 40, -82.9, 40.1), box(-82.99, 40.01, -82.98, 40.02)])
WEIRD = "🌾/\\..:*?\"'<&>]]>\x01 " + "ü" * 150
POND = JobArea("pond", [box(-83.11, 40.104, -83.105, 40.106)])
EAST, WEST = (JobArea("Taveuni", [box(*ends)]) for ends in ((179.9, -17, 180, -16.9), (-180, -17, -179.9, -16.9)))
JOBS: dict[str, tuple[list[JobArea], list[JobArea]]] = {
    "plain": ([NORTH], []),
    "a hole that was drawn": ([HOLLOW], []),
    "an exclusion within": ([NORTH], [POND]),
    "an exclusion that splits": ([NORTH], [JobArea("road", [box(-83.115, 40, -83.114, 41)])]),
    "an area of several polygons": ([NORTH, JobArea("North", [box(-83.2, 40.1, -83.15, 40.11)], 20.5)], []),
    "names of all kinds": ([JobArea(WEIRD, NORTH.polygon, 0.0)], [JobArea(WEIRD, POND.polygon)]),
    "10,000 corners": ([JobArea("circle", [circle(10_000)])], []),
    "both sides of the antimeridian": ([EAST, WEST], []),
    "across the antimeridian": (
        [JobArea("Taveuni", [box(179.9, -17, -179.9, -16.9)])],
        [JobArea("road", [box(179.99, -17, -179.99, -16.9)])],
    ),
}


def definition(areas: list[JobArea], zones: list[JobArea], **fields: Any) -> JobDefinition:
    fields = {"number": 7001, "name": WEIRD, "application_rate": 15.0, "swath_width": 20.0, "aircraft_id": "", **fields}
    return JobDefinition(areas=areas, exclusions=[zone.polygon for zone in zones], **fields)


def written(option: DownloadOption, areas: list[JobArea], zones: list[JobArea], **fields: Any) -> JobFile:
    return job_files.write(option, definition(areas, zones, **fields), zones, revision=3)


def of_gdal(content: bytes) -> Layers:
    return {str(name): _gdal_layer(content, str(name)) for name, _ in list_layers(content)}


def _gdal_layer(content: bytes, name: str) -> list[tuple[dict[str, Any], Any]]:
    meta, _, shapes, columns = read_with_gdal(content, layer=name)
    rows = [dict(zip(meta["fields"], row, strict=True)) for row in zip(*columns, strict=True)]
    return list(zip(rows, shapely.force_2d(shapely.from_wkb(shapes)), strict=True))


def of_kml(content: bytes) -> Layers:
    renamed = {"Areas": "areas", "Exclusions": "exclusions"}
    layers = {renamed[name]: rows for name, rows in of_gdal(content).items()}
    return {name: [({**row, "name": row["Name"]}, shape) for row, shape in rows] for name, rows in layers.items()}


def of_geojson(content: bytes) -> Layers:
    layers: Layers = {}
    for row, shape in of_gdal(content)["agm_job_7001"]:
        layers.setdefault(row["layer"], []).append((row, shape))
    return layers


def of_shapefiles(content: bytes) -> Layers:
    return {name.removeprefix("agm_job_7001_"): rows for name, rows in shapefile.read(content).items()}


def of_json(content: bytes) -> Layers:
    document = json.loads(content)
    areas = [({**area, "appRate": area["applicationRate"]}, polygon(area["coordinates"])) for area in document["areas"]]
    zones = [(zone, polygon(zone["coordinates"])) for zone in document["exclusions"]]
    return {"areas": areas, **({"exclusions": zones} if zones else {})}


def polygon(rings: Any) -> Any:
    return shapely.Polygon(rings[0], rings[1:])


READERS: dict[DownloadOption, Callable[[bytes], Layers]] = {
    DownloadOption.KML: of_kml,
    DownloadOption.SHP: of_shapefiles,
    DownloadOption.GEOJSON: of_geojson,
    DownloadOption.JSON: of_json,
}


@pytest.mark.parametrize("option", FORMATS, ids=WORD)
@pytest.mark.parametrize("name", JOBS)
def test_every_corner_comes_back_from_other_software(option: DownloadOption, name: str) -> None:
    areas, zones = JOBS[name]
    layers = READERS[option](written(option, areas, zones).content)
    expected = {"areas": cut_out(definition(areas, zones)), **({"exclusions": zones} if zones else {})}
    assert set(layers) == set(expected)
    for layer, shapes in expected.items():
        assert len(layers[layer]) == len(shapes)
        for (_, found), shape in zip(layers[layer], shapes, strict=True):
            assert shapely.equals_exact(shapely.normalize(found), shapely.normalize(polygon(shape.polygon)), 0.0)


@pytest.mark.parametrize("option", FORMATS, ids=WORD)
def test_names_and_rates_come_back(option: DownloadOption) -> None:
    layers = READERS[option](written(option, [NORTH, HOLLOW, JobArea(WEIRD, [box(-82, 40, -81, 41)], 0.0)], [POND]).content)
    first, own, nothing = [row for row, _ in layers["areas"]]
    assert (first["name"], [float(row["appRate"]) for row in (first, own, nothing)]) == ("North", [20.5, 15.0, 0.0])
    assert nothing["name"].startswith(WEIRD.partition("\x01")[0])
    assert layers["exclusions"][0][0]["name"] == "pond"


@pytest.mark.parametrize(
    "option", [DownloadOption.KML, DownloadOption.SHP, DownloadOption.GEOJSON], ids=lambda option: option.name
)
@pytest.mark.parametrize(("us_units", "units"), [(True, ("gal/ac", "ft")), (False, ("L/ha", "m"))])
def test_quantities_stand_beside_their_units(option: DownloadOption, us_units: bool, units: tuple[str, str]) -> None:
    row, _ = READERS[option](written(option, [NORTH], [POND], us_units=us_units).content)["areas"][0]
    assert (row["rateUnit"], row["swathUnit"]) == units
    assert [float(row[name]) for name in ("swathWidth", "jobNumber", "revision")] == [20.0, 7001.0, 3.0]


@pytest.mark.parametrize("option", FORMATS, ids=WORD)
def test_what_is_not_known_is_no_zero(option: DownloadOption) -> None:
    file = written(option, [HOLLOW], [], application_rate=None, swath_width=None)
    row, _ = READERS[option](file.content)["areas"][0]
    assert row.get("appRate") is None or math.isnan(row["appRate"])
    assert row.get("swathWidth") is None or math.isnan(row["swathWidth"])


@pytest.mark.parametrize(
    ("option", "name", "media_type"),
    [
        (DownloadOption.KML, "agm_job_7001.kml", "application/vnd.google-earth.kml+xml"),
        (DownloadOption.SHP, "agm_job_7001.zip", "application/zip"),
        (DownloadOption.GEOJSON, "agm_job_7001.geojson", "application/geo+json"),
        (DownloadOption.JSON, "agm_job_7001.json", "application/json"),
    ],
)
def test_a_file_says_what_it_is(option: DownloadOption, name: str, media_type: str) -> None:
    file = written(option, [NORTH], [])
    assert (file.name, file.media_type) == (name, media_type)


@pytest.mark.parametrize("option", FORMATS, ids=WORD)
@pytest.mark.parametrize("zones", [[], [JobArea("all", [box(-84, 40, -83, 41)])]])
def test_a_job_that_leaves_nothing_to_treat_has_no_file(option: DownloadOption, zones: list[JobArea]) -> None:
    with pytest.raises(Rejected, match="no area to treat"):
        written(option, [NORTH] if zones else [], zones)


def test_nothing_is_left_on_disk(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    for name in JOBS:
        written(DownloadOption.SHP, *JOBS[name])
    assert list(tmp_path.iterdir()) == []


ORDER = ["name", "styleUrl", "ExtendedData", "Polygon"]


def test_kml_has_its_elements_in_the_schemas_order_and_a_colour_for_each_layer() -> None:
    """OGC 07-147r2: a Feature's own elements, then ExtendedData, then the geometry."""
    root = ElementTree.fromstring(written(DownloadOption.KML, [NORTH], [POND]).content)  # noqa: S314 - our own
    (document,) = root
    assert [child.tag.removeprefix(KML) for child in document] == ["name", "Style", "Style", "Folder", "Folder"]
    colours = {style.get("id"): style.findtext(f"{KML}LineStyle/{KML}color") for style in document.iter(f"{KML}Style")}
    assert colours == {"areas": "ff00aa00", "exclusions": "ff0000ff"}
    placemarks = list(document.iter(f"{KML}Placemark"))
    assert [one.findtext(f"{KML}styleUrl") for one in placemarks] == ["#areas", "#exclusions"]
    assert all([child.tag.removeprefix(KML) for child in one] == ORDER for one in placemarks)
    rings = [child.tag.removeprefix(KML) for child in next(document.iter(f"{KML}Polygon"))]
    assert rings == ["outerBoundaryIs", "innerBoundaryIs"]


def test_json_is_what_partners_are_sent_with_the_exclusions_beside_it() -> None:
    document = json.loads(written(DownloadOption.JSON, [NORTH], [POND]).content)
    assert set(document) == {"name", "areas", "aircraft", "schedule", "metadata", "exclusions"}
    assert (document["metadata"]["jobId"], document["metadata"]["revision"]) == (7001, 3)
