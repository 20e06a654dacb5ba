"""What makes a record doubtful: it is kept, flagged and counted, and no value of it is changed."""

from collections import Counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from flightdata.tracks.columns import Doubt, Floats, Integers, TrackColumns

FASTEST_AIRCRAFT = 150.0
"""m/s. Agricultural aircraft end near 100; what is faster between two records is a jump, not a flight."""

SHORTEST_STEP = 1.0
"""Seconds. Two records closer in time are compared as if this far apart, so that the noise of a 10 Hz log is no jump."""

METRES_PER_DEGREE = 111_195.0
OTHER_SPRAY = "other_spray"


class DoubtFinder:
    """Flags records against the one before them, over the pieces of one log in file order. Holds one record's state."""

    def __init__(self) -> None:
        self.flagged = 0
        self.kinds: Counter[str] = Counter()
        self._last: TrackColumns | None = None

    def flag(self, columns: TrackColumns) -> None:
        """Set `columns.flags`, and count."""
        if len(columns) == 0:
            return
        columns.flags = self._steps(columns)
        columns.flags |= _bits(Doubt.NO_ALTITUDE, np.isnan(columns.alt)) | _bits(Doubt.NO_SPEED, np.isnan(columns.ground_speed))
        self._count(columns)
        self._last = columns.slice(len(columns) - 1, len(columns))

    def _steps(self, columns: TrackColumns) -> NDArray[np.uint8]:
        time, lat, lon = (self._after_last(name, columns) for name in ("gps_time", "lat", "lon"))
        elapsed = np.diff(time)
        jumped = _jumps(elapsed, lat, lon)
        return _bits(Doubt.EQUAL_TIME, elapsed == 0) | _bits(Doubt.BACKWARD_TIME, elapsed < 0) | _bits(Doubt.JUMP, jumped)

    def _after_last(self, name: str, columns: TrackColumns) -> NDArray[Any]:
        values: NDArray[Any] = getattr(columns, name)
        if self._last is not None:
            return np.concatenate([getattr(self._last, name), values])
        before = values[:1] - 1 if name == "gps_time" else values[:1]  # nothing precedes the first record: no step to doubt
        return np.concatenate([before, values])

    def _count(self, columns: TrackColumns) -> None:
        self.flagged += int(np.count_nonzero(columns.flags))
        for doubt in Doubt:
            self._add(str(doubt.name).lower(), (columns.flags & doubt) != 0)
        self._add(OTHER_SPRAY, (columns.spray != 0) & (columns.spray != 1))

    def _add(self, kind: str, found: NDArray[np.bool_]) -> None:
        if count := int(np.count_nonzero(found)):
            self.kinds[kind] += count


def _bits(doubt: Doubt, found: NDArray[np.bool_]) -> NDArray[np.uint8]:
    return found.astype(np.uint8) * np.uint8(doubt)


def _jumps(elapsed: Integers, lat: Floats, lon: Floats) -> NDArray[np.bool_]:
    """Whether each point lies farther from the one before it than any aircraft gets in the time between them.

    Distances are those on a sphere unrolled at the mean latitude of the two points. Nearly every step is too short to need one.
    """
    north, turn = np.abs(np.diff(lat)), np.abs(np.diff(lon))
    jumped = (north + turn) * METRES_PER_DEGREE > FASTEST_AIRCRAFT * SHORTEST_STEP
    far = np.flatnonzero(jumped)
    east = np.minimum(turn[far], 360.0 - turn[far]) * np.cos(np.radians((lat[far + 1] + lat[far]) / 2))
    reach = FASTEST_AIRCRAFT * np.maximum(np.abs(elapsed[far]) / 1e6, SHORTEST_STEP)
    jumped[far] = np.hypot(east, north[far]) * METRES_PER_DEGREE > reach
    return jumped
