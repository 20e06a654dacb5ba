"""From planned areas and tracks to figures and shapes."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from flightdata.coverage.areas import Area, FlatArea, flatten, positions
from flightdata.coverage.bands import Bands, bands
from flightdata.coverage.figures import Figures, figures
from flightdata.coverage.ground import Ground, lay
from flightdata.coverage.overlay import GRID_METRES, dissolve, intersection
from flightdata.coverage.passes import Lines, passes
from flightdata.coverage.projection import LocalMap
from flightdata.coverage.records import Records

FARTHEST_METRES = 1_000_000.0
"""From the middle of the map. There a band is wrong by 0.3 %; what lies beyond is no part of the same job."""

Track = Callable[[], Iterable[Records]]
"""Reads the records of one log from their beginning, in consecutive pieces."""


class NotMeasurable(Exception):
    """There are no figures; `reason` is the word for it that programs read."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Flown:
    """The passes of all tracks: lines in metres, when each began (µs since 1970 UTC), and the index of its track."""

    lines: Lines
    begun: NDArray[np.int64]
    track: NDArray[np.int64]


@dataclass(frozen=True)
class Measured:
    """Figures and what they were taken from. All shapes are on `flat`, in metres."""

    flat: LocalMap
    flown: Flown
    bands: Bands
    ground: Ground
    areas: list[FlatArea]
    figures: Figures
    by_area: list[tuple[str, Figures]] = field(default_factory=list)
    reason: str = ""

    @property
    def planned(self) -> Any:
        """All areas together, less the exclusions."""
        return dissolve([area.net for area in self.areas])


def measure(tracks: Sequence[Track], areas: Sequence[Area], exclusions: Sequence[Area], swath: float) -> Measured:
    """What `tracks` covered of `areas` less `exclusions` with a swath of so many metres.

    Without areas, inside, outside and missed are None and `reason` is `noAreas`. Raises NotMeasurable `noRecords` where no
    track has a record, and `farApart` where a pass lies more than FARTHEST_METRES from the areas (or from the first record).
    """
    flat = _map_for(tracks, areas)
    flown = _flown(tracks, flat)
    if not _near(flown.lines):
        raise NotMeasurable("farApart")
    laid = bands(flown.lines, swath)
    ground = lay(laid.shapes)
    planned = flatten(areas, exclusions, flat)
    found = [(area.name, _figures_within(area, laid, ground)) for area in planned]
    whole, reason = _figures(planned, laid, ground), "" if planned else "noAreas"
    return Measured(flat, flown, laid, ground, planned, whole, found, reason)


def _map_for(tracks: Sequence[Track], areas: Sequence[Area]) -> LocalMap:
    """The map around the areas, so that all flights of a job lie on the same one; without areas, around what was flown."""
    first = next((piece for track in tracks for piece in track() if len(piece)), None)
    if first is None:
        raise NotMeasurable("noRecords")
    if areas:
        corners = positions(areas)
        return LocalMap.around(corners[:, 0], corners[:, 1])
    on = first.on if first.on.any() else np.ones(len(first), dtype=bool)
    return LocalMap.around(first.lon[on], first.lat[on])


def _flown(tracks: Sequence[Track], flat: LocalMap) -> Flown:
    found = [passes(track(), flat) for track in tracks]
    counts = [len(lines) for lines, _ in found]
    lines = np.concatenate([np.zeros(0, dtype=object), *(lines for lines, _ in found)])
    begun = np.concatenate([np.zeros(0, dtype=np.int64), *(begun for _, begun in found)])
    return Flown(lines, begun, np.repeat(np.arange(len(found)), counts))


def _near(lines: Lines) -> bool:
    points = shapely.get_coordinates(lines)
    return bool((np.hypot(points[:, 0], points[:, 1]) <= FARTHEST_METRES).all())


def _figures(planned: Sequence[FlatArea], laid: Bands, ground: Ground) -> Figures:
    sprayed = float(shapely.area(laid.shapes).sum())
    if not planned:
        return figures(sprayed, ground.union.area)
    net = dissolve([area.net for area in planned])
    return figures(sprayed, ground.union.area, intersection(ground.union, net).area, net.area)


def _figures_within(area: FlatArea, laid: Bands, ground: Ground) -> Figures:
    """The same for one area as if nothing lay around it: `outside` is what was sprayed of the exclusions in it."""
    covered = intersection(ground.union, area.whole)
    sprayed = sum(chain.from_iterable(_areas_within(laid, area.whole)))
    return figures(sprayed, covered.area, intersection(covered, area.net).area, area.net.area)


def _areas_within(laid: Bands, whole: Any) -> Iterator[list[float]]:
    """Square metres of each band within a shape; a band wholly inside needs no overlay."""
    shapely.prepare(whole)
    inside = shapely.contains_properly(whole, laid.shapes)
    crossing = ~inside & shapely.intersects(whole, laid.shapes)
    yield shapely.area(laid.shapes[inside]).tolist()
    yield shapely.area(shapely.intersection(laid.shapes[crossing], whole, grid_size=GRID_METRES)).tolist()
