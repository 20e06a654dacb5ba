"""Writing a track: Parquet, zstd, whole numbers with delta encoding, row groups of one size whatever comes in."""

from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from flightdata.tracks import scaling
from flightdata.tracks.columns import OVERFLOW, PARTNER_PREFIX, ROW_GROUP_SIZE, TIME, UNITS, TrackColumns, join
from flightdata.tracks.reader import to_columns

FORMAT_VERSION = "1"
Places = dict[str, int | None]


class TrackWriter:
    """Collects records and writes them in whole row groups. Use as a context manager, or call `close` at the end.

    The first row group decides how many decimal places each measured column is stored with. A later value that needs more
    has the part already written encoded again: rare, and never a loss. Not safe for several threads.
    """

    def __init__(self, path: Path, partner_columns: Sequence[str] = ()) -> None:
        self._path = path
        self._partner_columns = tuple(partner_columns)
        self._waiting: list[TrackColumns] = []
        self._waiting_records = 0
        self._places: Places = {}
        self._file: pq.ParquetWriter | None = None
        self.records = 0

    def __enter__(self) -> "TrackWriter":
        return self

    def __exit__(self, kind: type[BaseException] | None, *rest: object) -> None:
        if kind is None:
            self.close()
        elif self._file is not None:
            self._file.close()

    def write(self, columns: TrackColumns) -> None:
        """Add records behind those already written. The columns must not change afterwards."""
        if len(columns) == 0:
            return
        self._waiting.append(columns)
        self._waiting_records += len(columns)
        self.records += len(columns)
        if self._waiting_records >= ROW_GROUP_SIZE:
            self._write_whole_groups()

    def close(self) -> None:
        """Write what is left, and the footer. A track without records is a file without row groups."""
        if self._waiting:
            self._write_group(join(self._waiting))
        file = self._file or self._open(dict.fromkeys(UNITS, 0))
        file.close()
        self._waiting = []

    def _write_whole_groups(self) -> None:
        columns = join(self._waiting)
        start = 0
        while len(columns) - start >= ROW_GROUP_SIZE:
            self._write_group(columns.slice(start, start + ROW_GROUP_SIZE))
            start += ROW_GROUP_SIZE
        rest = columns.slice(start, len(columns))
        self._waiting = [rest] if len(rest) else []
        self._waiting_records = len(rest)

    def _write_group(self, columns: TrackColumns) -> None:
        places = {name: self._places_for(name, columns) for name in UNITS}
        if self._file is None:
            self._file = self._open(places)
        elif places != self._places:
            self._encode_again(places)
        self._file.write_table(self._table(columns), row_group_size=ROW_GROUP_SIZE)

    def _places_for(self, name: str, columns: TrackColumns) -> int | None:
        at_least = self._places.get(name, 0)
        return None if at_least is None else scaling.decimals_needed(getattr(columns, name), at_least)

    def _open(self, places: Places) -> pq.ParquetWriter:
        self._places = places
        deltas = ["gps_time", "line", *(name for name, decimals in places.items() if decimals is not None)]
        splits = [name for name, decimals in places.items() if decimals is None]
        return pq.ParquetWriter(
            self._path,
            self._schema(),
            compression="zstd",
            use_dictionary=["spray", "flags", OVERFLOW, *(PARTNER_PREFIX + name for name in self._partner_columns)],
            column_encoding=dict.fromkeys(deltas, "DELTA_BINARY_PACKED") | dict.fromkeys(splits, "BYTE_STREAM_SPLIT"),
            store_decimal_as_integer=True,
        )

    def _encode_again(self, places: Places) -> None:
        """Start the file anew with more decimal places, and copy what it held."""
        if self._file is not None:
            self._file.close()
        earlier = self._path.with_name(self._path.name + ".earlier")
        self._path.replace(earlier)
        try:
            with pq.ParquetFile(earlier) as source:
                self._file = self._open(places)
                for number in range(source.num_row_groups):
                    self._file.write_table(self._table(to_columns(source.read_row_group(number, use_threads=False))))
        finally:
            earlier.unlink()

    def _schema(self) -> pa.Schema:
        measured = [
            pa.field(name, scaling.column_type(self._places[name]), metadata={"unit": unit}) for name, unit in UNITS.items()
        ]
        partner = [pa.field(PARTNER_PREFIX + name, pa.string()) for name in self._partner_columns]
        return pa.schema(
            [
                pa.field("gps_time", TIME, nullable=False),
                *measured,
                pa.field("spray", pa.int64(), nullable=False),
                pa.field("flags", pa.uint8(), nullable=False),
                pa.field("line", pa.int64(), nullable=False),
                *partner,
                pa.field(OVERFLOW, pa.string()),
            ],
            metadata={"agmission.track": FORMAT_VERSION},
        )

    def _table(self, columns: TrackColumns) -> pa.Table:
        overflow = pa.nulls(len(columns), pa.string()) if columns.overflow is None else columns.overflow
        arrays = [
            pa.array(columns.gps_time).view(TIME),
            *(scaling.encode(getattr(columns, name), self._places[name]) for name in UNITS),
            pa.array(columns.spray),
            pa.array(columns.flags),
            pa.array(columns.line),
            *(columns.partner[name] for name in self._partner_columns),
            overflow,
        ]
        return pa.Table.from_arrays(arrays, schema=self._schema())
