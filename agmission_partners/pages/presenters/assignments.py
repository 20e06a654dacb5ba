"""Assignments of a job: to whom it was given, and what became of it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from agmission_partners.pages.presenters import words
from agmission_partners.pages.presenters.words import Word
from assignments.models import JobAssignment
from assignments.selectors import read_uploads, why_it_rests, why_it_waits
from assignments.states import AssignmentStatus
from assignments.sync_state import PAUSED, SyncState, polling_state, upload_state


@dataclass(frozen=True)
class AssignmentRow:
    """One assignment; `retry_at` where the clock tries again."""

    assignment: JobAssignment
    state: Word
    upload: SyncState
    polling: Word | None
    not_listed_because: str | None
    last_check: datetime | None
    retry_at: datetime | None

    @property
    def aircraft(self) -> str:
        """By name where the partner gave one; empty without."""
        return words.short(str(self.assignment.aircraft or ""))


def rows(assignments: Iterable[Any]) -> list[AssignmentRow]:
    """For rows of `visible_assignments`, whose accounts say why they rest."""
    shown = list(assignments)
    read_uploads(shown)
    return [_row(assignment) for assignment in shown]


def _row(assignment: JobAssignment) -> AssignmentRow:
    because = {"rests_because": why_it_rests(assignment), "waits_because": why_it_waits(assignment)}
    upload, polling = (state(assignment, **because) for state in (upload_state, polling_state))
    return AssignmentRow(
        assignment=assignment,
        state=_state(assignment, upload),
        upload=upload,
        polling=words.POLLING[polling.status] if assignment.needs_polling else None,
        not_listed_because=polling.error if polling.status in (PAUSED, "idle") else None,
        last_check=polling.last_data_check,
        retry_at=upload.next_retry,
    )


def _state(assignment: JobAssignment, upload: SyncState) -> Word:
    if assignment.status == AssignmentStatus.CANCELLED:
        return words.CANCELLED
    if assignment.status == AssignmentStatus.COMPLETED:
        return words.COMPLETED
    return words.UPLOAD[upload.status] if assignment.is_partner_assignment else words.GIVEN
