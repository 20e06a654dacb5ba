"""Figures against areas that can be written down, anywhere on the globe."""

from typing import Any

import pytest
import shapely
from hypothesis import example, given, settings
from hypothesis import strategies as st

from flightdata.coverage.figures import Figures
from flightdata.coverage.overlay import GRID_METRES
from tests.flightdata.coverage.field import Field, covered

HECTARE = 10_000
PRECISION = {"rel": 1e-4, "abs": 2e-4}

anywhere = st.builds(
    Field,
    lon=st.one_of(st.floats(-180, 180), st.sampled_from([-180.0, 180.0, 179.999, -179.999, 0.0, 6.0, -84.0])),
    lat=st.floats(-72, 72),
    heading=st.floats(0, 360),
)
lengths = st.floats(100, 900)
swaths = st.floats(4, 40)


def around_the_world(test: Any) -> Any:
    """The places where a projection by zones would break."""
    places = {"antimeridian": (180.0, -17.0), "zone border": (-84.0, 40.8), "equator": (6.0, 0.0), "far south": (-65.0, -55.0)}
    for lon, lat in places.values():
        test = example(place=Field(lon, lat, 37.0), length=700.0, swath=18.288)(test)
    return settings(max_examples=40, deadline=None)(given(place=anywhere, length=lengths, swath=swaths)(test))


def consistent(found: Figures, planned: float | None = None) -> bool:
    """The figures add up as they are shown."""
    sums = [found.union + found.overlap - found.sprayed]
    if found.inside is not None and found.outside is not None and found.missed is not None and planned is not None:
        sums += [found.inside + found.outside - found.union, found.inside + found.missed - planned]
    return found.union <= found.sprayed and all(abs(difference) < 1e-3 for difference in sums)


@around_the_world
def test_one_pass_covers_its_length_times_the_swath(place: Any, length: float, swath: float) -> None:
    found = covered(place.fly([(0, 0), (length, 0)]), swath).figures
    assert found.union == pytest.approx(length * swath / HECTARE, **PRECISION)
    assert found.overlap == pytest.approx(0, abs=2e-4)


@around_the_world
def test_neighbouring_passes_overlap_by_what_their_distance_lacks(place: Any, length: float, swath: float) -> None:
    lanes = [[(0, across), (length, across)] for across in (0, 0.9 * swath, 1.8 * swath)]
    measured = covered(place.fly(*lanes), swath)
    assert measured.figures.sprayed == pytest.approx(3 * length * swath / HECTARE, **PRECISION)
    assert measured.figures.union == pytest.approx(2.8 * length * swath / HECTARE, **PRECISION)
    # Both edges of each of the two overlaps lie on a grid of a millimetre.
    assert measured.ground.double.area == pytest.approx(0.2 * length * swath, rel=1e-3, abs=2 * length * GRID_METRES)


@around_the_world
def test_crossing_passes_overlap_in_a_square(place: Any, length: float, swath: float) -> None:
    cross = [[(-length / 2, 0), (length / 2, 0)], [(0, -length / 2), (0, length / 2)]]
    found = covered(place.fly(*cross), swath).figures
    assert found.overlap == pytest.approx(swath**2 / HECTARE, **PRECISION)


@around_the_world
def test_a_field_with_a_hole_is_covered_missed_and_overshot(place: Any, length: float, swath: float) -> None:
    """One lane through a field of five: it overshoots by 50 m at one end, and crosses an excluded strip of 30 m."""
    area = place.box("five lanes", (0, -2.5 * swath), (length, 2.5 * swath))
    hole = place.box("", (40, -swath), (70, swath))
    found = covered(place.fly([(0, 0), (length + 50, 0)]), swath, [area], [hole])
    planned = (5 * length - 60) * swath / HECTARE
    assert found.figures.inside == pytest.approx((length - 30) * swath / HECTARE, **PRECISION)
    assert found.figures.outside == pytest.approx(80 * swath / HECTARE, **PRECISION)
    assert found.figures.missed == pytest.approx(planned - (length - 30) * swath / HECTARE, **PRECISION)
    (name, within), planned_here = found.by_area[0], found.figures.inside + found.figures.missed
    assert name == "five lanes"
    assert (within.inside, within.missed) == pytest.approx((found.figures.inside, found.figures.missed), abs=2e-4)
    assert within.outside == pytest.approx(30 * swath / HECTARE, **PRECISION)
    assert consistent(found.figures, planned_here)


@around_the_world
def test_a_turn_at_the_headland_without_a_break_counts_like_two_passes(place: Any, length: float, swath: float) -> None:
    """Out and back beside it: three quarters of a swath apart, joined by a square turn."""
    apart = 0.75 * swath
    turn = [(0, 0), (length, 0), (length, apart), (0, apart)]
    found = covered(place.fly(turn), swath).figures
    rounded = 0.1073 * swath**2  # two outer corners are quarter circles instead of squares
    assert found.sprayed == pytest.approx((2 * length + apart) * swath / HECTARE, rel=0.005)
    assert found.union == pytest.approx(((length + swath / 2) * (swath + apart) - rounded) / HECTARE, rel=0.001)
    assert consistent(found)


@around_the_world
def test_a_boundary_flown_twice_round_without_a_break_is_covered_once(place: Any, length: float, swath: float) -> None:
    side = length + 4 * swath
    corners = [(0, 0), (side, 0), (side, side), (0, side)]
    found = covered(place.fly([*corners, *corners, (0, 0)]), swath).figures
    rounded = 0.215 * swath**2  # four outer corners are quarter circles instead of squares
    assert found.union == pytest.approx((4 * side * swath - rounded) / HECTARE, rel=0.005)
    assert found.overlap == pytest.approx(found.union, rel=0.02)


@settings(max_examples=60, deadline=None)
@given(
    place=anywhere,
    swath=swaths,
    corners=st.lists(st.tuples(st.floats(-400, 400), st.floats(-400, 400)), min_size=2, max_size=8),
    passes=st.integers(1, 3),
)
def test_whatever_is_flown_the_figures_add_up(place: Any, swath: float, corners: list[Any], passes: int) -> None:
    areas = [place.box("west", (-200, -200), (200, 0)), place.box("east", (-200, -50), (200, 200))]
    hole = place.box("", (-20, -20), (20, 20))
    measured = covered(place.fly(*[corners] * passes), swath, areas, [hole])
    planned = measured.planned.area / HECTARE
    assert consistent(measured.figures, planned)
    assert planned == pytest.approx((400 * 400 - 1600) / HECTARE, **PRECISION)
    assert all(consistent(part, part.inside + part.missed) for _, part in measured.by_area)
    assert measured.figures.overlap >= (passes - 1) * measured.figures.union - 1e-3


def test_an_area_drawn_across_the_antimeridian_without_a_cut_is_the_same_area() -> None:
    place = Field(180.0, -17.0)
    cut = place.box("field", (0, -200), (400, 200))
    lon, lat = place.at([(0, -200), (400, -200), (400, 200), (0, 200)])
    uncut = type(cut)("field", shapely.Polygon(list(zip(lon, lat, strict=True))))
    flight = place.fly([(0, 0), (400, 0)])
    assert covered(flight, 20, [uncut]).figures == covered(flight, 20, [cut]).figures
    assert covered(flight, 20, [cut]).figures.missed == pytest.approx(15.2, rel=1e-4)
