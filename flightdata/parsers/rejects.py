"""Rejected lines on disk: Parquet, in file order, as many as there are."""

from collections.abc import Iterable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from flightdata.parsers.base import Reject

ROW_GROUP_SIZE = 8_192
SCHEMA = pa.schema(
    [
        pa.field("line", pa.int64(), nullable=False),
        pa.field("offset", pa.int64(), nullable=False),
        pa.field("code", pa.string(), nullable=False),
        pa.field("field", pa.string(), nullable=False),
        pa.field("raw", pa.string(), nullable=False),
        pa.field("message", pa.string(), nullable=False),
    ],
    metadata={"agmission.rejects": "1"},
)


class RejectWriter:
    """Appends rejects to a file, holding at most one row group of them. Use as a context manager."""

    def __init__(self, path: Path) -> None:
        self._waiting: list[Reject] = []
        self._file = pq.ParquetWriter(path, SCHEMA, compression="zstd")
        self.rejects = 0

    def __enter__(self) -> "RejectWriter":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def write(self, rejects: Iterable[Reject]) -> None:
        for reject in rejects:
            self._waiting.append(reject)
            self.rejects += 1
            if len(self._waiting) == ROW_GROUP_SIZE:
                self._flush()

    def close(self) -> None:
        if self._waiting:
            self._flush()
        self._file.close()

    def _flush(self) -> None:
        arrays = [pa.array(values, kind.type) for values, kind in zip(zip(*self._waiting, strict=True), SCHEMA, strict=True)]
        self._file.write_table(pa.Table.from_arrays(arrays, schema=SCHEMA))
        self._waiting = []


def count_rejects(path: Path) -> int:
    """How many rejects a file holds, from its footer alone."""
    return int(pq.read_metadata(path).num_rows)


def read_rejects(path: Path, start: int, limit: int) -> list[Reject]:
    """Up to `limit` rejects in file order from index `start` (from 0) on; empty behind the end."""
    found: list[Reject] = []
    with pq.ParquetFile(path) as file:
        first = 0
        for number in range(file.num_row_groups):
            last = first + file.metadata.row_group(number).num_rows
            if first < start + limit and last > start:
                group = file.read_row_group(number, use_threads=False)
                page = group.slice(max(start - first, 0), min(start + limit, last) - max(start, first))
                found += [Reject(**row) for row in page.to_pylist()]
            first = last
    return found
