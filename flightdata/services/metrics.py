"""What the logs of an assignment came to, counted from what counts now: bytes, and the time that fetching and reading took."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from django.db.models import Q, Sum

from assignments.models import JobAssignment
from flightdata.models import Application, JobFlight, LogVersion


@contextmanager
def counted_anew(application: Application) -> Iterator[None]:
    """The assignments that a flight belongs to before or after this block are counted anew. Runs inside a transaction."""
    before = _assignments_of(application)
    yield
    for key in sorted(before | _assignments_of(application)):
        _count(key)


def _assignments_of(application: Application) -> set[UUID]:
    flights = JobFlight.objects.filter(application=application, assignment__isnull=False)
    return set(flights.values_list("assignment", flat=True))


def _count(assignment: UUID) -> None:
    """Nothing of what a newer version of a log replaced; no download time for what came by hand."""
    flights = JobFlight.objects.filter(assignment=assignment, application__superseded_at__isnull=True)
    fetched = LogVersion.objects.filter(file__application__in=flights.values("application"))
    read = Q(application__interpretations__current=True)
    JobAssignment.objects.filter(pk=assignment).update(
        data_size=flights.aggregate(total=Sum("application__file__size"))["total"] or 0,
        conversion_ms=flights.filter(read).aggregate(total=Sum("application__interpretations__parse_ms"))["total"],
        download_ms=fetched.aggregate(total=Sum("download_ms"))["total"],
    )
