"""What a partner answered to an upload, kept with the assignment."""

from typing import Any

from django.db import IntegrityError, transaction

from assignments import states
from assignments.models import JobAssignment, SyncOperation
from assignments.partner_config import MILLISECOND
from assignments.services import outdating
from assignments.states import AssignmentStatus, AttentionKind
from partners.adapters.records import UploadReceipt
from work import attention, history
from work.clock import now


def record_acceptance(operation: SyncOperation, receipt: UploadReceipt, *, upload_ms: int | None) -> None:
    """The partner has the job: keep its id, what it said, and the revision it was sent; the assignment counts as sent.

    `upload_ms` is what the sending took; what all of it took began when somebody asked for it.
    """
    assignment = JobAssignment.objects.select_related("job").get(pk=operation.assignment_id)
    fields: dict[str, Any] = {
        "upload_metadata": dict(receipt.metadata),
        "sent_revision": operation.revision,
        "upload_ms": upload_ms,
        "sync_ms": (now() - operation.queued_at) // MILLISECOND,
    }
    record_id(assignment, receipt.external_job_id or "", actor="clock", **fields)
    mark_sent(assignment)
    outdating.look_again(assignment, actor="clock")


def record_earlier_id(assignment: JobAssignment, external_job_id: str) -> None:
    """Keep an id that came when the upload was no longer about that attempt: a log that names it still matches."""
    current = JobAssignment.objects.get(pk=assignment.pk)
    known = ("", current.external_job_id, *current.earlier_external_job_ids)
    if external_job_id not in known:
        earlier = [*current.earlier_external_job_ids, external_job_id]
        JobAssignment.objects.filter(pk=current.pk).update(earlier_external_job_ids=earlier)


def record_id(assignment: JobAssignment, external_job_id: str, *, actor: str, **fields: Any) -> None:
    """Keep the partner's id of the job; the one before stays among those that still match.

    An id that another assignment of the same aircraft holds is not stored twice: a person is asked to look.
    """
    earlier = list(assignment.earlier_external_job_ids)
    if assignment.external_job_id and assignment.external_job_id not in (external_job_id, *earlier):
        earlier.append(assignment.external_job_id)
    rows = JobAssignment.objects.filter(pk=assignment.pk)
    try:
        with transaction.atomic():
            rows.update(external_job_id=external_job_id, earlier_external_job_ids=earlier, **fields)
            attention.settle(AttentionKind.EXTERNAL_ID_HELD, "assignment", assignment.pk)
    except IntegrityError:
        rows.update(external_job_id="", earlier_external_job_ids=earlier, **fields)
        _ask_about_held_id(assignment, external_job_id, actor)


def _ask_about_held_id(assignment: JobAssignment, external_job_id: str, actor: str) -> None:
    reason = f"its job id is said to be {external_job_id}, which another assignment of this aircraft holds; confirm the right one"
    history.record("assignment", assignment.pk, "external id held", actor=actor, reason=reason)
    attention.raise_once(
        AttentionKind.EXTERNAL_ID_HELD, "assignment", assignment.pk, tenant_id=assignment.tenant_id, reason=reason
    )


def mark_sent(assignment: JobAssignment) -> None:
    """New becomes sent; what has gone on meanwhile (completed, cancelled) stays."""
    if assignment.status == AssignmentStatus.NEW:
        states.assignment.move(assignment, AssignmentStatus.SENT, actor="clock")
