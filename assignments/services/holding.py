"""Whose turn it is with an assignment."""

from django.db.models import F
from django.db.models.functions import Now

from assignments.models import Job, JobAssignment


def hold(assignment: JobAssignment) -> None:
    """Lock an assignment's job, then its own row, until the transaction ends.

    Whoever writes an assignment and its upload in one transaction calls it first: so two who need both rows wait for each
    other instead of deadlocking, and a job is not edited between the look at its revision and the note of what was sent.
    Nobody else moves an assignment of the job on meanwhile.
    """
    Job.objects.filter(pk=assignment.job_id).update(revision=F("revision"))
    JobAssignment.objects.filter(pk=assignment.pk).update(updated_at=Now())
