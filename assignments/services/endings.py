"""How assignments end, and begin again: cancelled, completed, reopened."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import transaction
from django.db.models.functions import Now

from assignments import signals, states
from assignments.models import Job, JobAssignment, SyncOperation
from assignments.services import listings, outdating, uploads
from assignments.services.holding import hold
from assignments.states import AssignmentStatus, AttentionKind, Operation, SyncStatus
from work import attention, history
from work.errors import Refused

OBJECT_TYPE = states.assignment.object_type
ASKS = (
    AttentionKind.OUTDATED,
    AttentionKind.FILE_OUTDATED,
    AttentionKind.EXTERNAL_ID_HELD,
    AttentionKind.UPLOAD_GAVE_UP,
    AttentionKind.UPLOAD_UNCONFIRMED,
)
"""What an assignment that has ended asks no longer."""


def cancel(assignment: JobAssignment, *, actor: str, reason: str = "") -> None:
    """Take the job back. What is under way ends first and keeps its id; what the partner has is recorded, never forgotten."""
    with transaction.atomic():
        _look_again(assignment)
        if assignment.status == AssignmentStatus.CANCELLED:
            return
        if assignment.status == AssignmentStatus.COMPLETED:
            raise Refused("this assignment is completed; reopen it before you cancel it", "assignmentEnded")
        cancel_all([assignment], actor=actor, reason=reason)


def cancel_all(assignments: Sequence[JobAssignment], *, actor: str, reason: str = "") -> None:
    """The same for many open assignments of one job, in few statements; inside a transaction that holds the job."""
    if not states.assignment.move_all(assignments, AssignmentStatus.CANCELLED, actor=actor, reason=reason, ended_at=Now()):
        raise Refused("an assignment has changed meanwhile; look at it again", "changedMeanwhile")
    _cancel_uploads(assignments, actor=actor)
    _settle_asks(assignments)


def _cancel_uploads(assignments: Sequence[JobAssignment], *, actor: str) -> None:
    """Uploads in flight are asked to end as cancelled; all others are cancelled now."""
    rows = SyncOperation.objects.filter(assignment__in=assignments, operation=Operation.JOB_UPLOAD)
    rows.update(updated_at=Now())  # held: none is claimed or settled between the look and the move
    found = list(rows.exclude(status=SyncStatus.CANCELLED).select_related("assignment"))
    in_flight = [operation.pk for operation in found if operation.status == SyncStatus.SYNCING]
    rows.filter(pk__in=in_flight).update(cancel_requested=True)
    others = [operation for operation in found if operation.status != SyncStatus.SYNCING]
    left = {operation: sentence for operation in others if (sentence := left_at_partner(operation))}
    if not states.sync.move_all(others, SyncStatus.CANCELLED, actor=actor, due_at=None, rank_at=None):
        raise Refused("an upload has changed meanwhile; try again", "changedMeanwhile")
    for sentence in sorted(set(left.values())):
        record_left_at_partner([one for one, said in left.items() if said == sentence], sentence, actor=actor)


def record_left_at_partner(operations: Iterable[SyncOperation], sentence: str, *, actor: str) -> None:
    """Nothing takes a job back from a partner: a person has to know that it is there, or may be."""
    keys = [operation.assignment_id for operation in operations]
    history.record_all(OBJECT_TYPE, keys, "left at partner", actor=actor, reason=sentence)


def left_at_partner(operation: SyncOperation, *, arrived: bool = False, unanswered: bool = False) -> str:
    """The sentence for a person about a job whose upload ends; empty where the partner surely has nothing of it.

    `arrived`, `unanswered`: what is known of the last attempt besides what the rows say.
    """
    certain = arrived or operation.status == SyncStatus.SYNCED or operation.assignment.sent_revision is not None
    if not (certain or unanswered or operation.in_doubt or operation.sent_at):
        return ""
    return f"the partner {'has' if certain else 'may have'} this job, and offers no call that takes it back; tell the pilot"


def complete(assignment: JobAssignment, *, actor: str, reason: str = "") -> None:
    """The assignment is done: its aircraft is listed once more, and then no longer for its sake."""
    with transaction.atomic():
        _look_again(assignment)
        if assignment.status == AssignmentStatus.COMPLETED:
            return
        if assignment.status == AssignmentStatus.CANCELLED:
            raise Refused("this assignment was cancelled; there is nothing to complete", "assignmentEnded")
        _move(assignment, AssignmentStatus.COMPLETED, actor=actor, reason=reason, ended_at=Now(), held_open=False)
        listings.list_soon(assignment, uploads.AT_ONCE)
        _settle_asks([assignment])
        signals.assignment_completed.send(sender=JobAssignment, assignment=assignment)


def reopen(assignment: JobAssignment, *, actor: str) -> None:
    """Look for logs again, and send what was not sent yet. Only a person completes it from now on."""
    with transaction.atomic():
        _look_again(assignment)
        if assignment.status != AssignmentStatus.COMPLETED:
            raise Refused("only a completed assignment can be reopened", "notCompleted")
        target = AssignmentStatus.SENT if assignment.sent_revision else AssignmentStatus.NEW
        _move(assignment, target, actor=actor, ended_at=None, held_open=True)
        upload = SyncOperation.objects.filter(assignment=assignment, operation=Operation.JOB_UPLOAD).first()
        if upload and assignment.is_partner_assignment:
            _reopen_upload(upload, assignment, actor)
        outdating.look_again(JobAssignment.objects.select_related("job").get(pk=assignment.pk), actor=actor)


def _reopen_upload(upload: SyncOperation, assignment: JobAssignment, actor: str) -> None:
    """An upload that ended with its assignment is due again, one that waits for a person asks again."""
    if upload.status == SyncStatus.CANCELLED:
        uploads.send_again(upload, actor=actor, reason="its assignment was reopened")
    elif kind := states.sync.attention.get(upload.status):
        attention.raise_once(kind, OBJECT_TYPE, assignment.pk, tenant_id=assignment.tenant_id, reason=upload.error)
    if upload.first_tried_at:
        listings.list_soon(assignment, uploads.AT_ONCE)


def close_job(job: Job, *, actor: str) -> None:
    """A closed job's assignments are complete."""
    for assignment in JobAssignment.objects.filter(job=job, status__in=listings.OPEN):
        complete(assignment, actor=actor, reason=f"job {job.number} was closed")


def _look_again(assignment: JobAssignment) -> None:
    """Hold the row, which in hand may be as old as the page it was read for."""
    hold(assignment)
    assignment.refresh_from_db(fields=["status", "sent_revision"])


def _move(assignment: JobAssignment, target: AssignmentStatus, *, actor: str, reason: str = "", **fields: Any) -> None:
    if not states.assignment.move(assignment, target, actor=actor, reason=reason, **fields):
        raise Refused("the assignment has changed meanwhile; look at it again", "changedMeanwhile")


def _settle_asks(assignments: Iterable[JobAssignment]) -> None:
    keys = [assignment.pk for assignment in assignments]
    for kind in ASKS:
        attention.settle_all(kind, OBJECT_TYPE, keys)
