"""Making, editing, closing and deleting jobs."""

from contextlib import AbstractContextManager
from typing import Any

from django.db import transaction
from django.db.models import F, Max, Q
from django.db.models.deletion import ProtectedError

from accounts.services.writing import only_once, record_change, record_created, record_removed, write
from assignments import signals, states
from assignments.models import FEET_TO_METRES, Job, JobAssignment
from assignments.services import endings, outdating
from assignments.states import JobStatus
from work.errors import Refused

OBJECT_TYPE = "job"
SENT = frozenset({"name", "spray_areas", "excluded_areas", "swath_width", "measure_unit", "app_rate", "start_date", "end_date"})
"""What a partner is told of a job: a change of it is a new revision."""

TRIES = 5


def create_job(*, actor: str, number: int | None = None, **fields: Any) -> Job:
    """A new job, under the next free number where none is given. Refused where the number is taken."""
    if number is not None:
        return _create(number, actor, fields)
    for tries_left in reversed(range(TRIES)):
        highest = Job.objects.aggregate(highest=Max("number"))["highest"] or 0
        try:
            return _create(highest + 1, actor, fields)
        except Refused:
            if not tries_left:
                raise
    raise AssertionError("unreachable: the last try returns or raises")


def _create(number: int, actor: str, fields: dict[str, Any]) -> Job:
    width = _metres(fields.get("swath_width"), us_units=fields.get("measure_unit", False))
    with _number(number):
        job = Job(number=number, swath_width_metres=width, **fields)
        job.save(force_insert=True)
        record_created(OBJECT_TYPE, job, actor=actor)
    return job


def change_job(job: Job, *, actor: str, **fields: Any) -> Job:
    """Edit a job; inside a transaction that holds its row. What was sent or taken along becomes outdated; closing completes."""
    status = fields.pop("status", job.status)
    _keep_units(job, fields)
    changed = write(job, fields)
    if SENT.intersection(changed):
        width = _metres(job.swath_width, us_units=job.measure_unit)
        Job.objects.filter(pk=job.pk).update(revision=F("revision") + 1, swath_width_metres=width)
        job.refresh_from_db()
        outdating.job_changed(job, actor=actor)
        signals.job_revised.send(sender=Job, job=job)
    record_change(OBJECT_TYPE, job, changed, actor=actor)
    if status != job.status:
        _set_status(job, status, actor)
    return job


def _set_status(job: Job, status: str, actor: str) -> None:
    if not states.job.move(job, status, actor=actor):
        raise Refused("Somebody opened or closed the job at the same moment; read it again.", "changedMeanwhile")
    if status == JobStatus.CLOSED:
        endings.close_job(job, actor=actor)


def _keep_units(job: Job, fields: dict[str, Any]) -> None:
    """A number that changed its unit would mean another rate in the aircraft than in the office."""
    if fields.get("measure_unit", job.measure_unit) == job.measure_unit:
        return
    tried = Q(sent_revision__isnull=False) | Q(operations__first_tried_at__isnull=False)
    if JobAssignment.objects.filter(tried, job=job).exists():
        sentence = "The job has been uploaded or taken along, so its measureUnit is fixed; make a new job instead."
        raise Refused(sentence, "measureUnitFixed")


def delete_job(job: Job, *, actor: str) -> None:
    """Take a job away that nobody was ever given and that nothing was flown for."""
    try:
        with transaction.atomic():
            Job.objects.get(pk=job.pk).delete()
            record_removed(OBJECT_TYPE, job, "deleted", actor=actor)
    except ProtectedError:
        raise Refused("The job has assignments or flights, which are kept; close it instead.", "jobInUse") from None


def _number(number: int) -> AbstractContextManager[None]:
    return only_once(Job.objects.filter(pk=number), f"A job with the number {number} exists already.", "jobNumberTaken")


def _metres(width: float | None, *, us_units: bool) -> float | None:
    return width * FEET_TO_METRES if width is not None and us_units else width
