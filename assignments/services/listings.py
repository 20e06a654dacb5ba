"""Which aircraft are listed, how often, and until when."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from assignments.models import JobAssignment, PollTarget, SyncOperation
from assignments.partner_config import PartnerConfig
from assignments.states import AssignmentStatus, Operation, PollStatus
from partners.models import PartnerSystemUser
from work import history, nudging
from work.clock import from_now
from work.errors import Refused
from work.leases import due, rank_in
from work.models import Priority

OPEN = (AssignmentStatus.NEW, AssignmentStatus.SENT)
QUEUE = "data_poll"
BATCH = 500
ASKED_OF_LISTING = ("priority", "pollInterval", "retryPolicy")
RANKS = [Priority.LOW, Priority.NORMAL, Priority.HIGH]


def open_for(operation: SyncOperation) -> None:
    """The first attempt to send a job opens the listing of its aircraft, whatever becomes of the attempt."""
    assignment = operation.assignment
    with transaction.atomic():
        SyncOperation.objects.filter(pk=operation.pk, first_tried_at__isnull=True).update(first_tried_at=Now())
        list_soon(assignment, settings.HUB.first_poll_delay)


def list_soon(assignment: JobAssignment, delay: timedelta) -> None:
    """The assignment's aircraft is due for listing after `delay`, or earlier where it was already."""
    if assignment.aircraft_id is None:
        return
    _make_targets([assignment])
    priority = PartnerConfig.from_wire(assignment.partner_config).priority
    later = Q(due_at__isnull=True) | Q(due_at__gt=from_now(delay))
    targets = PollTarget.objects.filter(later, aircraft_id=assignment.aircraft_id)
    targets.update(updated_at=Now(), priority=priority, **due(delay, priority))


def _make_targets(assignments: Iterable[JobAssignment]) -> None:
    """The rows of their aircraft, where there are none yet; not due."""
    targets = [
        PollTarget(
            system_user_id=one.system_user_id,
            aircraft_id=one.aircraft_id,
            share_key=one.system_user_id,
            status=PollStatus.IDLE,
            priority=PartnerConfig.from_wire(one.partner_config).priority,
        )
        for one in assignments
        if one.system_user_id and one.aircraft_id
    ]
    PollTarget.objects.bulk_create(targets, ignore_conflicts=True)


def listable(rows: "QuerySet[JobAssignment]") -> "QuerySet[JobAssignment]":
    """Those of `rows` that a person may have listed."""
    return rows.filter(status__in=OPEN, aircraft__isnull=False)


def refuse_unlistable(assignment: JobAssignment) -> None:
    """Refused where `listable` leaves it out."""
    if assignment.aircraft_id is None:
        raise Refused("this assignment has no aircraft at a partner, so there is nothing to list", "notPolled")
    if assignment.status not in OPEN:
        raise Refused("this assignment has ended; reopen it to list its aircraft again", "assignmentEnded")


def poll_now(assignment: JobAssignment, *, actor: str) -> None:
    """List the assignment's aircraft at once."""
    refuse_unlistable(assignment)
    with transaction.atomic():
        list_soon(assignment, timedelta(0))
        history.record("assignment", assignment.pk, "poll asked for", actor=actor)
        nudging.nudge_on_commit(QUEUE)


def poll_all_now(assignments: "QuerySet[JobAssignment]", *, actor: str) -> int:
    """The same for many, by batches; how many aircraft they are."""
    rows = listable(assignments).order_by("pk")
    batch = list(rows[:BATCH])
    while batch:
        with transaction.atomic():
            _make_targets(batch)
            later = Q(due_at__isnull=True) | Q(due_at__gt=Now())
            targets = PollTarget.objects.filter(later, aircraft__in={one.aircraft_id for one in batch})
            targets.update(updated_at=Now(), due_at=Now(), rank_at=rank_in(timedelta(0)))
            history.record_all("assignment", [one.pk for one in batch], "poll asked for", actor=actor)
            nudging.nudge_on_commit(QUEUE)
        batch = list(rows.filter(pk__gt=batch[-1].pk)[:BATCH])
    return rows.order_by().values("aircraft").distinct().count()


def look_at_due(accounts: "QuerySet[PartnerSystemUser]") -> int:
    """Have workers look at the listings of these accounts that are due; how many."""
    due_now = PollTarget.objects.filter(system_user__in=accounts, status=PollStatus.IDLE, due_at__lte=Now()).count()
    if due_now:
        nudging.nudge_on_commit(QUEUE)
    return due_now


@dataclass(frozen=True)
class Wish:
    """What an assignment asks of the listing of its aircraft: how often, until which last day where its customer is."""

    config: PartnerConfig
    end_date: date | None
    time_zone: str

    def interval(self, at: datetime) -> timedelta:
        """Every pollInterval; once the job's last day has passed, every PARTNER_SYNC_INTERVAL."""
        if past_end(self.end_date, self.time_zone, at) is None:
            return self.config.poll_interval
        return max(self.config.poll_interval, settings.HUB.sync_interval)


def wishes_of(target: PollTarget) -> list[Wish]:
    """Those of the assignments for whose sake an aircraft is listed: tried, and not ended. What many ask alike is read once."""
    rows = JobAssignment.objects.filter(
        system_user_id=target.system_user_id,
        aircraft_id=target.aircraft_id,
        status__in=OPEN,
        operations__operation=Operation.JOB_UPLOAD,
        operations__first_tried_at__isnull=False,
    )
    settings_asked = (f"partner_config__{name}" for name in ASKED_OF_LISTING)
    asked = rows.order_by().values_list("job__end_date", "job__customer__time_zone", *settings_asked).distinct()
    return [Wish(_config(values), end_date, time_zone) for end_date, time_zone, *values in asked]


def _config(values: Sequence[Any]) -> PartnerConfig:
    """Of `ASKED_OF_LISTING`; None for what is not said."""
    said = {name: value for name, value in zip(ASKED_OF_LISTING, values, strict=True) if value is not None}
    return PartnerConfig.from_wire(said)


def next_listing(wishes: Sequence[Wish], at: datetime) -> tuple[timedelta | None, Priority]:
    """When an aircraft is listed next, and how urgently: the smallest interval and the highest priority that is asked for."""
    if not wishes:
        return None, Priority.NORMAL
    urgency = max((Priority(wish.config.priority) for wish in wishes), key=RANKS.index)
    return min(wish.interval(at) for wish in wishes), urgency


def past_end(end: date | None, time_zone: str, at: datetime) -> timedelta | None:
    """How long ago a job's last day ended in this time zone; None where it has not, or there is none."""
    if end is None or end == date.max:
        return None
    midnight = datetime.combine(end + timedelta(days=1), datetime.min.time(), ZoneInfo(time_zone))
    return at - midnight if at >= midnight else None


def overdue(assignment: JobAssignment, at: datetime) -> bool:
    """Whether the time for late logs is over, so that the clock completes it. One that a person reopened stays open."""
    past = past_end(assignment.job.end_date, assignment.job.customer.time_zone, at)
    return past is not None and past > settings.HUB.late_log_window and not assignment.held_open
