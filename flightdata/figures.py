"""Coverage as everybody is shown it: on the wire, on pages and in the admin, from one place."""

from typing import Any

from flightdata.models import Application, Coverage, JobFlight

FIGURES = ("sprayed", "union", "overlap", "inside", "outside", "missed")
NOT_MEASURED_YET = "notMeasuredYet"
NO_JOB, SEVERAL_JOBS = "noJob", "severalJobs"

SENTENCES = {
    NOT_MEASURED_YET: "It is measured soon; look again in a moment.",
    "noSwath": "The job has no swath width, so what was sprayed cannot be measured. Enter it in the job.",
    "noAreas": "The job has no spray areas, so it is not known what was inside, outside or missed.",
    "noRecords": "No record was flown.",
    "noFlights": "Nothing was flown yet.",
    "farApart": "The flight lies too far from the job's areas to belong to them; look at its match.",
    "workerLost": "Measuring broke down three times; ops have been asked to look.",
    NO_JOB: "The flight belongs to no job yet.",
    SEVERAL_JOBS: "The flight belongs to several jobs; look at each.",
}


def shape_of(row: Coverage | None, reason: str = NOT_MEASURED_YET) -> dict[str, Any]:
    """The API contract's coverage: figures in hectares, null with a `reason` where they cannot be computed."""
    if row is None or not row.basis:
        why_not = row.why_not if row else ""
        return {**dict.fromkeys(FIGURES), "areas": [], "method": None, "reason": why_not or reason}
    return {
        **{name: getattr(row, name) for name in FIGURES},
        "areas": row.areas,
        "method": {
            "name": row.method,
            "version": row.method_version,
            "swathWidth": row.swath_width,
            "jobRevision": row.job_revision,
        },
        "reason": row.why_not or None,
    }


def of_flight(flight: JobFlight) -> Coverage | None:
    """The row of a flight, if there is one yet."""
    return getattr(flight, "coverage", None)


def of_application(application: Application) -> dict[str, Any]:
    """The coverage of an application's only flight."""
    flights = list(application.flights.all())
    if len(flights) != 1:
        return shape_of(None, SEVERAL_JOBS if flights else NO_JOB)
    return shape_of(of_flight(flights[0]))


def of_job(job_number: int) -> dict[str, Any]:
    """The coverage of a job over all its flights."""
    return of_row_of_job(Coverage.objects.filter(job=job_number, flight__isnull=True).first())


def of_row_of_job(row: Coverage | None) -> dict[str, Any]:
    """The same by the row; a job that nothing was flown for has none."""
    return shape_of(row, NOT_MEASURED_YET if row else "noFlights")
