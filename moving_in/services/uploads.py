"""What became of an upload in the old system, in this hub's states. What may have arrived is never sent again by itself."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from assignments.states import AssignmentStatus, SyncStatus
from moving_in.documents import as_moment, without_queries
from partners.adapters.errors import ErrorCode

SURELY_NOT_THERE = frozenset({ErrorCode.AUTH_ERROR, ErrorCode.RATE_LIMIT, ErrorCode.NOT_FOUND})
"""Codes of the old system that mean an answer came, and that it was no."""

MAX_ATTEMPTS = 5
ENDED = (AssignmentStatus.COMPLETED, AssignmentStatus.CANCELLED)
LEFT_SYNCING = "the old system left it syncing: nobody knows whether the partner has the job"
MAY_BE_THERE = "it failed in the old system in a way that does not tell whether the partner has the job"
NEVER_SAID = "the old system calls it sent, and does not say whether the partner took the job"


@dataclass(frozen=True)
class Upload:
    """The columns of an upload, and why its state is another than the old one's."""

    status: SyncStatus
    was: str = ""
    reason: str = ""
    attempts: int = 0
    last_attempt: datetime | None = None
    last_success: datetime | None = None
    next_retry: datetime | None = None
    error: str = ""
    error_code: str = ""

    @property
    def tried(self) -> bool:
        """Whether anything was ever sent, as far as is known: its aircraft is listed then."""
        return self.status in (SyncStatus.SYNCED, SyncStatus.UNCONFIRMED, SyncStatus.GAVE_UP) or self.attempts > 0

    @property
    def in_doubt(self) -> bool:
        return self.status == SyncStatus.UNCONFIRMED or (self.status == SyncStatus.GAVE_UP and self.reason == MAY_BE_THERE)


@dataclass(frozen=True)
class Told:
    """What else tells how far an upload came."""

    status: int
    external_job_id: str = ""
    max_attempts: int = MAX_ATTEMPTS


def upload_of(state: Mapping[str, Any], told: Told) -> Upload:
    """From the old `syncState.jobUpload`, empty where there is none."""
    word = str(state.get("status") or "").lower()[:16]
    attempts = state.get("attempts")
    code = str(state.get("errorCode") or "")[:40]
    facts: dict[str, Any] = {
        "was": word,
        "attempts": attempts if isinstance(attempts, int) and 0 <= attempts < 2**31 else 0,
        "last_attempt": as_moment(state.get("lastAttempt")),
        "last_success": as_moment(state.get("lastSuccess")),
        "next_retry": as_moment(state.get("nextRetry")),
        "error": without_queries(str(state.get("error") or ""))[:2000],
        "error_code": code,
    }
    status, reason = _decided(word, code, facts, told)
    if reason and not facts["error"]:
        facts["error"] = reason
    if status == SyncStatus.SYNCED:
        facts |= {"error": "", "error_code": ""}
    if status in (SyncStatus.UNCONFIRMED, SyncStatus.GAVE_UP) and not code:
        facts["error_code"] = str(ErrorCode.OUTCOME_UNKNOWN if status == SyncStatus.UNCONFIRMED else ErrorCode.UNKNOWN_ERROR)
    return Upload(status=status, reason=reason, **facts)


def _decided(word: str, code: str, facts: Mapping[str, Any], told: Told) -> tuple[SyncStatus, str]:
    if told.status == AssignmentStatus.CANCELLED or word == "cancelled":
        return SyncStatus.CANCELLED, ""
    if word == "syncing":
        return SyncStatus.UNCONFIRMED, LEFT_SYNCING
    if word == "synced":
        return SyncStatus.SYNCED, ""
    if told.external_job_id:
        return SyncStatus.SYNCED, f"the partner has it under an id, though the old system calls it {word or 'nothing'}"
    if told.status == AssignmentStatus.COMPLETED and word != "failed":
        return SyncStatus.CANCELLED, "its assignment was completed before it was sent"
    if word == "failed":
        return _failed(code, facts, told)
    if told.status == AssignmentStatus.SENT and word != "pending":
        return SyncStatus.UNCONFIRMED, NEVER_SAID
    return SyncStatus.PENDING, ""


def _failed(code: str, facts: Mapping[str, Any], told: Told) -> tuple[SyncStatus, str]:
    if code not in SURELY_NOT_THERE:
        return SyncStatus.GAVE_UP, MAY_BE_THERE
    if told.status in ENDED or (facts["next_retry"] is None and facts["attempts"] >= told.max_attempts):
        return SyncStatus.GAVE_UP, ""
    return SyncStatus.PENDING, ""
