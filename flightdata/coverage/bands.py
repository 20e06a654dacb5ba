"""Bands: the ground that passes cover, as wide as the swath, with flat ends.

A band follows its line without a seam, so that noise in the positions leaves no wedges between records. It never crosses
itself: before its headings spread over more than SPREAD it ends, and the next band begins there with the same flat end. So
ground that one pass covers twice, in a spiral or on a loop at the headland, lies in two bands, and counts twice as it does for
two passes.
"""

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from flightdata.coverage.overlay import Shapes, snapped
from flightdata.coverage.passes import Lines

Floats = NDArray[np.float64]

HEADING_SHARE = 0.1
"""Headings are those of the line without the bends that are smaller than this share of the swath: noise turns no aircraft."""

SPREAD = math.radians(135)
"""A line whose headings spread over less than half a turn cannot cross itself; a right angle is still one band."""


@dataclass(frozen=True)
class Bands:
    """`shapes`: polygons in metres; `owner`: the index of the pass that each belongs to, in the order of the passes."""

    shapes: Shapes
    owner: NDArray[np.int64]

    def of_pass(self, number: int) -> slice:
        """Where the bands of a pass stand."""
        first, end = np.searchsorted(self.owner, [number, number + 1])
        return slice(int(first), int(end))


def bands(lines: Lines, swath: float) -> Bands:
    """The bands of passes (lines in metres), `swath` metres wide."""
    courses = shapely.simplify(lines, swath * HEADING_SHARE, preserve_topology=False)
    bent = shapely.get_num_coordinates(courses) > 2
    legs = [_legs(line, course) if turns else [line] for line, course, turns in zip(lines, courses, bent, strict=True)]
    owner = np.repeat(np.arange(len(legs)), np.array([len(pieces) for pieces in legs], dtype=np.int64))
    flown = np.array([leg for pieces in legs for leg in pieces], dtype=object)
    return Bands(snapped(shapely.buffer(flown, swath / 2, cap_style="flat", join_style="round")), owner)


def _legs(line: Any, course: Any) -> list[Any]:
    """A line cut where the headings of its course spread too far."""
    points, corners = shapely.get_coordinates(line), shapely.get_coordinates(course)
    turns = _turns(corners)
    if not turns:
        return [line]
    run = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(points, axis=0).T))])
    at = run[_places(points, corners)]
    cuts = [(at[corner - 1] + at[corner]) / 2 if gently else at[corner] for corner, gently in turns]
    return [_stretch(points, run, begin, end) for begin, end in pairwise([0.0, *cuts, run[-1]]) if end > begin]


def _turns(corners: Floats) -> list[tuple[int, bool]]:
    """The corners behind which a new leg begins, each with whether the turn before it was gentle.

    Then the step that leads to it is the last of one leg and the first of the next, half to each, so that both ends lie flat
    against each other. In a turn on the spot there is no such step, and the leg ends in the corner.
    """
    headings = np.unwrap(np.arctan2(*np.diff(corners, axis=0).T[::-1]))
    found = []
    first = 0
    for step in range(1, len(headings)):
        if abs(headings[step] - headings[step - 1]) > SPREAD:
            found.append((step, False))
            first = step
        elif np.ptp(headings[first : step + 1]) > SPREAD:
            found.append((step, True))
            first = step - 1
    return found


def _places(points: Floats, corners: Floats) -> NDArray[np.int64]:
    """The index of each corner among the points: corners are points, in their order."""
    places = np.zeros(len(corners), dtype=np.int64)
    for number in range(1, len(corners)):
        rest = points[places[number - 1] + 1 :]
        places[number] = places[number - 1] + 1 + int(np.argmax((rest == corners[number]).all(axis=1)))
    return places


def _stretch(points: Floats, run: Floats, begin: float, end: float) -> Any:
    """The line from `begin` to `end`, both in metres along it."""
    inner = points[(run > begin) & (run < end)]
    ends = [[np.interp(place, run, points[:, axis]) for axis in (0, 1)] for place in (begin, end)]
    return shapely.linestrings(np.concatenate([[ends[0]], inner, [ends[1]]]))
