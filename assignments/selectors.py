"""Which jobs and assignments somebody may see, and which of them wait for something."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, F, Max, OuterRef, Prefetch, Q, QuerySet

from accounts.models import User
from accounts.selectors import of_customer, visible_users
from accounts.states import Role
from assignments.models import Job, JobAssignment, SyncOperation
from assignments.states import AssignmentStatus, Operation, SyncStatus
from partners import account_states
from partners.account_states import ready_to_tell, rests
from partners.models import PartnerSystemUser
from work.lookups import RARELY

OPEN = (AssignmentStatus.NEW, AssignmentStatus.SENT)
TRIED = ("status", "attempts", "due_at", "last_attempt_at", "error", "error_code")
SHOWN_OF_OTHERS = {
    "job": ("customer", "name", "revision"),
    "aircraft": ("name", "external_id"),
    "aircraft__poll_target": (*TRIED, "last_success_at", "last_data_check"),
}
"""What is shown of them with an assignment. A job's areas may be megabytes; of the rest, most of a page's time went into times
that nobody saw.
"""
SHOWN_COLUMNS = (
    *(field.name for field in JobAssignment._meta.concrete_fields),
    *(f"{row}__{column}" for row, columns in SHOWN_OF_OTHERS.items() for column in columns),
)
SHOWN_OF_OPERATION = (*TRIED, "assignment", "operation", "last_success_at", "first_tried_at")


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
    accounts = ready_to_tell(PartnerSystemUser.objects.all())
    rows = _of(user).select_related(*SHOWN_OF_OTHERS).only(*SHOWN_COLUMNS)
    return rows.prefetch_related(Prefetch("system_user", accounts))


def read_uploads(assignments: Sequence[JobAssignment]) -> None:
    """Give assignments the uploads that they are shown with, in one statement.

    A prefetch would tell each upload of its assignment, too: circles that stay until the collector looks for them, which for the
    thousands of objects behind a page takes as long as two pages.
    """
    found: dict[UUID, list[SyncOperation]] = {one.pk: [] for one in assignments}
    for operation in SyncOperation.objects.filter(assignment__in=found).only(*SHOWN_OF_OPERATION):
        found[operation.assignment_id].append(operation)
    for assignment in assignments:
        assignment.shown_operations = found[assignment.pk]


def why_it_rests(assignment: JobAssignment) -> str:
    """Of a row of `visible_assignments`: why no call is made for its account now; empty where calls are made."""
    return account_states.why_it_rests(assignment.system_user) if assignment.system_user else ""


def why_it_waits(assignment: JobAssignment) -> str:
    """Of the same: why what waits is put off though calls are made for its account; empty where nothing is known to be wrong."""
    return account_states.why_it_waits(assignment.system_user) if assignment.system_user else ""


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
    return partner_assignments(_open(rows)).filter(pk__in=_assigned(_uploads(SyncStatus.PENDING, SyncStatus.SYNCING)))


def needing_polling(rows: "QuerySet[JobAssignment]") -> "QuerySet[JobAssignment]":
    """As `JobAssignment.needs_polling`."""
    return partner_assignments(_open(rows)).filter(
        aircraft__isnull=False,
        operations__operation=Operation.JOB_UPLOAD,
        operations__first_tried_at__isnull=False,
    )


def outdated(rows: "QuerySet[JobAssignment]") -> "QuerySet[JobAssignment]":
    """As `JobAssignment.outdated`."""
    return _open(rows).filter(sent_revision__lt=F("job__revision"))


def _open(rows: "QuerySet[JobAssignment]") -> "QuerySet[JobAssignment]":
    """As `JobAssignment.is_open`. What is open has not ended, and by that an index finds it."""
    return rows.filter(ended_at__isnull=True, status__in=OPEN)


def with_upload_status(rows: "QuerySet[JobAssignment]", word: str) -> "QuerySet[JobAssignment]":
    """Those whose upload is shown with this status (see `sync_state`): joined with it, unless it is `synced`."""
    if word == "synced":  # nearly all of them, so each is looked up as it comes; the others are few, and found by their uploads
        return rows.filter(Q(partner_type="internal") | Exists(_uploads(SyncStatus.SYNCED).filter(assignment=OuterRef("pk"))))
    waiting = {"pending": {"error_code": ""}, "failed": {"error_code__gt": ""}, "paused": {}}
    status = SyncStatus.PENDING if word in waiting else {"gaveUp": SyncStatus.GAVE_UP}.get(word, word)
    how = "exact" if word == "cancelled" else RARELY  # cancelled ones stay, and become many
    upload = {"operation": Operation.JOB_UPLOAD, f"status__{how}": status, **waiting.get(word, {})}
    found = rows.exclude(partner_type="internal").filter(**{f"operations__{column}": value for column, value in upload.items()})
    resting = rests("system_user__")
    return found.filter(resting) if word == "paused" else found.exclude(resting) if word in waiting else found


def _uploads(*statuses: str) -> "QuerySet[SyncOperation]":
    return SyncOperation.objects.filter(operation=Operation.JOB_UPLOAD, status__in=statuses)


def _assigned(uploads: "QuerySet[SyncOperation]") -> "QuerySet[SyncOperation, UUID]":
    return uploads.values_list("assignment", flat=True)


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
