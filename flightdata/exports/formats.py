"""Which kinds of exports there are, in which formats, and by what each is filtered."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from assignments.states import JobStatus
from flightdata.exports import coverages, flights, jobs
from flightdata.exports.selection import Selection
from flightdata.states import WIRE_STATUS, ExportKind

CONTENT_TYPES = {
    "csv": "text/csv; charset=utf-8; header=present",
    "geojson": "application/geo+json",
    "parquet": "application/vnd.apache.parquet",
}


@dataclass(frozen=True)
class Exported:
    """One kind: its formats, each with what writes it, and the states that its filter may name."""

    formats: Mapping[str, Callable[[Selection], Iterator[bytes]]]
    statuses: tuple[str | int, ...] = ()


KINDS: dict[str, Exported] = {
    ExportKind.JOBS: Exported({"csv": jobs.csv, "geojson": jobs.geojson}, tuple(JobStatus.values)),
    ExportKind.FLIGHTS: Exported({"csv": flights.csv, "geojson": flights.geojson}, tuple(WIRE_STATUS.values())),
    ExportKind.COVERAGE: Exported({"csv": coverages.csv, "geojson": coverages.geojson}),
}

FORMATS = tuple(dict.fromkeys(name for kind in KINDS.values() for name in kind.formats))
"""Those that some kind has."""
