"""What waits for a person: raised once, settled when what raised it is over."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from django.db.models.functions import Now

from work import apart
from work.models import Attention


def raise_once(kind: str, object_type: str, object_id: UUID | int | str, *, tenant_id: UUID | None, reason: str) -> None:
    """Ask a person to look, unless the same thing is open already; a constraint in the database keeps it single."""
    if tenant_id == apart.OWNER:
        return
    waiting = Attention(kind=kind, object_type=object_type, object_id=str(object_id), tenant_id=tenant_id, reason=reason)
    Attention.objects.bulk_create([waiting], ignore_conflicts=True)


def raise_all(kind: str, object_type: str, asked: Mapping[UUID, tuple[UUID | None, str]]) -> None:
    """The same for many objects in few statements: whose each is and the reason, by its key."""
    rows = [
        Attention(kind=kind, object_type=object_type, object_id=str(key), tenant_id=tenant_id, reason=reason)
        for key, (tenant_id, reason) in asked.items()
        if tenant_id != apart.OWNER
    ]
    Attention.objects.bulk_create(rows, ignore_conflicts=True)


def settle(kind: str, object_type: str, object_id: UUID | int | str) -> bool:
    """What raised it is over."""
    return settle_all(kind, object_type, [object_id]) > 0


def settle_all(kind: str, object_type: str, object_ids: Iterable[UUID | int | str]) -> int:
    """The same for many objects; how many it was open for."""
    keys = [str(key) for key in object_ids]
    rows = Attention.objects.filter(kind=kind, object_type=object_type, object_id__in=keys, settled_at__isnull=True)
    return rows.update(settled_at=Now())


def is_open(kind: str, object_type: str, object_id: UUID | int | str) -> bool:
    """Whether it still waits for a person."""
    rows = Attention.objects.filter(kind=kind, object_type=object_type, object_id=str(object_id), settled_at__isnull=True)
    return rows.exists()
