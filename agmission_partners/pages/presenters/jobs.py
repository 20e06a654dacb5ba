"""Jobs as rows of a list: state, hectares, flights; a fixed number of statements for any number of jobs."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Max, Q

from agmission_partners.pages.presenters import coverage, words
from agmission_partners.pages.presenters.coverage import Shown
from agmission_partners.pages.presenters.words import Word
from assignments.models import Job, JobAssignment
from assignments.states import AssignmentStatus, JobStatus
from flightdata.models import JobFlight
from work.models import Attention

SUBJECTS = ("assignment", "application", "partnerSystemUser")
"""Types of things whose attention is the job's too."""


@dataclass
class Facts:
    """What the state of a job is told by."""

    assignments: list[tuple[int, bool]] = field(default_factory=list)
    """Status, and whether it was ever sent, of those that are not cancelled."""
    flights: int = 0
    last_flight: datetime | None = None
    waits: bool = False


@dataclass(frozen=True)
class JobRow:
    """One job of a list. Hectares; None where nobody knows."""

    job: Job
    state: Word
    planned: float | None
    coverage: Shown
    flights: int
    last_flight: datetime | None


def rows(jobs: Sequence[Job]) -> list[JobRow]:
    """The jobs, in their order."""
    facts, measured = facts_of(jobs), coverage.of_jobs(jobs)
    return [
        JobRow(
            job=job,
            state=state_of(job, facts[job.number]),
            planned=coverage.planned_hectares(job),
            coverage=measured[job.number],
            flights=facts[job.number].flights,
            last_flight=facts[job.number].last_flight,
        )
        for job in jobs
    ]


def facts_of(jobs: Iterable[Job]) -> dict[int, Facts]:
    """By number, in three statements."""
    facts = {job.number: Facts() for job in jobs}
    owners: dict[str, set[int]] = defaultdict(set)
    _note_assignments(facts, owners)
    _note_flights(facts, owners)
    open_rows = Attention.objects.filter(settled_at__isnull=True, object_type__in=SUBJECTS, object_id__in=owners)
    for key in open_rows.values_list("object_id", flat=True):
        for number in owners[key]:
            facts[number].waits = True
    return facts


def _note_assignments(facts: dict[int, Facts], owners: dict[str, set[int]]) -> None:
    """A job that was never sent also waits for what its account asks of a person."""
    given = JobAssignment.objects.filter(job__in=facts).exclude(status=AssignmentStatus.CANCELLED)
    for number, key, status, revision, account in given.values_list("job", "pk", "status", "sent_revision", "system_user"):
        sent = revision is not None or status == AssignmentStatus.SENT
        facts[number].assignments.append((status, sent))
        owners[str(key)].add(number)
        if not sent and account:
            owners[str(account)].add(number)


def _note_flights(facts: dict[int, Facts], owners: dict[str, set[int]]) -> None:
    counted = JobFlight.objects.filter(job__in=facts, application__superseded_at__isnull=True)
    last = Max("application__interpretations__ended_at", filter=Q(application__interpretations__current=True))
    for flight in counted.values("job", "application").annotate(last=last):
        known = facts[flight["job"]]
        known.flights += 1
        known.last_flight = max(filter(None, (known.last_flight, flight["last"])), default=None)
        owners[str(flight["application"])].add(flight["job"])


def state_of(job: Job, facts: Facts) -> Word:
    """In one word: what matters most of it now."""
    statuses = {status for status, _ in facts.assignments}
    if facts.waits:
        return words.JOB["waiting"]
    if job.status == JobStatus.CLOSED or statuses == {AssignmentStatus.COMPLETED}:
        return words.JOB["completed"]
    if facts.flights:
        return words.JOB["flown"]
    return words.JOB["sent" if any(sent for _, sent in facts.assignments) else "notSent"]
