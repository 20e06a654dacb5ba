import math

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely import Polygon

from partners.adapters.base import JobArea
from partners.adapters.errors import Rejected
from partners.adapters.geometry import cut_out
from tests.support.partners import error_of, job

WEST, SOUTH, SIDE = -82.88, 40.83, 0.01


def box(left, bottom, right, top):
    """A ring in fractions of the test field's side."""
    corners = [(left, bottom), (right, bottom), (right, top), (left, top), (left, bottom)]
    return [[WEST + SIDE * x, SOUTH + SIDE * y] for x, y in corners]


FIELD = JobArea("Field", [box(0, 0, 1, 1)], 12.0)


def cut(*exclusions, areas=(FIELD,)):
    return cut_out(job(areas=list(areas), exclusions=[[zone] for zone in exclusions]))


def area_of(pieces):
    return sum(Polygon(piece.polygon[0], piece.polygon[1:]).area for piece in pieces) / SIDE**2


def test_a_zone_within_becomes_an_interior_ring():
    (piece,) = cut(box(0.4, 0.4, 0.6, 0.6))
    exterior, interior = piece.polygon
    assert (piece.name, piece.application_rate) == ("Field", 12.0)
    assert shapely.LinearRing(exterior).is_ccw
    assert not shapely.LinearRing(interior).is_ccw
    assert math.isclose(area_of([piece]), 0.96)


def test_a_zone_across_splits_the_area():
    pieces = cut(box(0.4, -1, 0.6, 2))
    assert sorted(piece.name for piece in pieces) == ["Field (1 of 2)", "Field (2 of 2)"]
    assert {piece.application_rate for piece in pieces} == {12.0}
    assert math.isclose(area_of(pieces), 0.8)


def test_a_zone_at_the_edge_leaves_one_area():
    (piece,) = cut(box(0.9, 0, 2, 1))
    assert len(piece.polygon) == 1
    assert math.isclose(area_of([piece]), 0.9)


def test_zones_that_overlap_are_cut_once():
    assert math.isclose(area_of(cut(box(0.2, 0.2, 0.5, 0.5), box(0.4, 0.4, 0.6, 0.6))), 1 - 0.09 - 0.03)


@pytest.mark.parametrize("zone", [box(2, 2, 3, 3), None])
def test_an_area_that_no_zone_meets_stays_as_given(zone):
    assert cut(*([zone] if zone else [])) == [FIELD]


def test_a_hole_that_an_area_has_already_is_kept():
    holed = JobArea("Holed", [box(0, 0, 1, 1), box(0.1, 0.1, 0.2, 0.2)])
    (piece,) = cut(box(0.5, 0.5, 0.6, 0.6), areas=[holed])
    assert len(piece.polygon) == 3


def test_an_area_wholly_excluded_is_dropped_and_the_others_stay():
    other = JobArea("Other", [box(3, 0, 4, 1)])
    assert cut(box(-1, -1, 2, 2), areas=[FIELD, other]) == [other]


def test_a_rounding_error_of_a_cut_is_no_area():
    assert len(cut(box(0, 0, 1, 1 - 1e-9), areas=[FIELD, JobArea("Other", [box(3, 0, 4, 1)])])) == 1


@pytest.mark.parametrize(
    ("areas", "exclusions", "words"),
    [
        ([], [], "no area to treat"),
        ([FIELD], [[box(-1, -1, 2, 2)]], "no area to treat"),
        ([JobArea("Bow tie", [[[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]])], [], "Area Bow tie"),
        ([FIELD], [[[[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]]], "Exclusion 1"),
        ([JobArea("Line", [[[0, 0], [1, 1]]])], [], "Area Line is no polygon"),
        ([JobArea("", [])], [], "Area without a name"),
        ([JobArea("Text", [[["a", "b"], [1, 1], [1, 0], [0, 0]]])], [], "Area Text"),
        ([JobArea("NaN", [[[math.nan, 0], [1, 1], [1, 0], [math.nan, 0]]])], [], "Area NaN"),
        ([JobArea("Short", [[[0], [1, 1], [1, 0], [0]]])], [], "Area Short"),
    ],
)
def test_what_cannot_be_cut_is_rejected_by_name(areas, exclusions, words):
    error = error_of(cut_out, job(areas=areas, exclusions=exclusions))
    assert type(error) is Rejected
    assert words in error.message


fractions = st.floats(-0.5, 1.5).map(lambda value: round(value, 3))
boxes = st.builds(
    lambda x, y, width, height: box(x, y, x + width, y + height),
    fractions,
    fractions,
    st.floats(0.05, 0.8),
    st.floats(0.05, 0.8),
)


@given(st.lists(boxes, max_size=5))
def test_nothing_excluded_is_ever_sent_and_nothing_else_is_lost(zones):
    excluded = shapely.union_all([Polygon(zone) for zone in zones]) if zones else Polygon()
    expected = Polygon(FIELD.polygon[0]).difference(excluded).area / SIDE**2
    pieces = [] if expected < 1e-5 else cut(*zones)
    assert all(Polygon(piece.polygon[0], piece.polygon[1:]).intersection(excluded).area < 1e-12 for piece in pieces)
    assert math.isclose(area_of(pieces), expected, abs_tol=1e-4)


def at_antimeridian(left, right, bottom=0.0, top=1.0):
    """A ring in degrees; longitudes beyond 180° are written as they are on the other side."""
    return [[x - 360 if x > 180 else x, y] for x, y in Polygon.from_bounds(left, bottom, right, top).exterior.coords]


@pytest.mark.parametrize(
    ("fields", "zone"),
    [
        ([(179.9, 180.1)], (179.95, 180.05)),
        ([(179.9, 180.1)], (179.94, 179.96)),
        ([(179.9, 180.1)], (180.04, 180.06)),
        ([(179.9, 180.0), (180.0, 180.1)], (179.95, 180.05)),
    ],
)
def test_a_zone_at_the_antimeridian_is_cut_out_wherever_rings_are_cut(fields, zone):
    areas = [JobArea("Taveuni", [at_antimeridian(*field)]) for field in fields]
    pieces = cut_out(job(areas=areas, exclusions=[[at_antimeridian(*zone, 0.4, 0.6)]]))
    rings = [ring for piece in pieces for ring in piece.polygon]
    assert all(-180 <= x <= 180 for ring in rings for x, _ in ring)
    shapes = [Polygon(piece.polygon[0], piece.polygon[1:]) for piece in pieces]
    assert math.isclose(sum(shape.area for shape in shapes), 0.2 - 0.2 * (zone[1] - zone[0]), abs_tol=1e-9)
    inside = shapely.Point((zone[0] + zone[1]) / 2 - (360 if zone[0] + zone[1] > 360 else 0), 0.5)
    assert not any(shape.contains(inside) for shape in shapes)


def test_an_area_at_the_antimeridian_that_no_zone_meets_stays_as_given():
    area = JobArea("Taveuni", [at_antimeridian(179.9, 180.1)])
    assert cut_out(job(areas=[area], exclusions=[[at_antimeridian(179.5, 179.6)]])) == [area]
