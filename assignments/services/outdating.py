"""A job that was edited after it was sent to a partner, or taken along by a pilot."""

from django.db.models import F, Q, QuerySet

from assignments.models import Job, JobAssignment
from assignments.services import listings
from assignments.states import AttentionKind
from work import attention, history


def job_changed(job: Job, *, actor: str) -> None:
    """Ask a person about each assignment whose partner or pilot holds an earlier revision: see to the new one, or leave it.

    Call it in the transaction that raised the job's revision.
    """
    _ask_about(JobAssignment.objects.filter(job=job), job, actor)


def look_again(assignment: JobAssignment, *, actor: str) -> None:
    """The assignment's partner was sent a revision, or it is open again: ask where that is not the newest, else nobody need ask.

    Call it in the transaction that holds the job, which `assignment.job` is as it is now.
    """
    if not _ask_about(JobAssignment.objects.filter(pk=assignment.pk), assignment.job, actor):
        attention.settle(AttentionKind.OUTDATED, "assignment", assignment.pk)


def _ask_about(assignments: "QuerySet[JobAssignment]", job: Job, actor: str) -> int:
    behind = Q(sent_revision__isnull=False) & ~Q(sent_revision=F("job__revision"))
    found = list(assignments.filter(behind, status__in=listings.OPEN))
    for assignment in found:
        partner = assignment.is_partner_assignment
        kind, who = (AttentionKind.OUTDATED, "partner") if partner else (AttentionKind.FILE_OUTDATED, "pilot")
        reason = f"job {job.number} was edited: the {who} has revision {assignment.sent_revision}, the job is at {job.revision}"
        history.record("assignment", assignment.pk, "outdated", actor=actor, reason=reason)
        attention.raise_once(kind, "assignment", assignment.pk, tenant_id=job.customer_id, reason=reason)
    return len(found)
