"""Jobs: a line each, or their areas as features."""

from collections.abc import Iterator
from operator import attrgetter
from typing import Any

from django.db.models import Q, QuerySet

from assignments.models import Job
from assignments.selectors import progress_of
from flightdata.exports.selection import Selection, in_pages
from flightdata.exports.text import Column, feature, geojson_of, properties, table

LINES_AT_ONCE, DRAWN_AT_ONCE = 500, 10
"""Jobs read at once: a job's areas alone may be megabytes."""

PLAN = (
    Column("number", attrgetter("number")),
    Column("name", attrgetter("name")),
    Column("customerId", attrgetter("customer_id")),
    Column("status", attrgetter("status")),
    Column("revision", attrgetter("revision")),
    Column("startDate", attrgetter("start_date")),
    Column("endDate", attrgetter("end_date")),
    Column("measureUnit", attrgetter("measure_unit"), "true: feet and gal/ac; false: metres and L/ha"),
    Column("swathWidth", attrgetter("swath_width"), "feet or metres by measureUnit"),
    Column("appRate", attrgetter("app_rate"), "gal/ac or L/ha by measureUnit"),
)
"""What was planned, as it was given."""

SWATH = Column("swathWidthMetres", attrgetter("swath_width_metres"), "m")
MADE = (Column("createdAt", attrgetter("created_at"), "UTC"), Column("updatedAt", attrgetter("updated_at"), "UTC"))
PROGRESS = (
    Column("uploaded", lambda job: job.progress["uploaded"]),
    Column("lastSeen", lambda job: job.progress["last_seen"], "UTC"),
    Column("logsReceived", lambda job: job.progress["logs_received"]),
)


def csv(selection: Selection) -> Iterator[bytes]:
    """One line a job."""
    return table((*PLAN, SWATH, *PROGRESS, *MADE), _with_progress(selection))


def geojson(selection: Selection) -> Iterator[bytes]:
    """One feature an area; a job without areas is one feature without a place."""
    pages = in_pages(chosen(selection), DRAWN_AT_ONCE)
    return geojson_of(one for page in pages for job in page for one in _areas(job))


def chosen(selection: Selection) -> "QuerySet[Job]":
    """The jobs of a selection. By days: those that are planned for one of them; a job without dates is planned for none."""
    rows = selection.own(Job.objects.all())
    if selection.jobs:
        rows = rows.filter(number__in=selection.jobs)
    if selection.status:
        rows = rows.filter(status=selection.status)
    if selection.has_dates:
        rows = rows.exclude(start_date__isnull=True, end_date__isnull=True)
    if selection.first:
        rows = rows.filter(Q(end_date__isnull=True) | Q(end_date__gte=selection.first))
    if selection.last:
        rows = rows.filter(Q(start_date__isnull=True) | Q(start_date__lte=selection.last))
    return rows


def _with_progress(selection: Selection) -> Iterator[Any]:
    for page in in_pages(chosen(selection).defer("spray_areas", "excluded_areas"), LINES_AT_ONCE):
        found = progress_of(page)
        for job in page:
            job.progress = found.get(job.number, {})  # type: ignore[attr-defined]  # as the API shows it
            yield job


def _areas(job: Job) -> Iterator[dict[str, Any]]:
    """The job's own words win over those that an area brings along, but for the area's name and rate."""
    plan = {_of_job(name): value for name, value in properties(PLAN, job).items()}
    drawn: list[tuple[str | None, Any]] = [("spray", one) for one in job.spray_areas.get("features", [])]
    drawn += [("excluded", one) for one in job.excluded_areas.get("features", [])]
    for area, one in drawn or [(None, {"geometry": None})]:
        yield feature(one["geometry"], {**(one.get("properties") or {}), **plan, "area": area})


def _of_job(name: str) -> str:
    """Areas have a name and a rate of their own."""
    return {"number": "jobNumber", "name": "jobName", "appRate": "jobAppRate", "status": "jobStatus"}.get(name, name)
