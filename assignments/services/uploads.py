"""What people and other services may do with an upload."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now

from assignments import states
from assignments.models import JobAssignment, SyncOperation
from assignments.partner_config import PartnerConfig
from assignments.services import external_ids, outdating
from assignments.services.holding import hold
from assignments.states import AssignmentStatus, AttentionKind, Operation, SyncStatus
from assignments.sync_state import UPLOAD_WORDS
from work import attention, history, nudging
from work.clock import now
from work.errors import Refused
from work.leases import due, due_since
from work.models import Priority

QUEUE = "job_sync"
AT_ONCE = timedelta(0)


def enqueue(assignment: JobAssignment, *, actor: str) -> SyncOperation:
    """Send the assignment's job to its partner: due at once."""
    return enqueue_all([assignment], actor=actor)[0]


def enqueue_all(assignments: Sequence[JobAssignment], *, actor: str) -> list[SyncOperation]:
    """The same for many, in two statements and with one nudge."""
    if not assignments:
        return []
    at = now()
    operations = [_new_upload(assignment, at) for assignment in assignments]
    SyncOperation.objects.bulk_create(operations)
    history.record_all("assignment", [assignment.pk for assignment in assignments], "upload queued", actor=actor, at=at)
    nudging.nudge_on_commit(QUEUE)
    return operations


def _new_upload(assignment: JobAssignment, at: datetime) -> SyncOperation:
    priority = PartnerConfig.from_wire(assignment.partner_config).priority
    return SyncOperation(
        assignment=assignment,
        operation=Operation.JOB_UPLOAD,
        status=SyncStatus.PENDING,
        share_key=assignment.system_user_id,
        priority=priority,
        queued_at=at,
        created_at=at,
        updated_at=at,
        **due_since(at, priority),
    )


def upload_of(assignment: JobAssignment) -> SyncOperation:
    """The assignment's upload; Refused where it has none because nothing is sent anywhere."""
    operation = SyncOperation.objects.filter(assignment=assignment, operation=Operation.JOB_UPLOAD).first()
    if operation is None:
        raise Refused("this assignment is internal: nothing is uploaded to a partner", "noUpload")
    return operation


def _word(operation: SyncOperation) -> str:
    """What its state is called on the wire."""
    return UPLOAD_WORDS[SyncStatus(operation.status)]


def retry(assignment: JobAssignment, *, actor: str) -> None:
    """Try again after giving up, or at once where the next try is still ahead. What may be at the partner is not retried."""
    operation = upload_of(assignment)
    if operation.status == SyncStatus.PENDING:
        _refuse_ended(assignment)
        _due_at_once(operation, actor)
    elif operation.status == SyncStatus.GAVE_UP:
        _refuse_ended(assignment)
        send_again(operation, actor=actor, reason="a person asked for another try")
    else:
        raise Refused(
            f"the upload is {_word(operation)}, and only one that gave up or waits can be retried",
            "notRetryable",
        )


def resend(assignment: JobAssignment, *, actor: str) -> None:
    """Send the job again under a new key: the new revision of an edited job, or one nobody knows to have arrived."""
    operation = upload_of(assignment)
    if operation.status not in (SyncStatus.SYNCED, SyncStatus.UNCONFIRMED):
        raise Refused(
            f"the upload is {_word(operation)}, and only one that is synced or unconfirmed can be sent again",
            "notResendable",
        )
    _refuse_ended(assignment)
    with transaction.atomic():
        send_again(operation, actor=actor, reason="a person asked to send it again")
        attention.settle(AttentionKind.OUTDATED, "assignment", assignment.pk)


def confirm(assignment: JobAssignment, external_job_id: str | None, *, actor: str) -> None:
    """A person knows that the unconfirmed upload did arrive, with or without the partner's id; or which id is the right one."""
    operation = upload_of(assignment)
    if operation.status == SyncStatus.SYNCED and attention.is_open(AttentionKind.EXTERNAL_ID_HELD, "assignment", assignment.pk):
        _correct_id(assignment, external_job_id or "", actor)
        return
    if operation.status != SyncStatus.UNCONFIRMED:
        raise Refused(
            f"the upload is {_word(operation)}, and only an unconfirmed one can be confirmed",
            "notConfirmable",
        )
    settle_as_arrived(operation, external_job_id or "", actor=actor, reason="a person confirmed that it arrived")


def _correct_id(assignment: JobAssignment, external_job_id: str, actor: str) -> None:
    with transaction.atomic():
        hold(assignment)
        history.record("assignment", assignment.pk, "id corrected", actor=actor, reason=external_job_id or "no id")
        assignment.refresh_from_db()
        external_ids.record_id(assignment, external_job_id, actor=actor)


def settle_as_arrived(operation: SyncOperation, external_job_id: str, *, actor: str, reason: str) -> None:
    """An unconfirmed upload is known to have arrived."""
    with transaction.atomic():
        hold(operation.assignment)
        moved = states.sync.move(
            operation,
            SyncStatus.SYNCED,
            actor=actor,
            reason=reason,
            where=Q(idempotency_key=operation.idempotency_key),
            last_success_at=Now(),
            error="",
            error_code="",
        )
        if not moved:
            raise Refused("the upload has changed meanwhile; look at it again", "changedMeanwhile")
        assignment = JobAssignment.objects.select_related("job").get(pk=operation.assignment_id)
        unmeasured = {"upload_ms": None, "sync_ms": None}
        external_ids.record_id(assignment, external_job_id, actor=actor, sent_revision=operation.revision, **unmeasured)
        external_ids.mark_sent(assignment)
        outdating.look_again(assignment, actor=actor)


def send_again(operation: SyncOperation, *, actor: str, reason: str) -> None:
    """Begin anew with an upload that is not under way: due at once, ahead of others."""
    columns: dict[str, Any] = {"attempts": 0, "losses": 0, "error": "", "error_code": "", "sent_at": None, "queued_at": Now()}
    columns |= due(AT_ONCE, Priority.HIGH)
    if not states.sync.move(operation, SyncStatus.PENDING, actor=actor, reason=reason, **columns):
        raise Refused("the upload has changed meanwhile; look at it again", "changedMeanwhile")
    nudging.nudge_on_commit(QUEUE)


def _due_at_once(operation: SyncOperation, actor: str) -> None:
    with transaction.atomic():
        rows = SyncOperation.objects.filter(pk=operation.pk, status=SyncStatus.PENDING)
        if not rows.update(updated_at=Now(), **due(AT_ONCE, Priority.HIGH)):
            raise Refused("the upload has changed meanwhile; look at it again", "changedMeanwhile")
        history.record("assignment", operation.assignment_id, "retry asked for", actor=actor)
        nudging.nudge_on_commit(QUEUE)


def _refuse_ended(assignment: JobAssignment) -> None:
    assignment.refresh_from_db(fields=["status"])
    if assignment.status == AssignmentStatus.CANCELLED:
        raise Refused("this assignment was cancelled; assign the job anew", "assignmentEnded")
    if assignment.status == AssignmentStatus.COMPLETED:
        raise Refused("this assignment is completed; reopen it before the job is sent again", "assignmentEnded")
