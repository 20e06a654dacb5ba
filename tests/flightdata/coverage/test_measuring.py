"""Several logs, several areas, and what cannot be measured."""

import json
from functools import partial
from pathlib import Path

import numpy as np
import pyproj
import pytest
import shapely
import shapely.geometry

from flightdata.coverage.areas import Area
from flightdata.coverage.layers import feature_collection
from flightdata.coverage.measuring import NotMeasurable, measure
from flightdata.coverage.records import Records, read_records
from flightdata.tracks import Doubt, TrackColumns, TrackWriter
from flightdata.tracks.columns import ROW_GROUP_SIZE
from tests.flightdata.coverage.field import Field, covered

PLACE = Field(147.0, -35.0, 80.0)
NONE = Records(*(np.zeros(0, dtype=kind) for kind in (np.int64, float, float, bool, bool)))


def test_flights_of_two_aircraft_cover_together_and_overlap_between_them() -> None:
    flights = [PLACE.fly([(0, across), (500, across)]) for across in (0, 15)]
    both = measure([partial(iter, [flight]) for flight in flights], [], [], 20.0)
    assert both.figures.as_dict() == pytest.approx(
        {"sprayed": 2.0, "union": 1.75, "overlap": 0.25, "inside": None, "outside": None, "missed": None}, abs=2e-4
    )
    assert both.flown.track.tolist() == [0, 1]


def test_areas_that_overlap_are_planned_once_and_figured_each() -> None:
    areas = [PLACE.box("a", (0, -50), (200, 50)), PLACE.box("b", (100, -50), (300, 50))]
    found = covered(PLACE.fly([(0, 0), (300, 0)]), 20.0, areas)
    assert found.figures.inside + found.figures.missed == pytest.approx(3.0, abs=2e-4)
    assert [(name, one.inside) for name, one in found.by_area] == [
        ("a", pytest.approx(0.4, abs=2e-4)),
        ("b", pytest.approx(0.4, abs=2e-4)),
    ]


def test_a_flight_that_never_sprayed_missed_everything() -> None:
    dry = PLACE.fly([(0, 0), (500, 0)])
    dry = Records(dry.time, dry.lon, dry.lat, np.zeros(len(dry), dtype=bool), dry.doubted)
    found = covered(dry, 20.0, [PLACE.box("a", (0, -50), (200, 50))]).figures
    assert (found.sprayed, found.union, found.overlap, found.inside, found.outside) == (0, 0, 0, 0, 0)
    assert found.missed == pytest.approx(2.0, abs=2e-4)


def test_without_areas_there_is_nothing_inside_outside_or_missed() -> None:
    found = covered(PLACE.fly([(0, 0), (500, 0)]), 20.0)
    assert (found.figures.inside, found.figures.outside, found.figures.missed, found.reason) == (None, None, None, "noAreas")
    assert found.figures.union == pytest.approx(1.0, abs=2e-4)


@pytest.mark.parametrize(("records", "reason"), [(NONE, "noRecords"), (Field(-83.0, 40.0).fly([(0, 0), (500, 0)]), "farApart")])
def test_what_cannot_be_measured_says_why(records: Records, reason: str) -> None:
    with pytest.raises(NotMeasurable) as refused:
        covered(records, 20.0, [PLACE.box("a", (0, -50), (200, 50))])
    assert refused.value.reason == reason


def test_ground_flown_many_times_over_stays_within_bounds() -> None:
    """A boom that flickers over one spot: every band overlaps every other."""
    chance = np.random.default_rng(7)
    legs = [[tuple(at), tuple(at + chance.normal(0, 2, 2))] for at in chance.normal(0, 2, (150, 2))]
    found = covered(PLACE.fly(*legs), 20.0)
    assert found.ground.union.is_valid
    assert 0.9 * found.ground.union.area > found.ground.double.area > 0.5 * found.ground.union.area


def test_the_map_is_cut_at_the_antimeridian() -> None:
    place = Field(180.0, 62.0, 90.0)
    area = place.box("field", (-200, -50), (200, 50))
    drawn = feature_collection(covered(place.fly([(-200, 0), (200, 0)]), 20.0, [area]), ["one"])
    for feature in json.loads(json.dumps(drawn))["features"]:
        parts = shapely.geometry.shape(feature["geometry"]).geoms
        assert all(part.bounds[2] - part.bounds[0] < 0.1 for part in parts), feature["properties"]
        assert {part.bounds[0] < 0 for part in parts} == {True, False}


def test_edges_of_an_area_are_straight_in_degrees() -> None:
    """As RFC 7946 says, and not along the shortest way: on a long edge in the far north that is hectares."""
    triangle = shapely.Polygon([(10.0, 60.0), (10.2, 60.0), (10.1, 59.95)])
    dense = shapely.orient_polygons(shapely.segmentize(triangle, 0.0001))
    found = covered(Field(10.1, 59.98).fly([(0, 0), (100, 0)]), 20.0, [Area("", triangle)]).figures
    square_metres = pyproj.Geod(ellps="WGS84").geometry_area_perimeter(dense)[0]
    assert found.inside + found.missed == pytest.approx(square_metres / 10_000, abs=0.01)


def test_records_come_out_of_a_track_group_by_group_with_what_the_parser_doubts(tmp_path: Path) -> None:
    count = ROW_GROUP_SIZE + 10
    number = np.arange(count)
    flags = np.zeros(count, dtype=np.uint8)
    flags[[1, 2, 3, 4]] = Doubt.EQUAL_TIME, Doubt.BACKWARD_TIME, Doubt.JUMP | Doubt.NO_SPEED, Doubt.NO_ALTITUDE
    spray = np.where(number == 5, 2, number % 2)
    columns = TrackColumns(
        1_000 * number, 40 + number / 1e7, -83 - number / 1e7, number * 1.0, number * 1.0, spray, number, flags
    )
    with TrackWriter(tmp_path / "track") as writer:
        writer.write(columns)
    first, second = read_records(tmp_path / "track")
    whole = first.then(second)
    assert (len(first), len(second)) == (ROW_GROUP_SIZE, 10)
    assert np.flatnonzero(whole.doubted).tolist() == [2, 3]
    assert np.flatnonzero(whole.on)[:4].tolist() == [1, 3, 7, 9], "1 is on, all else is off"
    assert (whole.time.tolist(), whole.lat[-1], whole.lon[-1]) == (columns.gps_time.tolist(), columns.lat[-1], columns.lon[-1])
