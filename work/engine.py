"""Working off what is due, and taking back what vanished workers held."""

import logging
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db.models import F, Manager, Min, Q, QuerySet
from django.db.models.functions import Now

from work import apart, in_hand, nudging, shutdown, slots
from work.claims import Candidates, claimable
from work.clock import from_now
from work.heartbeat import keeper
from work.kinds import Ending, Item, Kind, LeaseLost, Postponed, all_kinds, of_queue, queues
from work.leases import HEAD_START, NO_LEASE, Lease, Place, due, rank_in
from work.models import BeatTick, WorkerHeartbeat, WorkItem
from work.nudging import ROWS_PER_NUDGE, Nudge
from work.written import how_many

logger = logging.getLogger(__name__)

LOSSES_BEFORE_GIVING_UP = 3
REAPED_AT_ONCE = 500
NUDGES_PER_QUEUE = 16
RESTS_FOR = timedelta(days=1)
PROOF_LASTS = timedelta(seconds=3)
"""A third of the time after which a queue counts as silent."""

FORGOTTEN_WORKER = timedelta(minutes=10)

Owners = Collection[UUID] | QuerySet[Any, Any]
"""Share keys, or a query that gives them."""


def run(lease: Lease[Any]) -> None:
    """Work on one leased row. Whatever happens, the lease ends: by its outcome, given back, or as if the worker were lost."""
    try:
        _work_on(lease)
    finally:
        slots.give_back(lease.place)


def _work_on(lease: Lease[Any]) -> None:
    with keeper.keep(lease), apart.working_for(lease.item.share_key), in_hand.working_on(lease):
        try:
            lease.kind.perform(lease)
        except Postponed as wait:
            lease.give_back(wait)
        except LeaseLost as lost:
            logger.warning("%s", lost)
        except Exception as error:
            logger.exception("%s %s broke down", lease.kind.name, lease.item.pk)
            _broke_down(lease, error)


def _broke_down(lease: Lease[Any], error: Exception) -> None:
    """A mistake in the program counts like a lost worker: three in a row set the row aside."""
    in_hand.broke_down(error)
    lease.kind.machine.record(lease.item, "broke down", actor=lease.worker, reason=type(error).__name__)
    _end_as_it_is(lease, lambda row: _after_breakdown(lease, row))


def _after_breakdown(lease: Lease[Any], row: WorkItem) -> Ending:
    """Due when the lease would have run out, so that a database away for a second does not use up three tries in it."""
    ending = _ending(lease.kind, row)
    after = None if ending.after is None else max(ending.after, lease.duration)
    return replace(ending, after=after, fields={"losses": F("losses") + 1, **ending.fields})


def _end_as_it_is(lease: Lease[Any], ending_of: Callable[[WorkItem], Ending]) -> bool:
    """End a lease by what its row has become; once more where that changed between the look and the move.

    False where there is nothing to end: it was settled, or went to somebody else.
    """
    for _ in range(2):
        row = lease.kind.load(lease.rows()).first()
        if row is None:
            return False
        if replace(lease, item=row).end(ending_of(row)):
            return True
    return False


def drain(queue: str, up_to: int, worker: str) -> int:
    """Work off at most `up_to` due rows of a queue, first by rank; how many it were."""
    _seen(WorkerHeartbeat.objects, "last_seen", name=worker, queue=queue)
    candidates, place = Candidates.of(queue), Place()
    done = 0
    try:
        while done < up_to and not shutdown.requested():
            lease = candidates.next_lease(worker)
            if lease is None:
                break
            lease.place = place  # kept from row to row: most of them want the same pool
            _work_on(lease)
            done += 1
    finally:
        slots.give_back(place)
        for kind in of_queue(queue):
            kind.rest()
    return done


def _seen(traces: Manager[Any], moment: str, **key: Any) -> None:
    """Leave or renew a trace: one statement but for the first time."""
    if not traces.filter(**key).update(**{moment: Now()}):
        traces.bulk_create([traces.model(**key, **{moment: Now()})], ignore_conflicts=True)


def forget_worker(name: str) -> None:
    """A worker has ended as it was told to."""
    WorkerHeartbeat.objects.filter(name=name).delete()


def tick(host: str, pid: int) -> list[Nudge]:
    """What a tick does: leave a trace of the beat, take back expired leases, and say which queues have work due."""
    _seen(BeatTick.objects, "last_tick", host=host, pid=pid)
    kinds = all_kinds()
    for kind in kinds:
        _prepare(kind)
    vanished = how_many(_first_expired, kinds)
    for kind in kinds:
        if vanished[kind.name]:
            reap(kind)
    return list(_nudges(how_many(_first_due, kinds)))


def _prepare(kind: Kind[Any]) -> None:
    """What is wrong with one kind must not keep the clock from all others."""
    try:
        kind.prepare()
    except Exception:
        logger.exception("could not prepare %s; trying again with the next tick", kind.name)


def _first_due(kind: Kind[Any]) -> "QuerySet[Any]":
    """As many as there are nudges for at once."""
    return claimable(kind)[: ROWS_PER_NUDGE * NUDGES_PER_QUEUE]


def _nudges(waiting: Mapping[str, int]) -> Iterator[Nudge]:
    """One nudge per twenty due rows, and one for an idle queue whose workers have not all proved lately that they consume."""
    proved = _proved()
    for queue in queues():
        rows = sum(waiting[kind.name] for kind in of_queue(queue))
        at_least = 0 if queue in proved else 1
        for _ in range(max(at_least, min(NUDGES_PER_QUEUE, -(-rows // ROWS_PER_NUDGE)))):
            yield Nudge(queue, ROWS_PER_NUDGE)


def _proved() -> set[str]:
    """The queues each of whose workers was seen lately; one that has been away for long is nobody's worker any more."""
    workers = WorkerHeartbeat.objects.filter(last_seen__gt=from_now(-FORGOTTEN_WORKER)).values("queue")
    return set(
        workers.annotate(oldest=Min("last_seen")).filter(oldest__gt=from_now(-PROOF_LASTS)).values_list("queue", flat=True)
    )


def reap(kind: Kind[Any]) -> int:
    """Take back the rows whose lease has run out; how many."""
    rows = kind.load(_expired(kind).order_by("lease_expires_at"))[:REAPED_AT_ONCE]
    return sum(_try_to_take_back(kind, row) for row in rows)


def _expired(kind: Kind[Item]) -> QuerySet[Item]:
    return kind.model._default_manager.filter(lease_token__isnull=False, lease_expires_at__lte=Now())


def _first_expired(kind: Kind[Any]) -> "QuerySet[Any]":
    return _expired(kind).order_by("lease_expires_at")[:1]


def _try_to_take_back(kind: Kind[Any], row: WorkItem) -> bool:
    """What is wrong with one row must not keep the clock from all others."""
    try:
        return _take_back(kind, row)
    except Exception:
        logger.exception("could not take %s %s back from %s; trying again with the next tick", kind.name, row.pk, row.leased_by)
        return False


def _take_back(kind: Kind[Any], row: WorkItem) -> bool:
    ending = _ending(kind, row)
    return kind.machine.move(
        row,
        ending.target,
        actor="clock",
        reason=ending.reason or f"{row.leased_by} vanished with it",
        where=Q(lease_token=row.lease_token, lease_expires_at__lte=Now()) & ending.where,
        **{**due(ending.after, row.priority), **NO_LEASE, "losses": F("losses") + 1, **ending.fields},
    )


def take_all_back(kind: Kind[Any], *, reason: str) -> int:
    """Take back every row under way, for an installation whose workers are no more; how many. Nobody's loss is counted."""
    rows = kind.load(kind.model._default_manager.filter(lease_token__isnull=False).order_by("pk"))
    return sum(_end_without_worker(kind, row, kind.lost(row), reason) for row in list(rows))


def _end_without_worker(kind: Kind[Any], row: WorkItem, ending: Ending, reason: str) -> bool:
    columns = {**due(ending.after, row.priority), **NO_LEASE, **ending.fields}
    return kind.machine.move(row, ending.target, actor="clock", reason=ending.reason or reason, where=ending.where, **columns)


def _ending(kind: Kind[Any], row: WorkItem) -> Ending:
    return kind.given_up(row) if row.losses + 1 >= LOSSES_BEFORE_GIVING_UP else kind.lost(row)


def release_all() -> int:
    """Let go of what this process still holds, because it is told to stop; how many rows."""
    return sum(_end_as_it_is(lease, lease.kind.released) for lease in keeper.held())


def wake(owners: Owners) -> None:
    """What waits for these owners is due at once: whatever held it up is over. What is done rests until its own time."""
    for kind in all_kinds():
        ahead = Q(due_at__gt=Now(), rank_at__gt=from_now(-max(HEAD_START.values())))
        if _waiting(kind, owners).filter(ahead).update(due_at=Now(), rank_at=rank_in(timedelta(0))):
            nudging.nudge_on_commit(kind.queue)


def rest(owners: Owners) -> None:
    """What waits for these owners is not looked at for a day, or until somebody wakes it. What is under way goes on.

    Inside the transaction that writes the reason down, so that whoever ends the reason wakes it afterwards.
    """
    for kind in all_kinds():
        sooner = Q(due_at__lte=from_now(RESTS_FOR), rank_at__lte=from_now(RESTS_FOR))
        _waiting(kind, owners).filter(sooner).update(due_at=from_now(RESTS_FOR), rank_at=rank_in(RESTS_FOR))


def _waiting(kind: Kind[Any], owners: Owners) -> "QuerySet[Any]":
    """Rows that wait for these owners. Ask for their rank, too: by it the small index of what is due finds them."""
    return kind.model._default_manager.filter(share_key__in=owners, status=kind.due[0])
