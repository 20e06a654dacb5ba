"""Which points of a line matter at which scale: the algorithm of Douglas and Peucker (1973), run once for every tolerance.

A point's rank is the largest tolerance in metres at which it is still drawn. A map then takes the points whose rank is at
least its own tolerance; nothing is searched again when somebody zooms.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from flightdata.tracks.columns import Floats, Integers


class _Chords(NamedTuple):
    """Lines from point `first` to point `last`, drawn up to the tolerance `bound`, with unranked points between."""

    first: Integers
    last: Integers
    bound: Floats


def rank(east: Floats, north: Floats, stretches: Sequence[tuple[int, int]], finest: float) -> Floats:
    """The rank in metres of each point; positions in metres on a plane, `stretches` as (first, last) index of each line.

    The ends of stretches are always drawn: infinity. Points that no tolerance from `finest` on draws have the rank 0.
    All chords of one depth are looked at together, in columns; a flight is seldom deeper than thirty.
    """
    ranks = np.zeros(len(east))
    ends = np.array(stretches, dtype=np.int64).reshape(-1, 2)
    ranks[ends.ravel()] = np.inf
    chords = _with_points_between(_Chords(ends[:, 0], ends[:, 1], np.full(len(ends), np.inf)))
    while len(chords.first):
        split, distance = _farthest(east, north, chords)
        seen = distance >= finest
        split, reach = split[seen], np.minimum(distance[seen], chords.bound[seen])
        ranks[split] = reach
        first, last = chords.first[seen], chords.last[seen]
        halves = _Chords(np.concatenate([first, split]), np.concatenate([split, last]), np.concatenate([reach, reach]))
        chords = _with_points_between(halves)
    return ranks


def _with_points_between(chords: _Chords) -> _Chords:
    some = chords.last - chords.first > 1
    return _Chords(chords.first[some], chords.last[some], chords.bound[some])


def _farthest(east: Floats, north: Floats, chords: _Chords) -> tuple[Integers, Floats]:
    """For each chord the point between its ends that lies farthest from it (the first of equals), and how far."""
    counts = chords.last - chords.first - 1
    begin = np.cumsum(counts) - counts
    owner = np.repeat(np.arange(len(counts)), counts)
    point = np.arange(counts.sum()) - begin[owner] + chords.first[owner] + 1
    distance = _distance(east, north, chords, owner, point)
    largest = np.maximum.reduceat(distance, begin)
    candidates = np.flatnonzero(distance == largest[owner])
    chosen = candidates[np.unique(owner[candidates], return_index=True)[1]]
    return point[chosen], np.sqrt(largest)


def _distance(east: Floats, north: Floats, chords: _Chords, owner: Integers, point: Integers) -> Floats:
    """Squared distance of each point from its chord, which ends: beyond its ends, from the nearer end."""
    along_east, along_north = east[chords.last] - east[chords.first], north[chords.last] - north[chords.first]
    length = along_east**2 + along_north**2
    off_east, off_north = east[point] - east[chords.first][owner], north[point] - north[chords.first][owner]
    dot = off_east * along_east[owner] + off_north * along_north[owner]
    share = np.clip(np.divide(dot, length[owner], out=np.zeros_like(dot), where=length[owner] > 0), 0.0, 1.0)
    nearest: Floats = (off_east - share * along_east[owner]) ** 2 + (off_north - share * along_north[owner]) ** 2
    return nearest
