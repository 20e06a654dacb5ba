"""A job as a partner is told it."""

from dataclasses import replace
from typing import Any

from assignments.models import Job, SyncOperation
from assignments.partner_config import PartnerConfig
from partners.adapters.errors import Rejected
from partners.adapters.records import JobArea, JobDefinition, Polygon


def definition_of(operation: SyncOperation) -> JobDefinition:
    """The job of an upload, for its aircraft; Rejected where it holds nothing that could be flown."""
    assignment = operation.assignment
    config = PartnerConfig.from_wire(assignment.partner_config)
    return replace(
        definition_for_pilots(assignment.job),
        priority=config.priority,
        aircraft_id=assignment.aircraft.external_id if assignment.aircraft else "",
        idempotency_key=str(operation.idempotency_key),
        custom_fields=dict(config.custom_fields),
    )


def definition_for_pilots(job: Job) -> JobDefinition:
    """The job itself, for nobody in particular; Rejected as above."""
    areas = [replace(area, application_rate=job.app_rate) if area.application_rate is None else area for area in areas_of(job)]
    if not areas:
        raise Rejected(f"job {job.number} has no spray areas; draw or import them, then try again")
    return JobDefinition(
        number=job.number,
        name=job.name,
        areas=areas,
        aircraft_id="",
        exclusions=[zone.polygon for zone in exclusions_of(job)],
        swath_width=job.swath_width,
        us_units=job.measure_unit,
        application_rate=job.app_rate,
        start_date=job.start_date,
        end_date=job.end_date,
    )


def areas_of(job: Job) -> list[JobArea]:
    """The spray areas, with rates of their own where they have them."""
    return _named_polygons(job.spray_areas, "area")


def exclusions_of(job: Job) -> list[JobArea]:
    """What is not to be sprayed."""
    return _named_polygons(job.excluded_areas, "exclusion")


def _named_polygons(collection: dict[str, Any], word: str) -> list[JobArea]:
    """One for each polygon, as partners count them; a nameless one is named after its place in the job."""
    found = []
    for place, feature in enumerate(_features(collection), 1):
        properties = feature.get("properties") or {}
        name = properties.get("name") or f"{word} {place}"
        found += [JobArea(name, polygon, properties.get("appRate")) for polygon in _polygons(feature)]
    return found


def _features(collection: dict[str, Any]) -> list[dict[str, Any]]:
    return list(collection.get("features", []))


def _polygons(feature: dict[str, Any]) -> list[Polygon]:
    geometry = feature["geometry"]
    return list(geometry["coordinates"]) if geometry["type"] == "MultiPolygon" else [geometry["coordinates"]]
