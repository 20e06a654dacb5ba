"""A worker that dies before it settles what was asked of a person leaves no question that nobody can answer."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection
from django.db.models import F

from assignments.models import PollTarget
from flightdata.services.listing import Listing
from partners.models import HealthCheck
from partners.services import check_rows
from partners.services.health import Check
from tests.support.hub import WORKER, Hub
from work import claims, engine
from work.kinds import Kind
from work.models import Attention


class Killed(BaseException):
    """As if by SIGKILL: nothing of the program's own sees to it."""


@contextmanager
def killed_at_settling(kind: str) -> Iterator[None]:
    """Whoever settles this kind of what waits for a person dies of it."""

    def die(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith(f'UPDATE "{Attention._meta.db_table}"') and kind in params:
            raise Killed
        return execute(sql, params, many, context)

    with connection.execute_wrapper(die), pytest.raises(Killed):
        yield


def claimed(kind: Kind[Any]) -> Any:
    kind.model._default_manager.update(due_at=F("created_at"), rank_at=F("created_at"))
    return claims.claim(kind, next(iter(claims.claimable(kind))), WORKER)


def asked() -> list[str]:
    return sorted(Attention.objects.filter(settled_at__isnull=True).values_list("kind", flat=True))


def goes_on(hub: Hub, kind: Kind[Any]) -> None:
    hub.later(minutes=10)
    engine.reap(kind)
    for _ in range(3):
        engine.run(claimed(kind))


def test_after_a_good_listing(hub: Hub) -> None:
    hub.cloud.settings(flightDelay=3600)
    hub.assign()
    hub.work("job_sync")
    hub.set(failure_threshold=1000)
    hub.cloud.fault("status", "GetAircraftLogs", status=500, times=5)
    for _ in range(5):
        engine.run(claimed(Listing()))
    assert asked() == ["listingFails"]
    lease = claimed(Listing())
    with killed_at_settling("listingFails"):
        lease.kind.perform(lease)
    goes_on(hub, Listing())
    assert (PollTarget.objects.get().error, asked()) == ("", [])


def test_after_a_good_look(hub: Hub) -> None:
    check_rows.schedule(hub.partner)
    for _ in range(3):
        claimed(Check())
        hub.later(hours=1)
        engine.reap(Check())
    assert asked() == ["healthCheckBreaksDown"]
    lease = claimed(Check())
    with killed_at_settling("healthCheckBreaksDown"):
        lease.kind.perform(lease)
    goes_on(hub, Check())
    assert (HealthCheck.objects.get().losses, asked()) == (0, [])
