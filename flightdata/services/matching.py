"""Which job a flight belongs to: what the log says of itself, else the only assignment that it can be. Never a guess.

Only jobs of the log's own customer are looked at. What a person decided, no rule overrules.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet

from accounts.actors import name_of
from accounts.models import User
from assignments.models import Job, JobAssignment, SyncOperation
from assignments.services import uploads
from assignments.states import AssignmentStatus, Operation, SyncStatus
from flightdata.models import Application, Interpretation, JobFlight
from flightdata.parsers.names import job_ids_from_name
from flightdata.services import coverages, metrics
from flightdata.states import AttentionKind, DecidedBy
from work import attention, history
from work.errors import Refused

OBJECT_TYPE = "application"
STATED, ONLY_ONE = 1.0, 0.5


@dataclass(frozen=True)
class Finding:
    """The job a rule found, or why it found none."""

    job: Job | None
    assignment: JobAssignment | None
    score: float
    reasons: list[str]
    stated_id: str = ""


def match(application: Application, interpretation: Interpretation) -> None:
    """Tie a flight to its job by rule, or ask a person. Runs inside the transaction that keeps the interpretation."""
    with coverages.measured_anew(application), metrics.counted_anew(application):
        if not application.matched_by_person and not application.superseded_at:
            _match_by_rule(application, interpretation)


def _match_by_rule(application: Application, interpretation: Interpretation) -> None:
    finding = find(application, interpretation)
    application.flights.filter(decided_by=DecidedBy.RULE).exclude(job=finding.job).delete()
    if finding.job is None:
        _ask(application, finding)
        return
    attention.settle(AttentionKind.UNMATCHED, OBJECT_TYPE, application.pk)
    JobFlight.objects.update_or_create(
        application=application,
        job=finding.job,
        defaults={
            "assignment": finding.assignment,
            "score": finding.score,
            "reasons": finding.reasons,
            "decided_by": DecidedBy.RULE,
        },
    )
    if finding.assignment and finding.stated_id:
        _settle_upload(finding.assignment, finding.stated_id)


def find(application: Application, interpretation: Interpretation) -> Finding:
    """The job of a flight by the rules, with reasons a person can check."""
    stated = list(dict.fromkeys([*interpretation.stated_job_ids, *job_ids_from_name(_name_of(application))]))
    named = [(text, *pair) for text in stated for pair in _named(application, text)]
    jobs = {job.number: job for _, job, _ in named}
    if len(jobs) > 1:
        return Finding(None, None, 0.0, [f"it names several jobs: {', '.join(map(str, sorted(jobs)))}"])
    if jobs:
        text, job, _ = named[0]
        assignment = next((one for _, _, one in named if one), None) or _assignment_of(application, job)
        return Finding(job, assignment, STATED, [f"it names {text}, which is job {job.number}"], text)
    return _only_assignment(application, interpretation, stated)


def _name_of(application: Application) -> str:
    """As the partner lists it: whoever carried the same file by hand may have named it otherwise."""
    return application.log.file_name if application.log else application.file_name


def _named(application: Application, text: str) -> list[tuple[Job, JobAssignment | None]]:
    """Jobs of the customer that an id from a log can mean: the partner's own id of it, our number, its name."""
    earlier = Q()
    for ascii_alone in (True, False):  # the databases keep other letters differently
        earlier |= Q(earlier_external_job_ids__icontains=json.dumps(text, ensure_ascii=ascii_alone))
    rows = _assignments(application).filter(Q(external_job_id=text) | earlier)
    held = [one for one in rows if text == one.external_job_id or text in one.earlier_external_job_ids]
    if held:
        return [(one.job, one) for one in held]
    by_number = Q(number=int(text)) if text.isascii() and text.isdigit() and len(text) < 19 else Q()
    jobs = Job.objects.filter(Q(name__iexact=text) | by_number, customer_id=application.customer_id)
    return [(job, _assignment_of(application, job)) for job in jobs]


def _assignments(application: Application) -> "QuerySet[JobAssignment]":
    """The customer's assignments; where the log came through an account, that account's, since ids of two may coincide."""
    rows = JobAssignment.objects.filter(job__customer_id=application.customer_id).select_related("job")
    return rows.filter(system_user_id=application.log.system_user_id) if application.log else rows


def _assignment_of(application: Application, job: Job) -> JobAssignment | None:
    """The job's assignment to the log's own aircraft, or its only one."""
    rows = list(_assignments(application).filter(job=job).exclude(status=AssignmentStatus.CANCELLED))
    if application.log:
        own = [one for one in rows if one.aircraft_id == application.log.aircraft_id]
        return own[0] if len(own) == 1 else None
    return rows[0] if len(rows) == 1 else None


def _only_assignment(application: Application, interpretation: Interpretation, stated: list[str]) -> Finding:
    said = f"it names {', '.join(stated)}, which is no job of this customer" if stated else "it names no job"
    if application.log is None:
        return Finding(None, None, 0.0, [said, "it came by hand, so its aircraft is not known"])
    if interpretation.started_at is None:
        return Finding(None, None, 0.0, [said, "it has no record with a time"])
    rows = _assignments(application).filter(
        Q(ended_at__isnull=True) | Q(ended_at__gte=interpretation.started_at),
        aircraft_id=application.log.aircraft_id,
        date__lte=interpretation.ended_at,
        operations__operation=Operation.JOB_UPLOAD,
        operations__first_tried_at__isnull=False,
    )
    open_then = list(rows.exclude(status=AssignmentStatus.CANCELLED).distinct()[:2])
    if len(open_then) != 1:
        count = "several assignments" if open_then else "no assignment"
        return Finding(None, None, 0.0, [said, f"its aircraft had {count} open at that time"])
    only = open_then[0]
    return Finding(only.job, only, ONLY_ONE, [said, "it was its aircraft's only open assignment at that time"])


def _ask(application: Application, finding: Finding) -> None:
    reason = f"{application} belongs to no job yet: {'; '.join(finding.reasons)}"
    attention.raise_once(AttentionKind.UNMATCHED, OBJECT_TYPE, application.pk, tenant_id=application.customer_id, reason=reason)


def _settle_upload(assignment: JobAssignment, stated_id: str) -> None:
    """A log that names the job proves that an unconfirmed upload arrived."""
    operation = SyncOperation.objects.filter(
        assignment=assignment, operation=Operation.JOB_UPLOAD, status=SyncStatus.UNCONFIRMED
    ).first()
    if operation is None:
        return
    external_job_id = "" if stated_id in (str(assignment.job_id), assignment.job.name) else stated_id
    try:
        uploads.settle_as_arrived(
            operation, external_job_id, actor="clock", reason=f"a log of its aircraft names it: {stated_id}"
        )
    except Refused as meanwhile:
        history.record("assignment", assignment.pk, "not settled by log", actor="clock", reason=meanwhile.message)


def set_jobs(application: Application, jobs: Iterable[Job], *, user: User) -> None:
    """A person says which jobs a flight belongs to (none: to no job). No rule overrules it."""
    chosen = list(jobs)
    foreign = [job.number for job in chosen if job.customer_id != application.customer_id]
    if foreign:
        raise Refused(f"jobs {foreign} are another customer's", "foreignJob")
    with transaction.atomic(), coverages.measured_anew(application), metrics.counted_anew(application):
        before = list(application.flights.order_by("job").values_list("job", flat=True))
        Application.objects.filter(pk=application.pk).update(matched_by_person=True)
        application.matched_by_person = True
        application.flights.exclude(job__in=chosen).delete()
        for job in chosen:
            _set_job(application, job, user)
        attention.settle(AttentionKind.UNMATCHED, OBJECT_TYPE, application.pk)
        numbers = [job.number for job in chosen]
        history.record(
            OBJECT_TYPE,
            application.pk,
            "matched",
            actor=name_of(user),
            data={"jobNumbers": numbers},
            before={"job_numbers": before},
            after={"job_numbers": sorted(numbers)},
        )


def _set_job(application: Application, job: Job, user: User) -> None:
    decided: dict[str, Any] = {
        "assignment": _assignment_of(application, job),
        "score": None,
        "reasons": [f"{user} said so"],
        "decided_by": DecidedBy.PERSON,
        "user": user,
    }
    JobFlight.objects.update_or_create(application=application, job=job, defaults=decided)
