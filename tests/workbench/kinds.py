"""The kind of work on errands, and the things that may happen during one."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from django.db import transaction

from tests.workbench.models import Effect, Errand
from work import slots
from work.kinds import Ending, Kind, Postponed
from work.leases import Lease
from work.states import Machine, table

LOUD = Machine(
    object_type="errand",
    moves=table({"waiting": ["running"], "running": ["done", "waiting", "stuck"], "stuck": ["waiting"], "done": []}),
    exits={"waiting": "clock", "running": "clock", "stuck": "person: retry", "done": "final"},
    attention={"stuck": "errandStuck"},
)
QUIET = replace(LOUD, quiet=frozenset({("waiting", "running"), ("running", "waiting"), ("running", "done")}))
QUEUE = "errands"
POOL, PLACES = "well", 2


def finish(lease: Lease[Errand]) -> None:
    """Outcome and effect in one transaction, as every kind does it."""
    with transaction.atomic():
        if lease.settle("done"):
            Effect.objects.create(errand_id=lease.item.pk, worker=lease.worker)


def finish_in_a_slot(lease: Lease[Errand]) -> None:
    slots.take(POOL, PLACES, lease)
    finish(lease)


def fail_once(lease: Lease[Errand]) -> None:
    if lease.item.attempts == 1:
        lease.settle("waiting", after=timedelta(seconds=5), reason="failed")
    else:
        finish(lease)


def postpone_once(lease: Lease[Errand]) -> None:
    """Attempts do not tell the first time from the second, as they are given back; a line of its own does."""
    if not Effect.objects.filter(errand_id=lease.item.pk, worker="postponed").exists():
        Effect.objects.create(errand_id=lease.item.pk, worker="postponed")
        raise Postponed(timedelta(seconds=5), "not now")
    finish(lease)


def break_down(lease: Lease[Errand]) -> None:
    raise ZeroDivisionError("a mistake in the program")


class Errands(Kind[Errand]):
    """Runs `act`; further arguments replace the kind's own attributes, such as `share`."""

    name = "errand"
    queue = QUEUE
    model = Errand
    machine = LOUD
    due = ("waiting",)
    running = "running"

    def __init__(self, act: Callable[[Lease[Errand]], None] = finish, **attributes: Any) -> None:
        self.act = act
        for name, value in attributes.items():
            setattr(self, name, value)

    def perform(self, lease: Lease[Errand]) -> None:
        self.act(lease)

    def lost(self, item: Errand) -> Ending:
        return Ending("waiting", timedelta(0))

    def given_up(self, item: Errand) -> Ending:
        return Ending("stuck", None, "three workers in a row vanished with it")
