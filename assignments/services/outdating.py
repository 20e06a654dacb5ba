"""A job that was edited after it was sent to a partner, or taken along by a pilot."""

from django.db.models import F, Q

from assignments.models import Job, JobAssignment
from assignments.services import listings
from assignments.states import AttentionKind
from work import attention, history


def job_changed(job: Job, *, actor: str) -> None:
    """Ask a person about each assignment whose partner or pilot holds an earlier revision: see to the new one, or leave it.

    Call it in the transaction that raised the job's revision.
    """
    behind = Q(sent_revision__isnull=False) & ~Q(sent_revision=F("job__revision"))
    for assignment in JobAssignment.objects.filter(behind, job=job, status__in=listings.OPEN):
        partner = assignment.is_partner_assignment
        kind, who = (AttentionKind.OUTDATED, "partner") if partner else (AttentionKind.FILE_OUTDATED, "pilot")
        reason = f"job {job.number} was edited: the {who} has revision {assignment.sent_revision}, the job is at {job.revision}"
        history.record("assignment", assignment.pk, "outdated", actor=actor, reason=reason)
        attention.raise_once(kind, "assignment", assignment.pk, tenant_id=job.customer_id, reason=reason)
