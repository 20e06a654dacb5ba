"""One ranking serves every zoom: checked against the definition, and on lines that are hard to simplify."""

import numpy as np
import shapely
from hypothesis import given
from hypothesis import strategies as st

from flightdata.tracks.ranking import rank

positions = st.lists(st.tuples(st.integers(-50, 50), st.integers(-50, 50)), min_size=2, max_size=60)
FINEST = 0.5


def ranked(points: list[tuple[int, int]]) -> np.ndarray:
    east, north = np.array(points, dtype=float).T
    return rank(east, north, [(0, len(points) - 1)], FINEST)


@given(positions, st.floats(FINEST, 80))
def test_no_point_left_out_is_farther_from_the_drawn_line_than_the_tolerance(
    points: list[tuple[int, int]], tolerance: float
) -> None:
    ranks = ranked(points)
    drawn = [point for point, own in zip(points, ranks, strict=True) if own >= tolerance]
    line = shapely.LineString(drawn)
    left_out = [shapely.Point(point) for point, own in zip(points, ranks, strict=True) if own < tolerance]
    assert max(shapely.distance(line, left_out), default=0.0) <= tolerance + 1e-9


@given(positions)
def test_a_finer_line_holds_every_point_of_a_coarser_one_and_the_ends(points: list[tuple[int, int]]) -> None:
    ranks = ranked(points)
    assert np.isinf(ranks[[0, -1]]).all()
    assert ((ranks == 0) | (ranks >= FINEST)).all()


@given(positions)
def test_the_farthest_point_has_its_distance_as_rank(points: list[tuple[int, int]]) -> None:
    chord = shapely.LineString([points[0], points[-1]])
    distances = shapely.distance(chord, [shapely.Point(point) for point in points])
    inner = ranked(points)[1:-1]
    farthest = distances[1:-1].max(initial=0.0)
    assert np.isclose(inner.max(initial=0.0), farthest if farthest >= FINEST else 0.0)


def test_stretches_are_ranked_each_by_itself() -> None:
    east, north = np.array([0.0, 5.0, 10.0, 0.0, 5.0, 10.0]), np.array([0.0, 3.0, 0.0, 50.0, 50.0, 50.0])
    assert rank(east, north, [(0, 2), (3, 5)], FINEST).tolist() == [np.inf, 3.0, np.inf, np.inf, 0.0, np.inf]


def test_a_circle_that_ends_where_it_began_keeps_its_shape() -> None:
    angle = np.linspace(0, 2 * np.pi, 721)
    ranks = rank(100 * np.cos(angle), 100 * np.sin(angle), [(0, 720)], FINEST)
    assert 8 <= (ranks >= 5).sum() <= 20


def test_nothing_to_rank_is_nothing() -> None:
    assert rank(np.zeros(0), np.zeros(0), [], FINEST).tolist() == []
