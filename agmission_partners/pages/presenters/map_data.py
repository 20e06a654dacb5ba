"""What a map shows: planned areas, exclusions, coverage, and where the tracks are to be had."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from django.urls import reverse

from agmission_partners.pages.presenters import coverage
from agmission_partners.pages.presenters.coverage import Shown
from agmission_partners.pages.presenters.flights import FlightRow
from assignments.models import Job
from flightdata.models import Application
from flightdata.selectors import current_reading


def of_job(job: Job, applications: Sequence[Application], found: Shown) -> dict[str, Any]:
    """`{features, tracks}`: GeoJSON features, each with its `layer`, and the tracks by their addresses."""
    return {"features": [*_areas([job]), *coverage.shapes(found)], "tracks": list(_tracks(applications))}


def of_flight(row: FlightRow) -> dict[str, Any]:
    """The same for one flight, with the areas of the jobs that it is part of."""
    jobs = [part.job for part in row.application.flights.select_related("job")]
    shapes = [shape for part in row.parts for shape in coverage.shapes(part.coverage)]
    return {"features": [*_areas(jobs), *shapes], "tracks": list(_tracks([row.application]))}


def state_of(job: Job, applications: Iterable[Application], found: Shown) -> tuple[Any, ...]:
    """Changes when the map does."""
    return (job.revision, [_reading_key(application) for application in applications], found.layers_key)


def state_of_flight(row: FlightRow) -> tuple[Any, ...]:
    """Changes when the map does."""
    return (_reading_key(row.application), [(part.job_number, part.coverage.layers_key) for part in row.parts])


def _areas(jobs: Iterable[Job]) -> Iterator[dict[str, Any]]:
    for job in jobs:
        yield from _in_layer(job.spray_areas, "planned")
        yield from _in_layer(job.excluded_areas, "excluded")


def _in_layer(collection: Mapping[str, Any] | None, layer: str) -> Iterator[dict[str, Any]]:
    for feature in (collection or {}).get("features") or []:
        name = (feature.get("properties") or {}).get("name") or ""
        yield {"type": "Feature", "properties": {"layer": layer, "name": name}, "geometry": feature["geometry"]}


def _tracks(applications: Iterable[Application]) -> Iterator[dict[str, Any]]:
    for application in applications:
        reading = current_reading(application)
        if reading is not None and reading.bounds:
            url = reverse("pages:track", args=[application.pk])
            yield {"id": str(application.pk), "name": str(application), "url": url, "bounds": reading.bounds}


def _reading_key(application: Application) -> str:
    reading = current_reading(application)
    return reading.track_key if reading else ""
