"""A job as the file that SatLoc Cloud is sent, and the metadata beside it."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from partners.adapters.errors import Rejected
from partners.adapters.records import JobArea, JobDefinition


@dataclass(frozen=True)
class JobFileFormat:
    """One way to write the job file."""

    extension: str
    content_type: str
    write: Callable[[JobDefinition, Sequence[JobArea]], dict[str, Any]]


def job_as_json(job: JobDefinition, areas: Sequence[JobArea]) -> dict[str, Any]:
    """The implementation guide's JSON. Coordinates are GeoJSON rings of [longitude, latitude], the exterior one first."""
    return {
        "name": job.name,
        "areas": [{"name": area.name, "coordinates": area.polygon, "applicationRate": _rate(job, area)} for area in areas],
        "aircraft": {"swathWidth": job.swath_width, "measurementUnit": "imperial" if job.us_units else "metric"},
        "schedule": _schedule(job),
        "metadata": job_metadata(job),
    }


def job_as_geojson(job: JobDefinition, areas: Sequence[JobArea]) -> dict[str, Any]:
    """The areas alone, as a FeatureCollection (RFC 7946); the rest of the job travels in the metadata part."""
    return {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "properties": {"name": area.name, "applicationRate": _rate(job, area)},
                "geometry": {"type": "Polygon", "coordinates": area.polygon},
            }
            for area in areas
        ],
    }


def job_metadata(job: JobDefinition) -> dict[str, Any]:
    """What the guide sends beside the job. A duration is stated only where the customer gave one."""
    custom = dict(job.custom_fields)
    metadata = {
        "jobId": job.number,
        "jobName": job.name,
        "missionType": "survey",
        "plannedDate": _schedule(job)["startDate"],
        "priority": job.priority,
        "estimatedDuration": custom.pop("estimatedDuration", None),
    }
    return metadata | ({"customFields": custom} if custom else {})


def to_text(document: dict[str, Any], job: JobDefinition) -> str:
    """JSON text; raises Rejected for a value that JSON does not know."""
    try:
        return json.dumps(document, allow_nan=False)
    except (TypeError, ValueError):
        raise Rejected(f"Job {job.number} holds a value that cannot be sent, such as NaN. Correct it, then retry.") from None


def _rate(job: JobDefinition, area: JobArea) -> float | None:
    return job.application_rate if area.application_rate is None else area.application_rate


def _schedule(job: JobDefinition) -> dict[str, str | None]:
    return {
        "startDate": job.start_date.isoformat() if job.start_date else None,
        "endDate": job.end_date.isoformat() if job.end_date else None,
    }
