"""Assignments, their uploads and what goes with them, written as they were: in few statements, with one event for each."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db.models import Q

from assignments import states
from assignments.models import JobAssignment, PollTarget, SyncOperation
from assignments.states import AssignmentStatus, AttentionKind, Operation, PollStatus, SyncStatus
from moving_in.documents import as_moment, without_queries
from moving_in.services.batches import Batch
from moving_in.services.book import Book
from moving_in.services.reading import METRICS
from work import attention, history
from work.clock import now
from work.ids import new_id
from work.inserting import insert
from work.leases import due_since

if TYPE_CHECKING:
    from moving_in.services.assignments import Placed

OPEN = (AssignmentStatus.NEW, AssignmentStatus.SENT)
OBJECT_TYPE = states.assignment.object_type
EVENT = "moved in"
LATEST_RETRY = timedelta(days=1)
NOT_DUE = {"due_at": None, "rank_at": None}


def write(placed: Sequence["Placed"], batch: Batch, book: Book) -> None:
    """In the transaction of the batch."""
    at = now()
    held = _held_ids(placed)
    insert(JobAssignment, [_assignment(one, held, at) for one in placed])
    insert(SyncOperation, [_operation(one, at) for one in placed if one.upload])
    _make_targets(placed, book, at)
    _tell(placed, book.options.actor, at)
    _ask(placed, held)
    for one in placed:
        batch.keep(one.reading.document, one.reading.key, one.reading.rest)


def _held_ids(placed: Iterable["Placed"]) -> set[UUID]:
    """Those whose partner's id another standing assignment of the same aircraft holds."""
    wanted = [one for one in placed if one.account and one.aircraft_id and one.reading.external_job_id and _stands(one)]
    ids = {one.reading.external_job_id for one in wanted}
    # by the ids alone: asked for the accounts too, SQLite reads all that these have
    rows = JobAssignment.objects.filter(external_job_id__in=ids).exclude(status=AssignmentStatus.CANCELLED)
    taken: set[Any] = set(rows.values_list("aircraft", "external_job_id")) if wanted else set()
    held = set()
    for one in wanted:
        pair = (one.aircraft_id, one.reading.external_job_id)
        if pair in taken:
            held.add(one.reading.key)
        taken.add(pair)
    return held


def _stands(one: "Placed") -> bool:
    return one.reading.core.status != AssignmentStatus.CANCELLED


def _assignment(one: "Placed", held: set[UUID], at: datetime) -> dict[str, Any]:
    from moving_in.services.assignments import date_of, ended_at

    reading = one.reading
    is_held = reading.key in held
    return {
        "id": reading.key,
        "job_id": one.job.number,
        "user_id": one.person.key,
        "partner_type": one.account.adapter if one.account else reading.partner_type,
        "system_user_id": one.account.key if one.account else None,
        "aircraft_id": one.aircraft_id,
        "status": reading.core.status,
        "date": date_of(reading, at),
        "external_job_id": "" if is_held else reading.external_job_id,
        "earlier_external_job_ids": [reading.external_job_id] if is_held else [],
        "partner_metadata": reading.metadata,
        "upload_metadata": reading.answer,
        "partner_config": _config(one),
        "sent_revision": _sent_revision(one),
        "ended_at": ended_at(reading, at),
        "created_at": at,
        "updated_at": at,
        **{column: reading.metrics.get(column, 0 if column == "data_size" else None) for column in METRICS},
    }


def _config(one: "Placed") -> dict[str, Any]:
    """The account by its key here."""
    config = one.reading.config
    if config.system_user_id:
        config = replace(config, system_user_id=str(one.account.key) if one.account else "")
    return config.to_wire()


def _sent_revision(one: "Placed") -> int | None:
    """What the old system sent, or a pilot took along, is the job as it is here now: nothing tells of another."""
    if one.upload is None:
        return one.job.revision if one.reading.core.status in (AssignmentStatus.SENT, AssignmentStatus.COMPLETED) else None
    return one.job.revision if one.upload.status == SyncStatus.SYNCED else None


def _operation(one: "Placed", at: datetime) -> dict[str, Any]:
    from moving_in.services.assignments import date_of

    upload, reading = one.upload, one.reading
    assert upload  # noqa: S101  # whoever calls has looked
    given_at = date_of(reading, at)
    last_attempt = upload.last_attempt or upload.last_success
    arrived, pending = upload.status == SyncStatus.SYNCED, upload.status == SyncStatus.PENDING
    timing = due_since(min(max(upload.next_retry or at, at), at + LATEST_RETRY), reading.config.priority) if pending else NOT_DUE
    return {
        "id": new_id(),
        "assignment_id": reading.key,
        "operation": Operation.JOB_UPLOAD,
        "status": upload.status,
        "priority": reading.config.priority,
        "share_key": one.account.key if one.account else None,
        "attempts": upload.attempts,
        "last_attempt_at": last_attempt,
        "sent_at": (last_attempt or given_at) if upload.status == SyncStatus.UNCONFIRMED else None,
        "revision": one.job.revision if upload.tried else None,
        "in_doubt": upload.in_doubt,
        "queued_at": given_at,
        "first_tried_at": (last_attempt or given_at) if upload.tried else None,
        "last_success_at": upload.last_success or (last_attempt or given_at if arrived else None),
        "error": upload.error,
        "error_code": upload.error_code,
        "created_at": at,
        "updated_at": at,
        **timing,
    }


def _make_targets(placed: Iterable["Placed"], book: Book, at: datetime) -> None:
    """Aircraft with open assignments are listed from now on; what is known of the last listing is the newest that is said."""
    targets: dict[UUID, PollTarget] = {}
    for one in placed:
        if one.aircraft_id and one.account and one.upload and one.upload.tried and one.reading.core.status in OPEN:
            checked = _last_check(one)
            if book.is_news(one.aircraft_id, checked):
                targets[one.aircraft_id] = _target(one, one.account.key, one.aircraft_id, at)
    PollTarget.objects.bulk_create(targets.values(), ignore_conflicts=True)
    for key, target in targets.items():
        if target.last_data_check:
            older = Q(last_data_check__isnull=True) | Q(last_data_check__lt=target.last_data_check)
            PollTarget.objects.filter(older, aircraft=key).update(last_data_check=target.last_data_check)
    idle = PollTarget.objects.filter(aircraft__in=list(targets), due_at__isnull=True, status=PollStatus.IDLE)
    idle.update(**due_since(at, "normal"))


def _polling(one: "Placed") -> dict[str, Any]:
    state = one.reading.sync_state.get("dataPolling")
    return state if isinstance(state, dict) else {}


def _last_check(one: "Placed") -> datetime | None:
    return as_moment(_polling(one).get("lastDataCheck"))


def _target(one: "Placed", account: UUID, aircraft_id: UUID, at: datetime) -> PollTarget:
    state = _polling(one)
    priority = one.reading.config.priority
    return PollTarget(
        system_user_id=account,
        aircraft_id=aircraft_id,
        share_key=account,
        status=PollStatus.IDLE,
        priority=priority,
        last_data_check=_last_check(one),
        last_success_at=as_moment(state.get("lastSuccess")),
        last_attempt_at=as_moment(state.get("lastAttempt")),
        error=without_queries(str(state.get("error") or ""))[:2000],
        error_code=str(state.get("errorCode") or "")[:40],
        **due_since(at, priority),
    )


def _tell(placed: Iterable["Placed"], actor: str, at: datetime) -> None:
    """One event each. Where the old state has another name here, the event tells from which to which, and why."""
    alike: dict[tuple[tuple[str, str], str], dict[history.Key, history.Values]] = {}
    for one in placed:
        upload = one.upload
        moved = (upload.was, str(upload.status)) if upload and upload.was and upload.was != upload.status else ("", "")
        group = alike.setdefault((moved, upload.reason if upload else ""), {})
        group[one.reading.key] = {"legacyId": one.reading.document.legacy_id}
    for (moved, reason), after in alike.items():
        history.record_all(OBJECT_TYPE, after, EVENT, actor=actor, reason=reason, moved=moved, after=after, at=at)


def _ask(placed: Iterable["Placed"], held: set[UUID]) -> None:
    """What waits for a person here asks for one; an assignment that has ended asks nothing."""
    for kind in (AttentionKind.UPLOAD_UNCONFIRMED, AttentionKind.UPLOAD_GAVE_UP):
        asked = {
            one.reading.key: (one.job.customer_id, one.upload.error)
            for one in placed
            if one.upload and states.sync.attention.get(one.upload.status) == kind and one.reading.core.status in OPEN
        }
        attention.raise_all(kind, OBJECT_TYPE, asked)
    words = "its job id in the old system is {}, which another assignment of this aircraft holds; confirm the right one"
    doubted = {
        one.reading.key: (one.job.customer_id, words.format(one.reading.external_job_id))
        for one in placed
        if one.reading.key in held
    }
    attention.raise_all(AttentionKind.EXTERNAL_ID_HELD, OBJECT_TYPE, doubted)
