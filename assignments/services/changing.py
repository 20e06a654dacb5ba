"""Changing assignments that are not under way yet, in their place; or making room for new ones where that is too late."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from accounts.services.writing import Changes, record_changes
from assignments import states
from assignments.models import JobAssignment, SyncOperation
from assignments.partner_config import PartnerConfig
from assignments.services import endings, listings, uploads
from assignments.services.destinations import INTERNAL, Destination
from assignments.states import Operation, SyncStatus
from work import nudging
from work.clock import now
from work.errors import Refused
from work.leases import HEAD_START, due

MOVABLE = (SyncStatus.PENDING, SyncStatus.GAVE_UP)
"""States in which the partner may surely have nothing of the job."""


@dataclass(frozen=True)
class Change:
    """What an assignment is to become."""

    assignment: JobAssignment
    destination: Destination
    config: PartnerConfig

    @property
    def stays(self) -> bool:
        """Whether it goes where it went before."""
        one = self.assignment
        return Destination(one.partner_type, one.system_user_id, one.aircraft_id) == self.destination

    @property
    def columns(self) -> dict[str, Any]:
        return {"partner_config": self.config.to_wire(), **columns(self.destination)}


def columns(destination: Destination) -> dict[str, Any]:
    """The columns that say where an assignment goes."""
    return {
        "partner_type": destination.partner_type,
        "system_user_id": destination.system_user_id,
        "aircraft_id": destination.aircraft_id,
    }


def change_all(changes: Sequence[Change], *, actor: str) -> set[UUID]:
    """Bring open assignments of one job to what is asked for now, in few statements; in a transaction that holds the job.

    Nothing is written where it is so already. Returned are the keys of those that went elsewhere while the partner has or may
    have the job: they are cancelled, and the caller makes new ones.
    """
    otherwise = [one for one in changes if one.stays and one.assignment.partner_config != one.config.to_wire()]
    if otherwise:
        _reconfigure_all(otherwise, actor)
    moving = [one for one in changes if not one.stays]
    return _redirect_all(moving, actor) if moving else set()


def reconfigure(assignment: JobAssignment, config: PartnerConfig, *, actor: str) -> None:
    """Deal with the assignment differently from now on: its upload is ranked anew, its aircraft listed at the new pace."""
    destination = Destination(assignment.partner_type, assignment.system_user_id, assignment.aircraft_id)
    with transaction.atomic():
        _reconfigure_all([Change(assignment, destination, config)], actor)


def describe(assignment: JobAssignment, metadata: dict[str, Any], *, actor: str) -> None:
    """Replace the customer's own fields of an assignment."""
    with transaction.atomic():
        _write_all([(assignment, {"partner_metadata": metadata})], actor)


def _reconfigure_all(changes: Sequence[Change], actor: str) -> None:
    _write_all([(one.assignment, {"partner_config": one.config.to_wire()}) for one in changes], actor)
    of_changed = SyncOperation.objects.filter(assignment__in=[one.assignment for one in changes])
    for priority in {one.config.priority for one in changes}:
        these = [one.assignment for one in changes if one.config.priority == priority]
        waiting = of_changed.filter(assignment__in=these, status=SyncStatus.PENDING)
        waiting.update(priority=priority, rank_at=F("due_at") - HEAD_START[priority])
    tried = set(of_changed.filter(first_tried_at__isnull=False).values_list("assignment", flat=True))
    for one in changes:
        if one.assignment.pk in tried:
            listings.list_soon(one.assignment, one.config.poll_interval)


def _write_all(wanted: Iterable[tuple[JobAssignment, Mapping[str, Any]]], actor: str) -> None:
    """Write columns unless an assignment has moved on meanwhile, with what was changed in the history."""
    at = now()
    alike: dict[tuple[int, tuple[str, ...]], list[tuple[JobAssignment, Changes]]] = {}
    for assignment, fields in wanted:
        changes = {name: (getattr(assignment, name), fields[name]) for name in sorted(fields)}
        changes = {name: values for name, values in changes.items() if values[0] != values[1]}
        alike.setdefault((assignment.status, tuple(changes)), []).append((assignment, changes))
        for name, value in (*fields.items(), ("updated_at", at)):
            setattr(assignment, name, value)
    for (status, changed), rows in alike.items():
        columns = [*changed, "updated_at"]
        if JobAssignment.objects.filter(status=status).bulk_update([one for one, _ in rows], columns) != len(rows):
            raise Refused("the assignment has changed meanwhile; look at it again", "changedMeanwhile")
        record_changes(endings.OBJECT_TYPE, rows, actor=actor)


def _redirect_all(changes: Sequence[Change], actor: str) -> set[UUID]:
    rows = SyncOperation.objects.filter(assignment__in=[one.assignment for one in changes], operation=Operation.JOB_UPLOAD)
    rows.update(updated_at=Now())  # held: none is claimed or settled between the look and the move
    found = {upload.assignment_id: upload for upload in rows}
    movable = [one for one in changes if _nothing_left(one.assignment, found.get(one.assignment.pk))]
    late = [one.assignment for one in changes if one not in movable]
    endings.cancel_all(late, actor=actor, reason="given to another aircraft or account")
    _redirect_uploads([(found[one.assignment.pk], one) for one in movable if one.assignment.pk in found], actor)
    _write_all([(one.assignment, one.columns) for one in movable], actor)
    new = [one for one in movable if one.destination.partner_type != INTERNAL and one.assignment.pk not in found]
    uploads.enqueue_all([one.assignment for one in new], actor=actor)
    return {assignment.pk for assignment in late}


def _nothing_left(assignment: JobAssignment, upload: SyncOperation | None) -> bool:
    """Whether the partner surely has nothing of the job, so that it may go elsewhere."""
    if upload is None:
        return True
    at_partner = assignment.sent_revision or assignment.external_job_id or upload.sent_at or upload.in_doubt
    return upload.status in MOVABLE and not at_partner


def _redirect_uploads(freed: Sequence[tuple[SyncOperation, Change]], actor: str) -> None:
    to_pilots = [upload for upload, one in freed if one.destination.partner_type == INTERNAL]
    reason = "given to a pilot instead"
    moved = states.sync.move_all(to_pilots, SyncStatus.CANCELLED, actor=actor, reason=reason, due_at=None, rank_at=None)
    alike: dict[tuple[Any, str], list[SyncOperation]] = {}
    for upload, one in freed:
        if one.destination.partner_type != INTERNAL:
            alike.setdefault((one.destination.system_user_id, one.config.priority), []).append(upload)
    for (share_key, priority), these in alike.items():
        moved = moved and _send_elsewhere(these, actor, share_key=share_key, priority=priority)
    if not moved:
        raise Refused("an upload has changed meanwhile; try again", "changedMeanwhile")


def _send_elsewhere(freed: Sequence[SyncOperation], actor: str, **fields: Any) -> bool:
    fields |= {"queued_at": Now(), "attempts": 0, "losses": 0, "error": "", "error_code": "", "first_tried_at": None}
    fields |= due(uploads.AT_ONCE, fields["priority"])
    nudging.nudge_on_commit(uploads.QUEUE)
    waiting = [upload.pk for upload in freed if upload.status == SyncStatus.PENDING]
    SyncOperation.objects.filter(pk__in=waiting, status=SyncStatus.PENDING).update(**fields)
    gave_up = [upload for upload in freed if upload.status == SyncStatus.GAVE_UP]
    return states.sync.move_all(gave_up, SyncStatus.PENDING, actor=actor, reason="given to another aircraft", **fields)
