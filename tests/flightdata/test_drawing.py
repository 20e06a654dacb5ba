"""Tracks as lines on a map."""

import itertools
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flightdata import drawing
from flightdata.tracks import TrackColumns, TrackWriter


def drawn(folder: Path, lon: list[float], lat: list[float], spray: list[int], seconds: list[float] | None = None) -> list[Any]:
    """The features of a track of these records, one a second unless said otherwise."""
    count = len(lon)
    numbers = np.arange(count)
    path = folder / "track.parquet"
    with TrackWriter(path) as writer:
        writer.write(
            TrackColumns(
                gps_time=(np.array(seconds if seconds is not None else numbers) * 1e6).astype(np.int64),
                lat=np.array(lat, dtype=float),
                lon=np.array(lon, dtype=float),
                alt=np.full(count, 10.0),
                ground_speed=np.full(count, 5.0),
                spray=np.array(spray, dtype=np.int64),
                line=numbers + 1,
                flags=np.zeros(count, np.uint8),
            )
        )
    collection = drawing.feature_collection(path)
    assert collection["type"] == "FeatureCollection"
    return list(collection["features"])


def lines(features: list[Any]) -> list[list[list[float]]]:
    assert all(feature["type"] == "Feature" and feature["geometry"]["type"] == "LineString" for feature in features)
    return [feature["geometry"]["coordinates"] for feature in features]


def test_no_record_is_no_line(tmp_path: Path) -> None:
    assert drawn(tmp_path, [], [], []) == []


def test_one_record_is_a_point(tmp_path: Path) -> None:
    (feature,) = drawn(tmp_path, [7.0], [50.0], [1])
    assert feature["geometry"] == {"type": "Point", "coordinates": [7.0, 50.0]}


def test_lines_meet_where_the_boom_goes_on_and_off(tmp_path: Path) -> None:
    features = drawn(tmp_path, [1, 2, 3, 4, 5], [0, 0, 1, 1, 0], [0, 1, 1, 0, 0])
    assert [feature["properties"]["spray"] for feature in features] == [False, True, False]
    assert lines(features) == [[[1, 0], [2, 0]], [[2, 0], [3, 1], [4, 1]], [[4, 1], [5, 0]]]


def test_spray_states_other_than_one_are_off(tmp_path: Path) -> None:
    (feature,) = drawn(tmp_path, [1, 2, 3], [0, 0, 0], [0, 2, 7])
    assert feature["properties"] == {"spray": False}


def test_no_line_is_drawn_over_a_gap(tmp_path: Path) -> None:
    features = drawn(tmp_path, [1, 2, 3, 4], [0, 1, 0, 1], [1, 1, 1, 1], [0, 1, 100, 101])
    assert lines(features) == [[[1, 0], [2, 1]], [[3, 0], [4, 1]]]


def test_records_all_apart_make_no_line(tmp_path: Path) -> None:
    assert drawn(tmp_path, [1, 2, 3], [0, 0, 0], [1, 1, 1], [0, 1000, 2000]) == []


def test_what_lies_on_the_way_is_left_out_and_corners_stay(tmp_path: Path) -> None:
    lon = [7 + 1e-4 * min(step, 500) for step in range(1000)]
    lat = [50 + 1e-4 * max(0, step - 500) for step in range(1000)]
    (line,) = lines(drawn(tmp_path, lon, lat, [1] * 1000))
    assert line == [[7.0, 50.0], [7.05, 50.0], [7.05, 50.0499]]


def test_a_line_over_the_antimeridian_is_cut_there(tmp_path: Path) -> None:
    assert lines(drawn(tmp_path, [179.0, -179.0], [10.0, 20.0], [1, 1])) == [
        [[179.0, 10.0], [180.0, 15.0]],
        [[-180.0, 15.0], [-179.0, 20.0]],
    ]
    assert lines(drawn(tmp_path, [-179.0, 179.0], [10.0, 20.0], [1, 1])) == [
        [[-179.0, 10.0], [-180.0, 15.0]],
        [[180.0, 15.0], [179.0, 20.0]],
    ]


@pytest.mark.parametrize(
    "lon", [[180.0, 179.0], [180.0, -179.0], [-180.0, -179.0], [-180.0, 179.0], [179.0, 180.0], [-179.0, 180.0]]
)
def test_a_line_that_begins_or_ends_on_the_antimeridian_never_leaves_the_map(tmp_path: Path, lon: list[float]) -> None:
    for line in lines(drawn(tmp_path, lon, [0.0, 1.0], [1, 1])):
        assert len(line) >= 2
        assert all(-180 <= x <= 180 for x, _ in line)
        assert all(abs(after[0] - before[0]) <= 1 for before, after in itertools.pairwise(line))


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(-1800, 1800), st.integers(-900, 900), st.integers(0, 2), st.integers(-5, 90)),
        min_size=2,
        max_size=40,
    )
)
def test_any_track_is_valid_geojson_that_begins_and_ends_at_records(
    tmp_path_factory: pytest.TempPathFactory, records: list[tuple[int, int, int, int]]
) -> None:
    lon, lat = [x / 10 for x, *_ in records], [y / 10 for _, y, *_ in records]
    seconds = list(itertools.accumulate(step for *_, step in records))
    features = drawn(tmp_path_factory.mktemp("track"), lon, lat, [state for _, _, state, _ in records], list(map(float, seconds)))
    corners = {(round(x, 7), round(y, 7)) for x, y in zip(lon, lat, strict=True)}
    for line in lines(features):
        assert len(line) >= 2
        assert all(-180 <= x <= 180 and -90 <= y <= 90 for x, y in line)
        assert all(tuple(end) in corners or abs(end[0]) == 180 for end in (line[0], line[-1]))
        assert all(abs(after[0] - before[0]) <= 180 for before, after in itertools.pairwise(line))
