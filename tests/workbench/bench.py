"""Making errands, and letting time pass for them: rows move back, the clock stays."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db.models import F

from tests.workbench.models import Errand, Tap
from work import claims
from work.kinds import Kind
from work.leases import Lease, due
from work.models import Attention, Event, Priority, Slot

NOW = timedelta(0)


def an_errand(after: timedelta | None = NOW, priority: str = Priority.NORMAL, **fields: Any) -> Errand:
    """Due `after` from now; None: never by the clock."""
    fields = {"status": "waiting", "priority": priority, **due(after, priority), **fields}
    errand: Errand = Errand.objects.create(**fields)
    errand.refresh_from_db()
    return errand


def claimed(kind: Kind[Errand], errand: Errand | None = None, worker: str = "ann") -> Lease[Errand]:
    """A lease of this errand, or of a new one."""
    lease = claims.claim(kind, errand or an_errand(), worker)
    assert lease
    return lease


def later(**by: float) -> None:
    """Time passes."""
    passed = timedelta(**by)
    shifted = {"due_at": F("due_at") - passed, "rank_at": F("rank_at") - passed}
    Errand.objects.filter(due_at__isnull=False).update(**shifted)
    Errand.objects.filter(lease_token__isnull=False).update(lease_expires_at=F("lease_expires_at") - passed)
    Slot.objects.filter(expires_at__isnull=False).update(expires_at=F("expires_at") - passed)
    Tap.objects.filter(next_call_at__isnull=False).update(next_call_at=F("next_call_at") - passed)


def row(errand: Errand | Lease[Errand]) -> Errand:
    """As it is in the database now."""
    key = errand.item.pk if isinstance(errand, Lease) else errand.pk
    return Errand.objects.get(pk=key)


def history(errand: Errand) -> list[str]:
    """Its moves, oldest first, as «from>to»; other entries by their name."""
    events = Event.objects.filter(object_type="errand", object_id=str(errand.pk)).order_by("id")
    return [f"{event.from_state}>{event.to_state}" if event.name == "moved" else event.name for event in events]


def asked_of_a_person(errand_id: UUID) -> int:
    """How many things about it wait for a person."""
    return Attention.objects.filter(object_type="errand", object_id=str(errand_id), settled_at__isnull=True).count()
