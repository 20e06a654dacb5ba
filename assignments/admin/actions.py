"""What a person may do with an assignment; the same services as the REST API's."""

from collections.abc import Callable
from typing import Any

from django import forms
from unfold.widgets import UnfoldAdminTextInputWidget

from accounts.actors import name_of
from accounts.admin_base import PersonAction, by_actor
from accounts.models import User
from assignments.models import JobAssignment
from assignments.services import endings, listings, uploads
from assignments.states import AssignmentStatus, SyncStatus
from work.errors import Refused

OPEN = (AssignmentStatus.NEW, AssignmentStatus.SENT)


class ConfirmForm(forms.Form):
    external_job_id = forms.CharField(
        label="The partner's id of the job",
        required=False,
        max_length=200,
        widget=UnfoldAdminTextInputWidget,
        help_text="As the partner's own pages show it. Leave it empty where you know that it arrived and not its id.",
    )


def _confirm(row: JobAssignment, *, user: User, external_job_id: str) -> None:
    uploads.confirm(row, external_job_id or None, actor=name_of(user))


def _cancel(row: JobAssignment, *, user: User) -> None:
    if row.status == AssignmentStatus.CANCELLED:
        raise Refused("it is cancelled already", "assignmentEnded")
    endings.cancel(row, actor=name_of(user))


def _complete(row: JobAssignment, *, user: User) -> None:
    if row.status == AssignmentStatus.COMPLETED:
        raise Refused("it is completed already", "assignmentEnded")
    endings.complete(row, actor=name_of(user))


def upload_in(*states: SyncStatus) -> Callable[[JobAssignment], bool]:
    """Whether the assignment's upload is in one of these states."""

    def fits(row: JobAssignment) -> bool:
        return row.upload is not None and row.upload.status in states

    return fits


def _can_resend(row: JobAssignment) -> bool:
    return upload_in(SyncStatus.SYNCED, SyncStatus.UNCONFIRMED)(row) and row.status != AssignmentStatus.CANCELLED


def _is_listed(row: JobAssignment) -> bool:
    return row.is_open and row.aircraft_id is not None


def _status_in(*statuses: AssignmentStatus) -> Callable[[JobAssignment], bool]:
    return lambda row: row.status in statuses


ACTIONS = (
    PersonAction(
        "retry",
        "Retry upload",
        "The job is sent again, now: where the hub gave up, or where its next try is still ahead. "
        "What may already be at the partner is not retried.",
        by_actor(uploads.retry),
        fits=upload_in(SyncStatus.GAVE_UP, SyncStatus.PENDING),
    ),
    PersonAction(
        "confirm",
        "Confirm upload",
        "You know that the partner has the job, although its answer never came. The upload counts as done and is not sent again.",
        _confirm,
        fits=upload_in(SyncStatus.UNCONFIRMED),
        form=ConfirmForm,
        one_only=False,
    ),
    PersonAction(
        "resend",
        "Send again",
        "The job is sent once more under a new key, as it is now. Where the partner already has it, it may then have it twice.",
        by_actor(uploads.resend),
        fits=_can_resend,
    ),
    PersonAction(
        "poll",
        "Poll now",
        "The partner is asked now for the logs of the assignment's aircraft.",
        by_actor(listings.poll_now),
        fits=_is_listed,
    ),
    PersonAction(
        "complete",
        "Complete",
        "The job is done for this assignment. Its aircraft is listed once more, and then no longer for its sake.",
        _complete,
        fits=_status_in(*OPEN),
    ),
    PersonAction(
        "reopen",
        "Reopen",
        "The hub looks for logs again. Only a person completes the assignment from then on.",
        by_actor(endings.reopen),
        fits=_status_in(AssignmentStatus.COMPLETED),
    ),
    PersonAction(
        "cancel",
        "Cancel",
        "The job is taken back for good. What the partner already has is recorded, but stays there; tell the pilot.",
        _cancel,
        fits=_status_in(*OPEN),
    ),
)


def of_assignment(action: PersonAction) -> PersonAction:
    """The same action, offered with an upload."""

    def run(row: Any, *, user: User, **asked: Any) -> str | None:
        return action.run(row.assignment, user=user, **asked)

    return PersonAction(
        action.name, action.label, action.effect, run, lambda row: action.fits(row.assignment), action.form, action.one_only
    )


OF_UPLOADS = tuple(of_assignment(action) for action in ACTIONS if action.name in ("retry", "confirm", "resend", "cancel"))
