"""Where a pass begins and ends."""

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from flightdata.coverage.passes import passes
from flightdata.coverage.projection import LocalMap
from flightdata.coverage.records import Records
from tests.flightdata.coverage.field import Field

PLACE = Field(-83.0, 40.0)
FLAT = LocalMap(-83.0, 40.0)


def log(on: str, *, seconds: list[float] | None = None, doubted: int | None = None, metres: float = 60.0) -> Records:
    """One record a second unless `seconds` says when, 60 m apart, heading north; `on` as in "0110"."""
    times = np.arange(len(on)) if seconds is None else np.array(seconds)
    lon, lat = PLACE.at([(metres * number, 0.0) for number in range(len(on))])
    doubts = np.arange(len(on)) == (-1 if doubted is None else doubted)
    return Records((times * 1e6).astype(np.int64), lon, lat, np.array([word == "1" for word in on]), doubts)


def lengths(records: Records, *cuts: int) -> list[int]:
    """The lengths of the passes in whole metres, of a log that is read in pieces cut at these records."""
    edges = [0, *cuts, len(records)]
    pieces = [slice(*pair) for pair in pairwise(edges)]
    names = ("time", "lon", "lat", "on", "doubted")
    found, begun = passes([Records(*(getattr(records, name)[piece] for name in names)) for piece in pieces], FLAT)
    assert len(found) == len(begun)
    return [round(length) for length in shapely.length(found).tolist()]


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        ("0110", [120]),  # on at two records: sprayed until the third, at which it is off
        ("1111", [180]),  # nobody knows for how long it stayed on behind the last record
        ("0100", [60]),
        ("110011", [120, 60]),
        ("0000", []),
        ("1", []),
    ],
)
def test_a_record_says_what_holds_until_the_next_one(on: str, expected: list[int]) -> None:
    assert lengths(log(on)) == expected


def test_a_gap_in_time_is_never_bridged() -> None:
    assert lengths(log("1111111", seconds=[0, 1, 2, 5, 6, 7, 8])) == [120, 180]


def test_one_record_of_a_slow_log_may_be_missing() -> None:
    assert lengths(log("1111111", seconds=[0, 1, 2, 4, 5, 6, 7])) == [360]


@pytest.mark.parametrize(("pause", "expected"), [(1.4, [360]), (1.6, [120, 180])])
def test_a_fast_log_may_lose_records_for_a_second_and_a_half(pause: float, expected: list[int]) -> None:
    times = [0, 0.1, 0.2, *(0.2 + pause + 0.1 * number for number in range(4))]
    assert lengths(log("1111111", seconds=times)) == expected


def test_a_clock_of_whole_seconds_in_a_faster_log_breaks_nothing() -> None:
    assert lengths(log("111111", seconds=[0, 0, 0, 1, 1, 1], metres=12)) == [60]


def test_a_clock_that_goes_back_ends_the_pass() -> None:
    assert lengths(log("11111", seconds=[0, 1, 2, 1.5, 2.5])) == [120, 60]


def test_a_record_that_the_parser_doubts_is_not_reached_by_spraying() -> None:
    assert lengths(log("11111", doubted=2)) == [60, 120]


def test_an_aircraft_that_stands_still_covers_nothing() -> None:
    assert lengths(log("1111", metres=0)) == []


@given(on=st.text("011", min_size=2, max_size=30), data=st.data())
def test_a_pass_does_not_care_how_the_log_was_cut_into_pieces(on: str, data: Any) -> None:
    """The first piece is long enough to show the usual step."""
    cuts = sorted(data.draw(st.sets(st.integers(2, len(on)), max_size=4)))
    assert lengths(log(on), *cuts) == lengths(log(on))
