"""Flights: the files that came in, what they were read as, and where they are told of."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Model, QuerySet

from accounts.models import User
from agmission_partners.pages.presenters import coverage, words
from agmission_partners.pages.presenters.coverage import Shown
from agmission_partners.pages.presenters.words import Word
from assignments.models import Job
from flightdata.models import Application, Interpretation, PartnerLog
from flightdata.selectors import current_reading, visible_applications
from flightdata.states import LogStatus


@dataclass(frozen=True)
class FlightRow:
    """One file that was taken in. `reading` is None until it has been read; `parts` are the jobs that it is part of."""

    application: Application
    state: Word
    reading: Interpretation | None
    parts: list["Part"]

    @property
    def coverage(self) -> Shown:
        """In its only job; of several, and of none, the parts tell."""
        return self.parts[0].coverage if len(self.parts) == 1 else coverage.shown(None)

    @property
    def aircraft(self) -> str:
        """By name where the partner gave one."""
        log = self.application.log
        return words.short(str(log.aircraft) if log else self.application.aircraft_id)

    @property
    def short_sha256(self) -> str:
        """Enough of it to tell files apart by eye."""
        return self.application.file.sha256[:12]


def of_job(user: User, job: Job) -> "QuerySet[Application]":
    """What the user may see of the job's flights; files that a newer version of their log replaced are left out."""
    return visible_applications(user).filter(flights__job=job, superseded_at__isnull=True)


@dataclass(frozen=True)
class Part:
    """A flight's part in one job."""

    job_number: int
    coverage: Shown


def rows(applications: Sequence[Application], job: Job | None = None) -> list[FlightRow]:
    """Flights of `visible_applications`, in their order; with a job, their parts in it alone."""
    return [
        FlightRow(
            application=application,
            state=words.FLIGHT[application.status],
            reading=current_reading(application),
            parts=[
                Part(part.job_id, coverage.of_flight(part))
                for part in application.flights.all()
                if job is None or part.job_id == job.number
            ],
        )
        for application in applications
    ]


def on_their_way(job: Job, logs: "QuerySet[PartnerLog]") -> int:
    """Logs of the job's aircraft that are listed and not here yet; which job they are of shows when they are read."""
    aircraft = job.assignments.filter(aircraft__isnull=False).values("aircraft")
    return logs.filter(aircraft__in=aircraft, status__in=(LogStatus.DISCOVERED, LogStatus.DOWNLOADING)).count()


def keys(rows: Iterable[Model]) -> list[Any]:
    """Their keys, as histories name them."""
    return [str(one.pk) for one in rows]
