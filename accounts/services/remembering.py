"""Answers that are remembered for a day, so that a request that comes again gets the same one."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.db.models.functions import Now

from accounts.models import RememberedRequest, User
from work.clock import from_now

REMEMBERED_FOR = timedelta(hours=24)
SWEPT_AT_ONCE = 100


def recall(user: User, key: str) -> RememberedRequest | None:
    """What is remembered of a user's request with this key."""
    return RememberedRequest.objects.filter(user=user, key=key, created_at__gte=from_now(-REMEMBERED_FOR)).first()


def remember(row: RememberedRequest, status_code: int, body: Mapping[str, Any]) -> None:
    """The answer of a request, as the row of its key."""
    RememberedRequest.objects.filter(pk=row.pk).update(status_code=status_code, body=body, updated_at=Now())


def forget_old(user: User, key: str) -> None:
    """Give this key back after its day, and take away some of the oldest answers: more than come, so that none stays for long."""
    old = RememberedRequest.objects.filter(created_at__lt=from_now(-REMEMBERED_FOR))
    old.filter(user=user, key=key).delete()
    oldest = RememberedRequest.objects.order_by("pk").values("pk")[:SWEPT_AT_ONCE]
    old.filter(pk__in=oldest).delete()
