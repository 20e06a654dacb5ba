"""Completing what is long over, whatever became of it: listed or not, sent or not, a partner's or a pilot's."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings

from assignments import states
from assignments.models import JobAssignment, Sweep
from assignments.services import endings, listings
from assignments.states import SweepStatus
from work import history
from work.clock import now
from work.errors import Refused
from work.kinds import Ending, Kind
from work.leases import Lease, due
from work.models import Priority

OVERDUE = "overdue assignments"
BATCH = 200
MOST = 1_000
"""Assignments that one look completes; the rest is due at once."""

FIRST_MIDNIGHT = timedelta(hours=14)
"""How far ahead of UTC a day can end."""


class Completion(Kind[Sweep]):
    """One look for assignments whose time for late logs is over."""

    name = "sweep"
    queue = "default"
    model = Sweep
    machine = states.sweep
    due = (SweepStatus.IDLE,)
    running = SweepStatus.SWEEPING

    def perform(self, lease: Lease[Sweep]) -> None:
        ended = complete_overdue(lease.item.last_attempt_at or now())
        after = timedelta(0) if ended >= MOST else settings.HUB.sync_interval
        lease.settle(SweepStatus.IDLE, after=after, attempts=0, ended=ended)

    def lost(self, item: Sweep) -> Ending:
        return Ending(SweepStatus.IDLE, timedelta(0))

    def given_up(self, item: Sweep) -> Ending:
        return Ending(SweepStatus.IDLE, settings.HUB.sync_interval)


def schedule(sweeps: type[Any]) -> None:
    """The look is taken from now on. Called after each migration with the model as it is then, also for an emptied database."""
    first = {"status": SweepStatus.IDLE, "priority": Priority.LOW, **due(settings.HUB.sync_interval, Priority.LOW)}
    sweeps._default_manager.get_or_create(name=OVERDUE, defaults=first)


def complete_overdue(at: datetime) -> int:
    """Complete what is overdue at that time, each in a transaction of its own; how many it were."""
    ended = 0
    for assignment in _candidates(at):
        ended += listings.overdue(assignment, at) and _complete(assignment)
        if ended >= MOST:
            break
    return ended


def _candidates(at: datetime) -> Iterator[JobAssignment]:
    """Those whose job's last day is over long enough somewhere on earth."""
    latest = (at - settings.HUB.late_log_window + FIRST_MIDNIGHT).date()
    rows = JobAssignment.objects.filter(
        ended_at__isnull=True, status__in=listings.OPEN, held_open=False, job__end_date__lt=latest
    )
    rows = rows.select_related("job__customer").defer("job__spray_areas", "job__excluded_areas").order_by("pk")
    page = list(rows[:BATCH])
    while page:
        yield from page
        page = list(rows.filter(pk__gt=page[-1].pk)[:BATCH])


def _complete(assignment: JobAssignment) -> bool:
    try:
        endings.complete(assignment, actor="clock", reason="the time for late logs after the job's last day is over")
    except Refused as meanwhile:  # a person was faster, which ends it as well
        history.record(endings.OBJECT_TYPE, assignment.pk, "not completed", actor="clock", reason=meanwhile.message)
        return False
    return True
