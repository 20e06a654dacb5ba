"""All records of one flight, under the API's names, streamed from its track."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from flightdata.exports.text import Column, csv_of, feature, geojson_of
from flightdata.tracks import Doubt, OpenTrack, TrackColumns, records_of
from flightdata.tracks.columns import TIME

AT_ONCE = 4096
"""Records that are plain Python at a time."""

PARTNER, EXTRA = "partnerSpecific", "partnerExtra"
TOLD = (
    ("gpsTime", "UTC", "gps_time"),
    ("lat", "degrees", "lat"),
    ("lon", "degrees", "lon"),
    ("alt", "m", "alt"),
    ("grSpeed", "m/s", "ground_speed"),
    ("sprayStat", "", "spray"),
)
"""Name, unit and key of what the API shows of a record; then come its line in the file, its doubts, and what the partner adds."""


def csv(track: OpenTrack) -> Iterator[bytes]:
    """One line a record; what stands behind the last named column of a log is one cell, as it was."""
    own = track.partner_columns
    headers = [Column(name, str, unit).header for name, unit, _ in TOLD]
    headers += ["line", "flags", *(f"{PARTNER}.{name}" for name in own), EXTRA]
    keys = [key for _, _, key in TOLD]
    return csv_of(headers, (_cells(record, keys, own) for record in _records(track)))


def geojson(track: OpenTrack) -> Iterator[bytes]:
    """One Point a record."""
    return geojson_of(map(_point, _records(track)))


def parquet(track: OpenTrack) -> Iterator[bytes]:
    """Doubles and texts, compressed by zstd; what the partner adds as texts under its names."""
    sink = _Sink()
    schema = _schema(track.partner_columns)
    with pq.ParquetWriter(sink, schema, compression="zstd") as file:
        for block in track.blocks():
            file.write_table(_table(block, schema))
            yield sink.taken()
    yield sink.taken()


WRITERS: dict[str, Callable[[OpenTrack], Iterator[bytes]]] = {"csv": csv, "geojson": geojson, "parquet": parquet}


def _records(track: OpenTrack) -> Iterator[dict[str, Any]]:
    for block in track.blocks():
        for start in range(0, len(block), AT_ONCE):
            yield from records_of(block.slice(start, start + AT_ONCE))


def _cells(record: dict[str, Any], keys: list[str], own: list[str]) -> list[Any]:
    partner = record["partner"]
    extra = ",".join(text for name, text in partner.items() if name not in own)
    return [
        *(record[key] for key in keys),
        record["line"],
        " ".join(record["flags"]),
        *(partner.get(name) for name in own),
        extra or None,
    ]


def _point(record: dict[str, Any]) -> dict[str, Any]:
    told = {name: record[key] for name, _, key in TOLD if name not in ("lat", "lon")}
    more = {"line": record["line"], "flags": record["flags"], PARTNER: record["partner"]}
    return feature({"type": "Point", "coordinates": [record["lon"], record["lat"]]}, told | more)


class _Sink:
    """What a writer of Parquet wrote since it was last asked."""

    closed = False

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def write(self, piece: Any) -> int:
        self._pieces.append(bytes(piece))
        return len(self._pieces[-1])

    def flush(self) -> None:
        """Nothing is held back."""

    def close(self) -> None:
        """What was written stays to be taken."""

    def taken(self) -> bytes:
        pieces, self._pieces = self._pieces, []
        return b"".join(pieces)


def _schema(own: list[str]) -> pa.Schema:
    kinds = {"gps_time": TIME, "spray": pa.int64()}
    told = [pa.field(name, kinds.get(key, pa.float64()), metadata={"unit": unit} if unit else None) for name, unit, key in TOLD]
    partner = [pa.field(name, pa.string()) for name in (*(f"{PARTNER}.{name}" for name in own), EXTRA)]
    return pa.schema([*told, pa.field("line", pa.int64()), pa.field("flags", pa.list_(pa.string())), *partner])


def _table(block: TrackColumns, schema: pa.Schema) -> pa.Table:
    measured = [pa.array(getattr(block, name), from_pandas=True) for name in ("lat", "lon", "alt", "ground_speed")]
    extra = pa.nulls(len(block), pa.string()) if block.overflow is None else block.overflow
    arrays = [pa.array(block.gps_time).view(TIME), *measured, pa.array(block.spray), pa.array(block.line), _flags(block)]
    return pa.Table.from_arrays([*arrays, *block.partner.values(), extra], schema=schema)


def _flags(block: TrackColumns) -> pa.Array:
    """Names for bits: few kinds of them, so each is spelled once."""
    kinds, which = np.unique(block.flags, return_inverse=True)
    words = pa.array([[doubt.name.lower() for doubt in Doubt(int(bits)) if doubt.name] for bits in kinds], pa.list_(pa.string()))
    return words.take(pa.array(which))
