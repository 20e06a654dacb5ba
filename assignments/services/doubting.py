"""After a restore: what the backup shows as unsent may have been sent since. ADR 16."""

from datetime import datetime, timedelta

from django.db.models import F
from django.db.models.functions import Coalesce, Now

from assignments import states
from assignments.models import SyncOperation
from assignments.services import listings
from assignments.states import Operation, SyncStatus
from partners.adapters.errors import ErrorCode
from work.apart import OWNER
from work.leases import due

UNSENT = (SyncStatus.PENDING, SyncStatus.GAVE_UP)
"""What the clock, or a person who asked for another try, may have sent."""


def doubt_unsent(taken_at: datetime, *, reason: str, actor: str) -> int:
    """Every upload of an open assignment that would be sent is `unconfirmed` instead, and its aircraft is listed: a log that
    names the job, or a person, settles it. Left alone are partners that take the same job twice, by their own setting
    `onUnknownOutcome: resend`, and the canary. How many were moved; inside a transaction."""
    rows = SyncOperation.objects.filter(
        status__in=UNSENT, operation=Operation.JOB_UPLOAD, assignment__status__in=listings.OPEN
    ).exclude(share_key=OWNER)
    rows = rows.select_related("assignment__job", "assignment__system_user__partner").order_by("pk")
    return sum(_doubt(operation, taken_at, reason, actor) for operation in list(rows))


def _doubt(operation: SyncOperation, taken_at: datetime, reason: str, actor: str) -> bool:
    account = operation.assignment.system_user
    if account is None or account.partner.configuration.get("onUnknownOutcome") == "resend":
        return False
    words = f"{reason}: it may have been sent since; look in the partner's cloud, then confirm or resend it"
    if operation.error:
        words = f"{words}. Before that: {operation.error}"
    moved = states.sync.move(
        operation,
        SyncStatus.UNCONFIRMED,
        actor=actor,
        reason=words,
        sent_at=taken_at,
        revision=operation.assignment.job.revision,
        in_doubt=True,
        first_tried_at=Coalesce(F("first_tried_at"), Now()),
        error_code=ErrorCode.OUTCOME_UNKNOWN,
        error=words,
        **due(None, operation.priority),
    )
    listings.list_soon(operation.assignment, timedelta(0))
    return moved
