"""Which jobs and assignments somebody may see, and which of them wait for something."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db.models import Count, F, Max, Q, QuerySet

from accounts.models import User
from accounts.selectors import of_customer, visible_users
from accounts.states import Role
from assignments.models import Job, JobAssignment, SyncOperation
from assignments.states import AssignmentStatus, Operation, SyncStatus
from partners.account_states import resting_because, rests

OPEN = (AssignmentStatus.NEW, AssignmentStatus.SENT)
SHOWN_WITH_ASSIGNMENT = ("job", "user", "aircraft__poll_target")


def visible_jobs(user: User) -> "QuerySet[Job]":
    """Ops see all jobs, a customer's people their own, a pilot those assigned to it, partners none."""
    if user.role == Role.PILOT:
        mine = JobAssignment.objects.filter(user=user).exclude(status=AssignmentStatus.CANCELLED)
        return Job.objects.filter(customer=user.customer_id, pk__in=mine.values("job"))
    return of_customer(user, Job.objects.all())


def visible_assignees(user: User) -> "QuerySet[User]":
    """Whose assignments somebody may ask for: those of the people it may see, and its own."""
    return User.objects.filter(pk=user.pk) if user.role == Role.PILOT else visible_users(user)


def visible_assignments(user: User) -> "QuerySet[JobAssignment]":
    """Ops see all assignments, a customer's people those of its jobs, a pilot those given to it, partners none."""
    shown = _of(user).select_related(*SHOWN_WITH_ASSIGNMENT).prefetch_related("operations")
    return shown.annotate(rests_because=resting_because("system_user__"))


def standing_assignments(user: User) -> "QuerySet[JobAssignment]":
    """Those that the user may see and nobody cancelled, to look for their jobs by them."""
    return _of(user).exclude(status=AssignmentStatus.CANCELLED)


def _of(user: User) -> "QuerySet[JobAssignment]":
    rows = JobAssignment.objects.all()
    return rows.filter(user=user) if user.role == Role.PILOT else of_customer(user, rows, "job__customer")


def partner_assignments(rows: "QuerySet[JobAssignment]") -> "QuerySet[JobAssignment]":
    """As `JobAssignment.is_partner_assignment`."""
    return rows.filter(system_user__isnull=False)


def needing_sync(rows: "QuerySet[JobAssignment]") -> "QuerySet[JobAssignment]":
    """As `JobAssignment.needs_sync`."""
    return partner_assignments(rows).filter(
        status__in=OPEN,
        operations__operation=Operation.JOB_UPLOAD,
        operations__status__in=(SyncStatus.PENDING, SyncStatus.SYNCING),
    )


def needing_polling(rows: "QuerySet[JobAssignment]") -> "QuerySet[JobAssignment]":
    """As `JobAssignment.needs_polling`."""
    return partner_assignments(rows).filter(
        status__in=OPEN,
        aircraft__isnull=False,
        operations__operation=Operation.JOB_UPLOAD,
        operations__first_tried_at__isnull=False,
    )


def outdated(rows: "QuerySet[JobAssignment]") -> "QuerySet[JobAssignment]":
    """As `JobAssignment.outdated`."""
    return rows.filter(status__in=OPEN, sent_revision__lt=F("job__revision"))


def with_upload_status(rows: "QuerySet[JobAssignment]", word: str) -> "QuerySet[JobAssignment]":
    """Those whose upload is shown with this status (see `sync_state`)."""
    if word == "synced":
        return rows.filter(Q(partner_type="internal") | Q(pk__in=_with_upload(status=SyncStatus.SYNCED)))
    partners = rows.exclude(partner_type="internal")
    if word == "paused":
        return partners.filter(rests("system_user__"), pk__in=_with_upload(status=SyncStatus.PENDING))
    if word in ("pending", "failed"):
        waiting = partners.filter(pk__in=_with_upload(status=SyncStatus.PENDING)).exclude(rests("system_user__"))
        unfailed = Q(pk__in=_with_upload(error_code=""))
        return waiting.filter(unfailed if word == "pending" else ~unfailed)
    stored = {"gaveUp": SyncStatus.GAVE_UP}.get(word, word)
    return partners.filter(pk__in=_with_upload(status=stored))


def _with_upload(**upload: str) -> "QuerySet[SyncOperation, UUID]":
    return SyncOperation.objects.filter(operation=Operation.JOB_UPLOAD, **upload).values_list("assignment", flat=True)


def progress_of(jobs: Iterable[Job]) -> dict[int, dict[str, Any]]:
    """For each job what the hub knows of its flights, in three statements for all of them.

    `uploaded`: a partner has it for an assignment that stands. `last_seen`: the latest that a partner says of an aircraft it was
    given to. `logs_received`: files flown for it, without those that a newer version replaced. `areas_covered`: spray areas of
    which, at the last measurement, a square metre or more was sprayed; None while there is none, or where it gave no figures.
    """
    numbers = [job.pk for job in jobs]
    found = {number: {"uploaded": False, "last_seen": None, "logs_received": 0, "areas_covered": None} for number in numbers}
    given = JobAssignment.objects.filter(job__in=numbers).exclude(status=AssignmentStatus.CANCELLED).order_by().values("job")
    uploads = Count("pk", filter=Q(system_user__isnull=False, sent_revision__isnull=False))
    for row in given.annotate(uploads=uploads, last_seen=Max("aircraft__last_seen")):
        found[row["job"]] |= {"uploaded": row["uploads"] > 0, "last_seen": row["last_seen"]}
    known = Job.objects.filter(pk__in=numbers).order_by()
    flown = known.filter(flights__application__superseded_at__isnull=True, flights__isnull=False)
    for number, logs in flown.values("number").annotate(logs=Count("flights")).values_list("number", "logs"):
        found[number]["logs_received"] = logs
    measured = known.filter(coverages__flight__isnull=True, coverages__measured_at__isnull=False, coverages__why_not="")
    for number, areas in measured.values_list("number", "coverages__areas"):
        found[number]["areas_covered"] = sum((area["inside"] or 0) > 0 for area in areas)
    return found
