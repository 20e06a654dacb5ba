"""Flights: a line for each file taken in and each job that it belongs to, or the same with what was sprayed as lines."""

from collections.abc import Callable, Iterator
from operator import attrgetter
from typing import Any, NamedTuple

from django.db.models import Prefetch, QuerySet

from flightdata import drawing, figures
from flightdata.exports.selection import Selection, in_pages
from flightdata.exports.stored import read_current
from flightdata.exports.text import Column, feature, geojson_of, properties, table
from flightdata.models import Application, Interpretation, JobFlight
from flightdata.selectors import CURRENT, current_reading
from flightdata.states import WIRE_STATUS

LINES_AT_ONCE = 500
STORED_STATUS = {number: status for status, number in WIRE_STATUS.items()}


class Line(NamedTuple):
    """One file in one job, or in none."""

    application: Application
    reading: Interpretation | None
    flight: JobFlight | None
    coverage: dict[str, Any]


def _taken(path: str, name: str = "", unit: str = "") -> Column:
    return Column(name or path, attrgetter(f"application.{path}"), unit)


def _read(path: str, name: str = "", unit: str = "") -> Column:
    return Column(name or path, _where_there_is("reading", path), unit)


def _flown(path: str, name: str = "") -> Column:
    return Column(name or path, _where_there_is("flight", path))


def _hectares(name: str) -> Column:
    return Column(name, lambda line: line.coverage[name], "ha")


def _where_there_is(thing: str, path: str) -> Callable[[Line], Any]:
    get = attrgetter(f"{thing}.{path}")
    return lambda line: get(line) if getattr(line, thing) else None


COLUMNS = (
    _taken("pk", "applicationId"),
    _taken("log_id", "logId"),
    _taken("customer_id", "customerId"),
    _taken("file_name", "fileName"),
    _taken("file.size", "fileSize", "bytes"),
    _taken("file.sha256", "sha256"),
    Column("status", lambda line: WIRE_STATUS[line.application.status], "0 received; 1 processing; 2 done; 3 failed"),
    Column("errorCode", lambda line: line.application.error_code or None),
    Column("error", lambda line: line.application.error or None),
    Column("partnerType", lambda line: line.application.partner_type or None),
    Column("aircraftId", lambda line: line.application.aircraft_id or None),
    _read("parser"),
    _read("parser_version", "parserVersion"),
    _read("started_at", "startedAt", "UTC"),
    _read("ended_at", "endedAt", "UTC"),
    *map(_read, ("lines", "records", "rejects", "comments", "flagged")),
    _taken("superseded_at", "supersededAt", "UTC; a newer version of the log counts instead"),
    _flown("job_id", "jobNumber"),
    _flown("assignment_id", "assignmentId"),
    _flown("decided_by", "decidedBy"),
    _flown("score"),
    *map(_hectares, figures.FIGURES),
    Column("coverageReason", lambda line: line.coverage["reason"]),
    _taken("created_at", "createdAt", "UTC"),
)


def csv(selection: Selection) -> Iterator[bytes]:
    """One line a flight and job."""
    return table(COLUMNS, _lines(selection))


def geojson(selection: Selection) -> Iterator[bytes]:
    """One feature for each of these lines, along what was flown with the boom on."""
    return geojson_of(feature(_sprayed(line), properties(COLUMNS, line)) for line in _lines(selection))


def chosen(selection: Selection) -> "QuerySet[Application]":
    """The files of a selection. By days: those whose first record is of one of them; a file that was not read is of none."""
    rows = selection.own(Application.objects.select_related("file"))
    if selection.jobs:
        rows = rows.filter(pk__in=JobFlight.objects.filter(job__in=selection.jobs).values("application"))
    if selection.status is not None:
        rows = rows.filter(status=STORED_STATUS[int(selection.status)])
    return rows.filter(selection.flown("pk")) if selection.has_dates else rows


def _lines(selection: Selection) -> Iterator[Line]:
    flights = JobFlight.objects.select_related("coverage").order_by("job")
    if selection.jobs:
        flights = flights.filter(job__in=selection.jobs)
    rows = chosen(selection).prefetch_related(
        Prefetch("interpretations", CURRENT, to_attr="current_readings"), Prefetch("flights", flights, to_attr="shown_flights")
    )
    for page in in_pages(rows, LINES_AT_ONCE):
        for application in page:
            reading = current_reading(application)
            for flight in application.shown_flights or [None]:  # type: ignore[attr-defined]  # prefetched above
                yield Line(application, reading, flight, _coverage(flight))


def _coverage(flight: JobFlight | None) -> dict[str, Any]:
    return figures.shape_of(figures.of_flight(flight)) if flight else figures.shape_of(None, figures.NO_JOB)


def _sprayed(line: Line) -> dict[str, Any] | None:
    """The lines that track.geojson draws with the boom on, as one geometry; None where there are none."""
    if line.reading is None:
        return None
    drawn = read_current(line.reading, "track_key", drawing.feature_collection)
    shapes = [one["geometry"] for one in (drawn or {}).get("features", []) if one["properties"]["spray"]]
    parts = [shape["coordinates"] for shape in shapes if shape["type"] == "LineString"]
    return {"type": "MultiLineString", "coordinates": parts} if parts else None
