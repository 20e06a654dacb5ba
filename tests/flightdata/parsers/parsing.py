"""Parsing bytes in a test, and reading everything back."""

import math
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from flightdata.parsers.base import ParseOptions, Parser, ParseResult, Reject
from flightdata.parsers.rejects import read_rejects
from flightdata.parsers.satloc_text import SatlocText
from flightdata.tracks import read_records
from flightdata.tracks.reader import Record
from tests.flightdata.parsers import reference

GOOD = b"2025-09-15T10:00:00Z,40.1,-82.1,300.5,60.25,1"
HEADER = b"timestamp,lat,lon,alt,groundSpeed,sprayStatus"


class Parsed(NamedTuple):
    result: ParseResult
    records: list[Record]
    rejects: list[Reject]


def parse(data: bytes, options: ParseOptions | None = None, parser: Parser | None = None) -> Parsed:
    """Parse `data` as a file; all its records and rejects."""
    with TemporaryDirectory() as folder:
        source, track, rejects = (Path(folder, name) for name in ("source", "track", "rejects"))
        source.write_bytes(data)
        result = (parser or SatlocText()).parse(source, options or ParseOptions(), track, rejects)
        return Parsed(result, read_records(track, 0, 10**9), read_rejects(rejects, 0, 10**9))


def only_record(line: bytes, options: ParseOptions | None = None) -> Record:
    (record,) = parse(line, options).records
    return record


def only_reject(line: bytes) -> Reject:
    (reject,) = parse(line).rejects
    return reject


def as_reference(parsed: Parsed) -> reference.Reading:
    """A parse in the reference's terms, for comparison value by value."""
    records = [
        reference.Record(
            record["line"],
            (record["gps_time"] - reference.EPOCH) // reference.timedelta(microseconds=1),
            record["lat"],
            record["lon"],
            record["alt"],
            record["ground_speed"],
            record["spray"],
        )
        for record in parsed.records
    ]
    rejects = [reference.Reject(reject.line, reject.offset, reject.code) for reject in parsed.rejects]
    return reference.Reading(records, rejects, parsed.result.counts.comments)


def finite(value: float | None) -> bool:
    return value is None or math.isfinite(value)
