"""Which field of a line is what: from the options, from the file's own header, or as the implementation guide has it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from flightdata.parsers.base import Unreadable

DEFAULT_COLUMNS = ("timestamp", "latitude", "longitude", "altitude", "groundSpeed", "sprayStatus")
MOST_PARTNER_COLUMNS = 64
"""Named further columns; what stands behind them is kept unnamed, so that no header can ask for a thousand columns."""

LONGEST_NAME = 100
REQUIRED = ("gps_time", "lat", "lon", "spray")
SPELLINGS = {
    "gps_time": ("timestamp", "time", "gpstime", "datetime", "utc", "utctime", "timeutc", "gpstimestamp"),
    "lat": ("lat", "latitude", "gpslat", "gpslatitude"),
    "lon": ("lon", "lng", "long", "longitude", "gpslon", "gpslng", "gpslongitude"),
    "alt": ("alt", "altitude", "gpsalt", "gpsaltitude", "elevation"),
    "ground_speed": ("groundspeed", "speed", "grspeed", "gpsspeed", "speedoverground", "sog", "gndspeed"),
    "spray": ("spraystatus", "spray", "spraystat", "sprayon", "spraystate"),
}
_MEANING = {spelling: column for column, spellings in SPELLINGS.items() for spelling in spellings}


@dataclass(frozen=True)
class Layout:
    """The place of each column in a line, counted from 0; alt and ground_speed may be absent.

    `partner` names the fields that are none of ours, as (name, place); fields from `width` on have no name.
    `header_offset` is where in the file the header line begins, None where there is none.
    """

    places: dict[str, int]
    partner: tuple[tuple[str, int], ...]
    width: int
    header_offset: int | None = None

    @property
    def needed(self) -> int:
        """The fewest fields a line must have."""
        return max(self.places.values()) + 1

    @property
    def partner_names(self) -> tuple[str, ...]:
        return tuple(name for name, _ in self.partner)


def layout_of(names: Sequence[str], header_offset: int | None = None) -> Layout:
    """The layout that these names in this order describe. Raises Unreadable where a column we cannot do without is absent."""
    places: dict[str, int] = {}
    partner: dict[str, int] = {}
    width = len(names)
    for place, name in enumerate(names):
        column = _MEANING.get(_plain(name))
        if column is not None and column not in places:
            places[column] = place
        elif len(partner) < MOST_PARTNER_COLUMNS:
            partner[_unused(name.strip(), place, partner)] = place
        else:
            width = min(width, place)
    missing = [SPELLINGS[column][0] for column in REQUIRED if column not in places]
    if missing:
        shown = ", ".join(names)[:200]
        raise Unreadable("MISSING_COLUMNS", f"The header names no column {', '.join(missing)}; it reads: {shown}")
    return Layout(places, tuple((name, place) for name, place in partner.items() if place < width), width, header_offset)


def is_header(fields: Sequence[str]) -> bool:
    """Whether a line's fields name columns: two of them at least, which no record's fields do."""
    return sum(_plain(field) in _MEANING for field in fields) >= 2


def default_layout(fields: int) -> Layout:
    """The guide's order, for a file whose lines mostly have this many fields; those behind the sixth are `field7`, …"""
    further = [f"field{number}" for number in range(len(DEFAULT_COLUMNS) + 1, fields + 1)]
    return layout_of([*DEFAULT_COLUMNS, *further[:MOST_PARTNER_COLUMNS]])


def _plain(name: str) -> str:
    return re.sub(r"[\s_\-.]", "", name).lower()


def _unused(name: str, place: int, taken: dict[str, int]) -> str:
    chosen = name[:LONGEST_NAME] or f"field{place + 1}"
    return f"{chosen}_{place + 1}" if chosen in taken else chosen
