"""A job's file in the hands of its pilot: made, and known to have been taken along."""

from django.db import transaction

from accounts.actors import name_of
from accounts.models import User
from assignments import job_files, states
from assignments.job_files import JobFile
from assignments.models import Job, JobAssignment
from assignments.services import definitions, outdating
from assignments.services.destinations import INTERNAL
from assignments.services.holding import hold
from assignments.services.listings import OPEN
from assignments.states import AssignmentStatus, AttentionKind, DownloadOption
from partners.adapters.errors import Rejected
from work import attention, history
from work.errors import Refused


def file_of(job: Job) -> JobFile:
    """The job in its own `dlOp` format. Refused where it has none, and where it holds nothing that could be flown."""
    option = DownloadOption(job.dl_op_type)
    if option == DownloadOption.NONE:
        formats = "1 KML, 2 SHP, 3 GeoJSON or 4 JSON"
        raise Refused(f"job {job.number} has no file: its dlOp.type is 0; set it to {formats}", "noFileFormat")
    try:
        definition = definitions.definition_for_pilots(job)
        return job_files.write(option, definition, definitions.exclusions_of(job), job.revision)
    except Rejected as error:
        raise Refused(error.message, "nothingToFly") from None


def note_taken(job: Job, user: User) -> None:
    """Somebody took the file of `job`, as it is in hand: an internal assignment of theirs counts as downloaded.

    Each revision is noted once. What was edited since the file was made is asked about as after an upload.
    """
    mine = JobAssignment.objects.filter(job=job, user=user, partner_type=INTERNAL, status__in=OPEN).first()
    if mine is None or (mine.sent_revision or 0) >= job.revision:
        return
    with transaction.atomic():
        hold(mine)
        mine.refresh_from_db()
        if mine.is_open and (mine.sent_revision or 0) < job.revision:
            _note(mine, job.revision, name_of(user))


def _note(assignment: JobAssignment, revision: int, actor: str) -> None:
    reason = f"revision {revision} of the job's file was downloaded"
    if assignment.status == AssignmentStatus.NEW:
        states.assignment.move(assignment, AssignmentStatus.SENT, actor=actor, reason=reason, sent_revision=revision)
    else:
        JobAssignment.objects.filter(pk=assignment.pk).update(sent_revision=revision)
        history.record(states.assignment.object_type, assignment.pk, "downloaded", actor=actor, reason=reason)
    attention.settle(AttentionKind.FILE_OUTDATED, states.assignment.object_type, assignment.pk)
    if revision < assignment.job.revision:
        outdating.job_changed(assignment.job, actor=actor)
