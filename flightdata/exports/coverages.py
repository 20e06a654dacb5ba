"""Coverage: a line of figures for each job, flight and area, or the shapes of each job."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from django.db.models import Exists, OuterRef, Prefetch

from assignments.models import Job
from flightdata import figures
from flightdata.exports.jobs import chosen
from flightdata.exports.selection import Selection, in_pages
from flightdata.exports.stored import read_current
from flightdata.exports.text import Column, feature, geojson_of, properties, table
from flightdata.models import Coverage, JobFlight

LINES_AT_ONCE = 200


class Line(NamedTuple):
    """Figures of a job, of one of its flights, or of an area as either covered it. `told` is the API's own shape of them."""

    of: str
    job: Job
    flight: JobFlight | None
    area: str | None
    row: Coverage | None
    figures: dict[str, Any]
    told: dict[str, Any]


def _figure(name: str) -> Column:
    return Column(name, lambda line: line.figures[name], "ha")


def _method(name: str, column: str, unit: str = "") -> Column:
    return Column(column, lambda line: line.told["method"] and line.told["method"][name], unit)


SUBJECT = (
    Column("jobNumber", lambda line: line.job.number),
    Column("jobName", lambda line: line.job.name),
    Column("customerId", lambda line: line.job.customer_id),
)
FIGURES = tuple(map(_figure, figures.FIGURES))
BASIS = (
    Column("reason", lambda line: line.told["reason"]),
    _method("name", "method"),
    _method("version", "methodVersion"),
    _method("swathWidth", "swathWidth", "m"),
    _method("jobRevision", "jobRevision"),
    Column("measuredAt", lambda line: line.row and line.row.measured_at, "UTC"),
)
PLACE = (
    Column("of", lambda line: line.of, "job; flight; area: of the line's flight or else of its job"),
    *SUBJECT,
    Column("applicationId", lambda line: line.flight and line.flight.application_id),
    Column("fileName", lambda line: line.flight and line.flight.application.file_name),
    Column("area", lambda line: line.area),
)


def csv(selection: Selection) -> Iterator[bytes]:
    """Of each job its line, those of its areas, then each flight with the same."""
    return table((*PLACE, *FIGURES, *BASIS), (line for job in _jobs(selection) for line in _lines(job)))


def geojson(selection: Selection) -> Iterator[bytes]:
    """The shapes of each job that its map shows. The feature of the layer `covered` is always there and has the figures."""
    return geojson_of(one for job in _jobs(selection) for one in _shapes(job))


def _jobs(selection: Selection) -> Iterator[Any]:
    """By days: jobs flown on one of them, and of their flights only those of these days."""
    flights = JobFlight.objects.filter(application__superseded_at__isnull=True)
    if selection.has_dates:
        flights = flights.filter(selection.flown("application"))
    rows = chosen(selection.without_dates()).defer("spray_areas", "excluded_areas")
    if selection.has_dates:
        rows = rows.filter(Exists(flights.filter(job=OuterRef("pk"))))
    own = Coverage.objects.filter(flight__isnull=True)
    known = flights.select_related("coverage", "application").order_by("pk")
    rows = rows.prefetch_related(
        Prefetch("coverages", own, to_attr="own_coverages"), Prefetch("flights", known, to_attr="shown_flights")
    )
    for page in in_pages(rows, LINES_AT_ONCE):
        yield from page


def _of_job(job: Any) -> tuple[Coverage | None, dict[str, Any]]:
    row = job.own_coverages[0] if job.own_coverages else None
    return row, figures.of_row_of_job(row)


def _lines(job: Any) -> Iterator[Line]:
    row, told = _of_job(job)
    yield from _with_areas("job", job, None, row, told)
    for flight in job.shown_flights:
        row = figures.of_flight(flight)
        yield from _with_areas("flight", job, flight, row, figures.shape_of(row))


def _with_areas(of: str, job: Job, flight: JobFlight | None, row: Coverage | None, told: dict[str, Any]) -> Iterator[Line]:
    yield Line(of, job, flight, None, row, told, told)
    for area in told["areas"]:
        yield Line("area", job, flight, area["name"], row, area, told)


def _shapes(job: Any) -> Iterator[dict[str, Any]]:
    row, _ = _of_job(job)
    drawn = (read_current(row, "layers_key", _features) if row else None) or []
    told = figures.of_row_of_job(row)  # of the row as it was when its shapes were read
    line = Line("job", job, None, None, row, told, told)
    covered = next((one["geometry"] for one in drawn if one["properties"]["layer"] == "covered"), None)
    yield feature(covered, {"layer": "covered", **properties((*SUBJECT, *FIGURES, *BASIS), line)})
    for one in drawn:
        if one["properties"]["layer"] != "covered":
            yield feature(one["geometry"], {**properties(SUBJECT, line), **one["properties"]})


def _features(path: Path) -> list[dict[str, Any]]:
    return list(json.loads(path.read_bytes())["features"])
