"""What became of an assignment's upload and of listing its aircraft, in the words of the API contract."""

from dataclasses import dataclass
from datetime import datetime

from assignments.models import JobAssignment, PollTarget, SyncOperation
from assignments.states import AssignmentStatus, PollStatus, SyncStatus

UPLOAD_WORDS = {
    SyncStatus.PENDING: "pending",
    SyncStatus.SYNCING: "syncing",
    SyncStatus.SYNCED: "synced",
    SyncStatus.GAVE_UP: "gaveUp",
    SyncStatus.UNCONFIRMED: "unconfirmed",
    SyncStatus.CANCELLED: "cancelled",
}
FAILED, PAUSED = "failed", "paused"
UPLOAD_STATUSES = (*UPLOAD_WORDS.values(), FAILED, PAUSED)
POLL_STATUSES = ("idle", "polling", FAILED, "synced", "cancelled", PAUSED)


@dataclass(frozen=True)
class SyncState:
    """One of the two. `last_data_check` is the last listing that succeeded; `next_retry` is set after a failure only."""

    status: str
    attempts: int = 0
    last_attempt: datetime | None = None
    last_success: datetime | None = None
    last_data_check: datetime | None = None
    error: str | None = None
    error_code: str | None = None
    next_retry: datetime | None = None


def upload_state(assignment: JobAssignment, *, rests_because: str, waits_because: str = "") -> SyncState:
    """Of sending the job. An internal assignment has nothing to send: it is synced.

    `rests_because`: why no call is made for its account now; empty where calls are made. `waits_because`: why what is pending is
    put off all the same, before any attempt of its own failed.
    """
    upload = assignment.upload
    if upload is None:
        return SyncState("synced")
    status = _upload_status(upload, bool(rests_because))
    return SyncState(
        status=status,
        attempts=upload.attempts,
        last_attempt=upload.last_attempt_at,
        last_success=upload.last_success_at,
        error={PAUSED: rests_because, "pending": waits_because}.get(status, upload.error) or None,
        error_code=upload.error_code or None,
        next_retry=upload.due_at if status == FAILED else None,
    )


def _upload_status(upload: SyncOperation, account_rests: bool) -> str:
    if upload.status != SyncStatus.PENDING:
        return UPLOAD_WORDS[SyncStatus(upload.status)]
    if account_rests:
        return PAUSED
    return FAILED if upload.error_code else UPLOAD_WORDS[SyncStatus.PENDING]


def polling_state(assignment: JobAssignment, *, rests_because: str, waits_because: str = "") -> SyncState:
    """Of listing the aircraft, which the assignments of an aircraft share. Idle until the first attempt to send the job."""
    upload, aircraft = assignment.upload, assignment.aircraft
    target = getattr(aircraft, "poll_target", None)
    if upload is None or target is None or upload.first_tried_at is None:
        return SyncState(_ended_as(assignment) if upload else "idle")
    status = _ended_as(assignment) if not assignment.is_open else _poll_status(target, bool(rests_because))
    put_off = {PAUSED: rests_because, "idle": waits_because if assignment.is_open else ""}
    return SyncState(
        status=status,
        attempts=target.attempts,
        last_attempt=target.last_attempt_at,
        last_success=target.last_success_at,
        last_data_check=target.last_data_check,
        error=put_off.get(status, target.error) or None,
        error_code=target.error_code or None,
        next_retry=target.due_at if status == FAILED else None,
    )


def _ended_as(assignment: JobAssignment) -> str:
    return {AssignmentStatus.COMPLETED: "synced", AssignmentStatus.CANCELLED: "cancelled"}.get(
        AssignmentStatus(assignment.status), "idle"
    )


def _poll_status(target: PollTarget, account_rests: bool) -> str:
    if target.status == PollStatus.POLLING:
        return "polling"
    if account_rests:
        return PAUSED
    return FAILED if target.error_code else "idle"
