"""Reading a track: a page of records, a window, or a line for a map, without decoding more row groups than it takes."""

import itertools
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from flightdata.tracks import scaling
from flightdata.tracks.columns import OVERFLOW, PARTNER_PREFIX, UNITS, Doubt, Floats, Integers, TrackColumns, join, no_records

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

Record = dict[str, Any]
"""One record by the names of TrackColumns: `gps_time` aware UTC, `flags` names of Doubt in lower case, `partner` the
further columns by name."""


MOST_THINNED_POINTS = 1_000_000
"""Records that a line is drawn from; of a longer log only every second, third, … is looked at."""


class LinePoint(NamedTuple):
    """One point of a track drawn as a line, degrees WGS 84."""

    lon: float
    lat: float
    spraying: bool


def count_records(path: Path) -> int:
    """How many records a track holds, from its footer alone. Raises FileNotFoundError where there is no such track."""
    return int(pq.read_metadata(path).num_rows)


def read_records(path: Path, start: int, limit: int) -> list[Record]:
    """Up to `limit` records in file order from index `start` (from 0) on; empty behind the end.

    Decodes only the row groups that the page lies in.
    """
    with pq.ParquetFile(path) as file:
        pieces = []
        for number, (first, last) in enumerate(_group_ranges(file.metadata)):
            if first < start + limit and last > start:
                group = file.read_row_group(number, use_threads=False)
                pieces.append(group.slice(max(start - first, 0), min(start + limit, last) - max(start, first)))
        return records_of(to_columns(pa.concat_tables(pieces))) if pieces else []


class OpenTrack:
    """A track held open: it can be read to its end, block by block, even where it is replaced or removed meanwhile.

    Raises FileNotFoundError where there is no such track.
    """

    def __init__(self, path: Path) -> None:
        self._source = pa.OSFile(str(path))
        self._file = pq.ParquetFile(self._source)

    @property
    def partner_columns(self) -> list[str]:
        """The names of the partner's own columns."""
        names = self._file.schema_arrow.names
        return [name.removeprefix(PARTNER_PREFIX) for name in names if name.startswith(PARTNER_PREFIX)]

    def blocks(self) -> Iterator[TrackColumns]:
        """All records in file order, a row group at a time."""
        for number in range(self._file.num_row_groups):
            yield to_columns(self._file.read_row_group(number, use_threads=False))

    def close(self) -> None:
        """Let the file go."""
        self._file.close()
        self._source.close()


def read_window(path: Path, begin: datetime, end: datetime) -> TrackColumns:
    """The records with begin <= gps_time < end (aware times), in file order, without partner columns."""
    wanted = ["gps_time", *UNITS, "spray", "flags", "line"]
    low, high = (pa.scalar(moment, pa.timestamp("us", tz="UTC")) for moment in (begin, end))
    with pq.ParquetFile(path) as file:
        pieces = []
        for number in range(file.num_row_groups):
            statistics = file.metadata.row_group(number).column(0).statistics
            if statistics is not None and (statistics.max < begin or statistics.min >= end):
                continue
            group = file.read_row_group(number, columns=wanted, use_threads=False)
            times = group.column("gps_time")
            pieces.append(to_columns(group.filter(pc.and_(pc.greater_equal(times, low), pc.less(times, high)))))
        return join(pieces) if pieces else no_records()


def read_line(path: Path, max_points: int) -> list[LinePoint]:
    """The track as a line of at most `max_points` (at least 4) points: its ends, and from each stretch the point where the
    line enters it and the one farthest from the stretch's chord, so that turns and headlands keep their shape."""
    if max_points < 4:
        message = f"a line needs at least 4 points, not {max_points}"
        raise ValueError(message)
    lat, lon, spraying = _thinned(path)
    if len(lat) == 0:
        return []
    chosen = _points_that_matter(lat, lon, max_points)
    return [
        LinePoint(*point) for point in zip(lon[chosen].tolist(), lat[chosen].tolist(), spraying[chosen].tolist(), strict=True)
    ]


def _thinned(path: Path) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    """Positions and spray states of every n-th record and the last, so many that they are at hand in bounded memory."""
    pieces: list[tuple[Any, ...]] = [(np.zeros(0), np.zeros(0), np.zeros(0, np.bool_))]
    with pq.ParquetFile(path) as file:
        step = -(-file.metadata.num_rows // MOST_THINNED_POINTS)
        for number, (first, last) in enumerate(_group_ranges(file.metadata)):
            group = file.read_row_group(number, columns=["lat", "lon", "spray"], use_threads=False)
            lat, lon, spray = (_one_chunk(group.column(name)) for name in ("lat", "lon", "spray"))
            taken = np.arange(-first % step, last - first, step)
            if last == file.metadata.num_rows:
                taken = np.union1d(taken, [last - first - 1])
            pieces.append((scaling.decode(lat)[taken], scaling.decode(lon)[taken], spray.to_numpy()[taken] == 1))
    lat, lon, spraying = (np.concatenate(column) for column in zip(*pieces, strict=True))
    return lat, lon, spraying


def _points_that_matter(lat: Floats, lon: Floats, max_points: int) -> Integers:
    count = len(lat)
    if count <= max_points:
        return np.arange(count)
    stretches = (max_points - 2) // 2
    edges = np.linspace(0, count - 1, stretches + 1).astype(np.int64)
    begin, end = edges[:-1], edges[1:]
    stretch = np.repeat(np.arange(stretches), end - begin)
    east, north = lon * np.cos(np.radians(lat.mean())), lat
    chord_east, chord_north = east[end] - east[begin], north[end] - north[begin]
    off_east, off_north = east[:-1] - east[begin][stretch], north[:-1] - north[begin][stretch]
    distance = np.abs(off_east * chord_north[stretch] - off_north * chord_east[stretch])
    farthest = _first_of_largest(distance, begin, stretch)
    return np.unique(np.concatenate([begin, farthest, [count - 1]]))


def _first_of_largest(distance: Floats, begin: Integers, stretch: Integers) -> Integers:
    """For each stretch the index of its largest distance, the first where several are equal."""
    candidates = np.flatnonzero(distance == np.maximum.reduceat(distance, begin)[stretch])
    return candidates[np.unique(stretch[candidates], return_index=True)[1]]


def _group_ranges(metadata: pq.FileMetaData) -> list[tuple[int, int]]:
    sizes = [metadata.row_group(number).num_rows for number in range(metadata.num_row_groups)]
    return list(itertools.pairwise(itertools.accumulate(sizes, initial=0)))


def _one_chunk(column: pa.ChunkedArray) -> pa.Array:
    joined = column.combine_chunks()
    return joined.chunk(0) if isinstance(joined, pa.ChunkedArray) else joined


def to_columns(table: pa.Table) -> TrackColumns:
    """A table read from a track, as columns. Partner columns that were not read are left out."""
    column = {name: _one_chunk(table.column(name)) for name in table.column_names}
    overflow = column.get(OVERFLOW)
    return TrackColumns(
        gps_time=column["gps_time"].cast(pa.int64()).to_numpy(zero_copy_only=False),
        **{name: scaling.decode(column[name]) for name in UNITS},
        spray=column["spray"].to_numpy(zero_copy_only=False),
        line=column["line"].to_numpy(zero_copy_only=False),
        flags=column["flags"].to_numpy(zero_copy_only=False),
        partner={name.removeprefix(PARTNER_PREFIX): values for name, values in column.items() if name.startswith(PARTNER_PREFIX)},
        overflow=None if overflow is None or overflow.null_count == len(overflow) else overflow,
    )


def records_of(columns: TrackColumns) -> list[Record]:
    """The columns' records one by one."""
    partner = {name: values.to_pylist() for name, values in columns.partner.items()}
    overflow = columns.overflow.to_pylist() if columns.overflow is not None else [None] * len(columns)
    plain = {name: getattr(columns, name).tolist() for name in ("gps_time", *UNITS, "spray", "line", "flags")}
    return [
        {
            "line": plain["line"][at],
            "gps_time": _moment(plain["gps_time"][at]),
            **{name: _known(plain[name][at]) for name in UNITS},
            "spray": plain["spray"][at],
            "flags": [doubt.name.lower() for doubt in Doubt(plain["flags"][at]) if doubt.name],
            "partner": _partner_fields({name: values[at] for name, values in partner.items()}, overflow[at]),
        }
        for at in range(len(columns))
    ]


def _moment(microseconds: int) -> datetime:
    return _EPOCH + timedelta(microseconds=microseconds)


def _known(value: float) -> float | None:
    return None if value != value else value  # NaN alone differs from itself


def _partner_fields(named: dict[str, str | None], overflow: str | None) -> dict[str, str]:
    """Further fields by name; those behind the last name are called `extra1`, `extra2` …."""
    found = {name: value for name, value in named.items() if value is not None}
    if overflow is not None:
        found |= {f"extra{number}": value for number, value in enumerate(overflow.split(","), start=1)}
    return found
