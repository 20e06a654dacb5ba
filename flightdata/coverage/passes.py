"""Where a track is a pass: a stretch along which the boom was on and nobody lost sight of the aircraft.

A record says what holds from it to the next one. A step to the next record is sprayed when the boom was on at its first record
and the step is no gap. A gap is a step
- longer than GAP_SECONDS and than GAP_STEPS usual steps of that log: records are missing, or
- back in time, or farther than any aircraft flies in that time: the parser's flags say so.
A pass is an unbroken series of sprayed steps. What lies in a gap is never counted as sprayed.
"""

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from flightdata.coverage.projection import LocalMap
from flightdata.coverage.records import Records

GAP_SECONDS = 1.5
"""A log of ten records a second may lose some of them to its radio and still be one line."""

GAP_STEPS = 2.5
"""One record of a slow log may be missing, two may not."""

TOLERANCE_METRES = 0.1
"""A pass keeps the records that matter: no other lies farther than this from its line. Below what a GPS receiver resolves."""

Lines = NDArray[np.object_]


def passes(pieces: Iterable[Records], flat: LocalMap) -> tuple[Lines, NDArray[np.int64]]:
    """The passes of one log, given in consecutive pieces: lines in metres, and when each began (µs since 1970 UTC).

    Passes in which the aircraft did not move are none.
    """
    found = [_lines(piece, steps, flat) for piece, steps in _whole_passes(pieces)]
    if not found:
        return np.zeros(0, dtype=object), np.zeros(0, dtype=np.int64)
    return np.concatenate([lines for lines, _ in found]), np.concatenate([begun for _, begun in found])


def longest_step(time: NDArray[np.int64]) -> float:
    """The longest step in µs that is no gap, in a log with these times."""
    steps = np.diff(time)
    usual = float(np.median(steps[steps > 0])) if (steps > 0).any() else 0.0
    return max(GAP_SECONDS * 1e6, GAP_STEPS * usual)


def _whole_passes(pieces: Iterable[Records]) -> Iterator[tuple[Records, NDArray[np.bool_]]]:
    """Pieces that end where no pass is under way, each with which of its steps are sprayed."""
    longest: float | None = None
    carried: Records | None = None
    for read in pieces:
        piece = read if carried is None else carried.then(read)
        longest = longest_step(piece.time) if longest is None and len(piece) > 1 else longest
        steps = sprayed_steps(piece, longest or 0.0)
        quiet = np.flatnonzero(~steps)
        first = int(quiet[-1]) + 1 if len(quiet) else 0
        yield piece, steps & (np.arange(len(steps)) < first)
        carried = piece.after(first)
    if carried is not None:
        yield carried, sprayed_steps(carried, longest or 0.0)


def sprayed_steps(records: Records, longest: float) -> NDArray[np.bool_]:
    """For each step from a record to the next one, whether it is sprayed."""
    steps = np.diff(records.time)
    return records.on[:-1] & (steps >= 0) & (steps <= longest) & ~records.doubted[1:]


def _lines(records: Records, steps: NDArray[np.bool_], flat: LocalMap) -> tuple[Lines, NDArray[np.int64]]:
    edges = np.flatnonzero(np.diff(np.concatenate([[False], steps, [False]]).astype(np.int8)))
    begin, end = edges[::2], edges[1::2] + 1
    lengths = end - begin
    if len(begin) == 0:
        return np.zeros(0, dtype=object), np.zeros(0, dtype=np.int64)
    owner = np.repeat(np.arange(len(begin)), lengths)
    chosen = np.arange(lengths.sum()) - np.repeat(np.cumsum(lengths) - lengths, lengths) + begin[owner]
    positions = flat.forward(records.lon[chosen], records.lat[chosen])
    whole: Any = shapely.linestrings(positions, indices=owner)
    lines: Any = shapely.simplify(whole, TOLERANCE_METRES, preserve_topology=False)
    moved = shapely.length(lines) > 0
    return lines[moved], records.time[begin][moved]
