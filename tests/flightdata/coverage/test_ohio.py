"""The sample field in Ohio: a real recording, noisy and slow, swath 18.288 m."""

import json
from functools import cache, partial
from typing import Any

import pytest
import shapely
import shapely.geometry

from flightdata.coverage.areas import areas_of
from flightdata.coverage.layers import feature_collection
from flightdata.coverage.measuring import Measured, measure
from flightdata.coverage.records import read_records
from flightdata.parsers.base import ParseOptions
from flightdata.parsers.satloc_text import SatlocText
from tests.support.samples import OHIO_FIELD, OHIO_LOG

SWATH = 18.288
TRACK = "a track"


@pytest.fixture(scope="module")
def ohio(tmp_path_factory: Any) -> Measured:
    """The measurement of the log as it comes out of the parser."""
    track = tmp_path_factory.mktemp("ohio") / "track.parquet"
    SatlocText().parse(OHIO_LOG, ParseOptions(), track, track.with_suffix(".rejects"))
    boundary = areas_of(json.loads(OHIO_FIELD.read_text()))
    return measure([partial(read_records, track)], boundary, [], SWATH)


def test_the_ground_covered_is_that_of_continuous_bands(ohio: Measured) -> None:
    """Rectangles at each record would give 32.30 ha, quadrangles from point to point 26.9 ha."""
    assert ohio.figures.union == pytest.approx(33.97, rel=0.01)
    assert ohio.figures.sprayed == pytest.approx(36.80, rel=0.005)
    assert ohio.figures.inside + ohio.figures.missed == pytest.approx(34.397, rel=0.001)


def test_the_real_boundary_is_one_area_whose_figures_are_those_of_the_field(ohio: Measured) -> None:
    ((name, within),) = ohio.by_area
    assert name == "ohio-field"
    assert (within.inside, within.missed, within.outside) == (ohio.figures.inside, ohio.figures.missed, 0)
    assert within.union == ohio.figures.inside


@cache
def _area(geometry: str) -> float:
    """Hectares of a GeoJSON geometry on the ellipsoid."""
    import pyproj

    shape = shapely.geometry.shape(json.loads(geometry))
    return float(abs(pyproj.Geod(ellps="WGS84").geometry_area_perimeter(shapely.orient_polygons(shape))[0])) / 10_000


def test_the_map_shows_what_the_figures_say(ohio: Measured) -> None:
    """Measured again on the ellipsoid, from the degrees of the GeoJSON."""
    features = feature_collection(ohio, [TRACK])["features"]
    drawn = {layer: [one for one in features if one["properties"]["layer"] == layer] for layer in LAYERS}
    sums = {layer: sum(_area(json.dumps(one["geometry"])) for one in found) for layer, found in drawn.items()}
    figures = ohio.figures
    expected = {"planned": figures.inside + figures.missed, "covered": figures.union, "missed": figures.missed}
    assert {layer: sums[layer] for layer in expected} == pytest.approx(expected, rel=0.05)
    assert 0.9 * figures.overlap < sums["double"] <= figures.overlap
    assert [one["properties"]["number"] for one in drawn["pass"]] == list(range(1, len(ohio.flown.lines) + 1))
    assert drawn["pass"][0]["properties"]["startedAt"] == "2017-04-18T12:00:00Z"
    assert {one["properties"]["track"] for one in drawn["pass"]} == {TRACK}


LAYERS = ("planned", "pass", "covered", "missed", "double")
