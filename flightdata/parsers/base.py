"""What every parser of flight logs takes and gives back. A parser is a third party's to write: nothing here needs Django."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import NamedTuple, Protocol
from zoneinfo import ZoneInfo

METRES_PER_ALTITUDE_UNIT = {"m": 1.0, "ft": 0.3048}
METRES_PER_SECOND_PER_SPEED_UNIT = {"m/s": 1.0, "kn": 1852 / 3600, "mph": 0.44704, "km/h": 1 / 3.6}

HEAD_SIZE = 65_536
"""Bytes from a file's beginning that a parser is shown when it is asked whether the file is its own."""

RAW_LIMIT = 1_024
"""Bytes of a rejected line that are kept with the reject; the whole line stands at its offset in the raw file."""


@dataclass(frozen=True)
class ParseOptions:
    """What the account knows about its logs and the log itself does not say.

    `time_zone` is the IANA zone of times written without one. `columns` names a log's columns in their order, for files
    whose own header is absent or wrong; None lets the file decide. Raises ValueError for an unknown zone or unit.
    """

    time_zone: str = "UTC"
    altitude_unit: str = "m"
    speed_unit: str = "m/s"
    columns: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        _require_known(self.altitude_unit, METRES_PER_ALTITUDE_UNIT, "altitude unit")
        _require_known(self.speed_unit, METRES_PER_SECOND_PER_SPEED_UNIT, "speed unit")
        if self.columns is not None:
            object.__setattr__(self, "columns", tuple(self.columns))
        try:
            ZoneInfo(self.time_zone)
        except (KeyError, ValueError, OSError) as error:
            message = f"{self.time_zone!r} is no IANA time zone; write it like 'America/Bogota'"
            raise ValueError(message) from error

    def canonical(self) -> dict[str, str | list[str] | None]:
        """The options as JSON-able values, every field present."""
        return {
            "time_zone": self.time_zone,
            "altitude_unit": self.altitude_unit,
            "speed_unit": self.speed_unit,
            "columns": list(self.columns) if self.columns is not None else None,
        }

    def digest(self) -> str:
        """SHA-256 (64 hex digits) of the canonical form: equal for equal options, on every machine."""
        text = json.dumps(self.canonical(), sort_keys=True, separators=(",", ":"), ensure_ascii=True)
        return hashlib.sha256(text.encode()).hexdigest()


def _require_known(unit: str, known: Mapping[str, float], what: str) -> None:
    if unit not in known:
        message = f"{unit!r} is no {what}; known are {', '.join(known)}"
        raise ValueError(message)


@dataclass(frozen=True)
class Counts:
    """How a file's lines ended. Each line is exactly one of record, reject, comment; a flagged record is still a record."""

    lines: int = 0
    records: int = 0
    rejects: int = 0
    comments: int = 0
    flagged: int = 0

    def reconciles(self) -> bool:
        return self.lines == self.records + self.rejects + self.comments and 0 <= self.flagged <= self.records


class Reject(NamedTuple):
    """A line that could not be read or cannot be true.

    `line` counts from 1; `offset` is the byte in the raw file at which the line begins; `code` is for programs and
    `message` a sentence for people. `field` is the record's field on the wire (`gpsTime lat lon alt grSpeed sprayStat`),
    or "" where the line as a whole is at fault. `raw` is the line's text, cut after RAW_LIMIT bytes.
    """

    line: int
    offset: int
    code: str
    field: str
    raw: str
    message: str


class Bounds(NamedTuple):
    """The smallest box around all records, degrees WGS 84."""

    min_lat: float
    min_lon: float
    max_lat: float
    max_lon: float


@dataclass(frozen=True)
class ParseResult:
    """One file read to its end.

    `flags` counts records by kind of doubt (a record may have several) and, as `other_spray`, spray states other than 0
    and 1, which are no doubt. `started_at` and `ended_at` are the earliest and latest GPS time (aware, UTC).
    `stated_job_ids` are those that the log's comments name; `synthetic` is true where its first comment says so.
    """

    parser_name: str
    parser_version: str
    format: str
    encoding: str
    counts: Counts
    flags: Mapping[str, int] = field(default_factory=dict)
    started_at: datetime | None = None
    ended_at: datetime | None = None
    bounds: Bounds | None = None
    stated_job_ids: tuple[str, ...] = ()
    synthetic: bool = False


class Unreadable(Exception):
    """A file that holds nothing to read, as a whole. `code` is for programs, `sentence` for the person who looks at it."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(code, sentence)
        self.code = code
        # It may quote the file, and PostgreSQL keeps no NUL.
        self.sentence = "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in sentence)

    def __str__(self) -> str:
        return f"{self.code}: {self.sentence}"


class NotThisFormat(Unreadable):
    """The file is not of this parser's format; another parser may read it."""


class Parser(Protocol):
    """Reads one log format. Stateless: one instance serves many threads and files.

    `version` is part of every figure's provenance: raise it whenever the same bytes may give another result.
    `formats` lists the values that ParseResult.format can take.
    """

    @property
    def name(self) -> str: ...

    @property
    def version(self) -> str: ...

    @property
    def formats(self) -> tuple[str, ...]: ...

    def recognises(self, head: bytes, file_name: str) -> bool:
        """Whether a file that begins with `head` (up to HEAD_SIZE bytes) looks like this format. Never raises."""
        ...

    def parse(self, source: Path, options: ParseOptions, track: Path, rejects: Path) -> ParseResult:
        """Read `source` to its end; leave records in `track` and rejected lines in `rejects` (both Parquet).

        Both files appear whole and durable, rejects first, or not at all (see `outputs.Outputs`); what stood there is
        replaced. Raises NotThisFormat or Unreadable for the file as a whole; a bad line never raises.
        """
        ...
