"""Bounds on how much runs at once over all workers, held exactly: each place of a pool is a row."""

import time
from datetime import timedelta
from typing import Any

from django.db.models import Q, Subquery
from django.db.models.functions import Now

from work.clock import from_now
from work.kinds import Postponed
from work.leases import Lease, Place
from work.models import Slot

TRIES = 3
WAIT = timedelta(seconds=1)


def take(pool: str, size: int, lease: Lease[Any]) -> None:
    """Take a place in `pool` for as long as the lease lives, or raise Postponed. `give_back` frees it early.

    One lease holds one place, of one pool. A place that its drain holds already, and that has not lasted long, is as good.
    """
    place = lease.place
    if place.serves(pool):
        return
    give_back(place)
    began = time.monotonic()
    for _ in range(TRIES):
        if _take_free(pool, size, lease):
            place.pool, place.fresh_until = pool, began + lease.duration.total_seconds() / 2
            return
        if _make_places(pool, size) == 0 and not Slot.objects.filter(_free(pool, size)).exists():
            break
    raise Postponed(WAIT, f"all {size} places of {pool} are taken")


def give_back(place: Place) -> None:
    """Free the place, where one is held."""
    if place.pool:
        Slot.objects.filter(token=place.token).update(token=None, expires_at=None)
        place.pool = ""


def _free(pool: str, size: int) -> Q:
    return Q(pool=pool, number__lt=size) & (Q(token__isnull=True) | Q(expires_at__lte=Now()))


def _take_free(pool: str, size: int, lease: Lease[Any]) -> bool:
    """One UPDATE over a place picked at random, so that workers seldom want the same one.

    `=`, not `IN`: PostgreSQL may run the subquery of an IN anew for each row, and pick another place each time.
    """
    pick = Slot.objects.filter(_free(pool, size)).order_by("?").values("pk")[:1]
    taken = Slot.objects.filter(_free(pool, size), pk=Subquery(pick))
    return taken.update(token=lease.place.token, expires_at=from_now(lease.duration)) == 1


def _make_places(pool: str, size: int) -> int:
    """Make the places that the pool lacks; how many were missing."""
    present = set(Slot.objects.filter(pool=pool, number__lt=size).values_list("number", flat=True))
    missing = [Slot(pool=pool, number=number) for number in range(size) if number not in present]
    Slot.objects.bulk_create(missing, ignore_conflicts=True)
    return len(missing)
