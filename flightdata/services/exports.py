"""Asking for an export, and having a failed one tried again."""

import hashlib
import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from accounts.models import Customer
from flightdata import states
from flightdata.models import Export
from flightdata.states import ExportStatus
from work import history, nudging
from work.errors import Refused
from work.leases import due
from work.models import Priority

QUEUE = "flight_data"
MOST_KEPT = 200
"""Exports of one customer that live at a time: a bound on what they take of the disk."""

SHARE = UUID(int=0)
"""Whose work all exports are: nobody's in particular."""

LIVES = Q(over=False, expires_at__gt=Now())


@dataclass(frozen=True)
class Request:
    """What is asked for. `filter` is JSON in one spelling, without the customer; `customer` None: all, which is for ops."""

    kind: str
    format: str
    customer: Customer | None
    filter: dict[str, Any]

    @property
    def digest(self) -> str:
        """Equal for equal requests of a customer."""
        return hashlib.sha256(json.dumps([self.kind, self.format, self.filter], sort_keys=True).encode()).hexdigest()

    @property
    def live(self) -> "QuerySet[Export]":
        """The one export of this request whose time is not over."""
        return _kept(self.customer).filter(request_hash=self.digest)


def ask(request: Request, *, actor: str) -> tuple[Export, bool]:
    """The export of this request, and whether it is new. The one that lives serves all who ask; a failed one is tried again.

    Raises Refused.
    """
    with transaction.atomic():
        request.live.filter(expires_at__lte=Now()).update(over=True)
        found = request.live.first()
        if found is None:
            return _make(request, actor=actor)
        if found.status == ExportStatus.FAILED:
            retry(found, actor=actor)
        return found, False


def retry(export: Export, *, actor: str) -> None:
    """Have a failed one written once more. Raises Refused."""
    if export.status != ExportStatus.FAILED:
        raise Refused(f"the export is {export.status}, and only a failed one is tried again", "notRetryable")
    columns = {"attempts": 0, "losses": 0, "error": "", "expires_at": None, **due(timedelta(0), Priority.NORMAL)}
    with transaction.atomic():
        if not states.export.move(export, ExportStatus.WAITING, actor=actor, where=LIVES, reason="asked for again", **columns):
            raise Refused("the time of the export is over; ask for a new one", "changedMeanwhile")
        nudging.nudge_on_commit(QUEUE)


def _kept(customer: Customer | None) -> "QuerySet[Export]":
    rows = Export.objects.filter(over=False)
    return rows.filter(customer=customer) if customer else rows.filter(customer__isnull=True)


def _make(request: Request, *, actor: str) -> tuple[Export, bool]:
    """A new one; or that of somebody who asked for the same at the same moment."""
    if _kept(request.customer).count() >= MOST_KEPT:
        raise Refused(f"{MOST_KEPT} exports are kept already; ask again when one of them has expired", "tooManyExports")
    new = Export(
        kind=request.kind,
        format=request.format,
        filter=request.filter,
        customer=request.customer,
        share_key=SHARE,
        request_hash=request.digest,
        status=ExportStatus.WAITING,
        **due(timedelta(0), Priority.NORMAL),
    )
    Export.objects.bulk_create([new], ignore_conflicts=True)
    found = request.live.first()
    if found is None:
        raise Refused("an export like this ends at this moment; ask again", "changedMeanwhile")
    if found.pk != new.pk:
        return found, False
    history.record(states.export.object_type, new.pk, "asked for", actor=actor)
    nudging.nudge_on_commit(QUEUE)
    return found, True
