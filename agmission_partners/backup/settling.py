"""What becomes of work that was under way when a backup was taken: ADR 16."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models.functions import Now

from assignments.services import doubting
from flightdata.models import Export
from flightdata.states import ExportStatus
from work import engine, history
from work.kinds import all_kinds
from work.leases import due
from work.models import BeatTick, Priority, Slot, WorkerHeartbeat

ACTOR = "command restore"


@dataclass(frozen=True)
class Settled:
    """Rows whose workers are no more, and uploads that may have been sent after the backup."""

    leases: int
    doubted: int


def settle(taken_at: datetime) -> Settled:
    """Inside the transaction that loads the rows, so that no worker ever sees them unsettled."""
    since = f"restored from a backup of {taken_at:%Y-%m-%d %H:%M} UTC"
    leases = sum(engine.take_all_back(kind, reason=f"{since}: its worker is no more") for kind in all_kinds())
    Slot.objects.filter(token__isnull=False).update(token=None, expires_at=None)
    BeatTick.objects.all().delete()
    WorkerHeartbeat.objects.all().delete()
    # Their files are in no backup: whoever asks for the same gets a new one.
    at_once = due(timedelta(0), Priority.NORMAL)
    Export.objects.filter(status=ExportStatus.DONE).update(expires_at=Now(), **at_once)
    settled = Settled(leases, doubting.doubt_unsent(taken_at, reason=since, actor=ACTOR))
    data = {"takenAt": taken_at.isoformat(), "leases": settled.leases, "unconfirmed": settled.doubted}
    history.record("history", "", "restored", actor=ACTOR, data=data)
    return settled
