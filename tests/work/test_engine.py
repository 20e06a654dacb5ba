"""One row from its claim to the end of its lease, whatever happens in between."""

from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection

from tests.workbench.bench import an_errand, asked_of_a_person, claimed, history, later, row
from tests.workbench.kinds import QUEUE, Errands, break_down, fail_once, finish, postpone_once
from tests.workbench.models import Effect, Errand
from work import claims, engine, slots
from work.clock import from_now, now
from work.heartbeat import keeper
from work.kinds import Ending, Postponed
from work.leases import Lease
from work.models import Slot

Bench = Callable[..., Errands]


def drain(up_to: int = 20) -> int:
    return engine.drain(QUEUE, up_to, "ann")


def test_due_work_is_done_once_and_leaves_its_path(errands: Errands) -> None:
    errand = an_errand()
    assert [drain(), drain()] == [1, 0]
    done = row(errand)
    assert (done.status, done.attempts, done.losses, done.due_at, done.lease_token) == ("done", 1, 0, None, None)
    assert history(errand) == ["waiting>running", "running>done"]
    assert Effect.objects.count() == 1


@pytest.mark.parametrize(("still", "due"), [(True, 0), (False, 1)])
def test_a_reason_that_is_over_by_the_time_the_row_is_given_back_holds_it_up_no_longer(
    bench: Bench, still: bool, due: int
) -> None:
    asked: list[bool] = []

    def look_again() -> bool:
        asked.append(connection.in_atomic_block)
        return still

    def wait(_: Lease[Errand]) -> None:
        raise Postponed(timedelta(hours=1), "the gate is shut", still=look_again)

    kind = bench(wait)
    errand = an_errand()
    assert drain(up_to=1) == 1
    assert (asked, row(errand).attempts, claims.claimable(kind).count()) == ([True], 0, due)


@pytest.mark.parametrize("after", [None, timedelta(minutes=1)])
def test_what_is_not_due_is_left_alone(errands: Errands, after: timedelta | None) -> None:
    an_errand(after)
    assert drain() == 0


def test_a_drain_stops_at_its_number(errands: Errands) -> None:
    for _ in range(5):
        an_errand()
    assert [drain(up_to=3), drain(up_to=3)] == [3, 2]


def test_a_failure_waits_and_counts_as_an_attempt(bench: Bench) -> None:
    bench(fail_once)
    errand = an_errand()
    assert [drain(), drain()] == [1, 0]
    assert (row(errand).status, row(errand).attempts) == ("waiting", 1)
    later(seconds=6)
    drain()
    assert (row(errand).status, row(errand).attempts) == ("done", 2)


def test_a_postponement_waits_and_is_no_attempt(bench: Bench) -> None:
    bench(postpone_once)
    errand = an_errand()
    assert [drain(), drain()] == [1, 0]
    assert (row(errand).status, row(errand).attempts, row(errand).losses) == ("waiting", 0, 0)
    later(seconds=6)
    drain()
    assert (row(errand).status, row(errand).attempts) == ("done", 1)


def test_attempts_that_were_forgotten_meanwhile_cannot_be_given_back(bench: Bench) -> None:
    def forget_and_postpone(lease: Lease[Errand]) -> None:
        Errand.objects.filter(pk=lease.item.pk).update(attempts=0)
        postpone_once(lease)

    bench(forget_and_postpone)
    errand = an_errand()
    drain()
    assert (row(errand).status, row(errand).attempts) == ("waiting", 0)


def test_three_breakdowns_in_a_row_set_the_row_aside(bench: Bench) -> None:
    bench(break_down)
    errand = an_errand()
    for losses in (1, 2, 3):
        assert drain() == 1
        assert row(errand).losses == losses
        later(minutes=5)
    assert (row(errand).status, asked_of_a_person(errand.pk)) == ("stuck", 1)
    assert history(errand).count("broke down") == 3


def test_a_broken_row_is_not_tried_again_at_once(bench: Bench) -> None:
    """A database that is away for a second must not use up three attempts in that second."""
    bench(break_down)
    an_errand()
    assert [drain(), drain()] == [1, 0]


def test_a_breakdown_after_the_outcome_leaves_the_outcome(bench: Bench) -> None:
    def finish_and_break(lease: Lease[Errand]) -> None:
        finish(lease)
        break_down(lease)

    bench(finish_and_break)
    errands = [an_errand(), an_errand()]
    assert drain() == 2
    assert [row(errand).status for errand in errands] == ["done", "done"]
    assert [row(errand).losses for errand in errands] == [0, 0]


def test_a_breakdown_after_the_lease_was_lost_leaves_the_row(bench: Bench) -> None:
    def lose_and_break(lease: Lease[Errand]) -> None:
        later(minutes=5)
        engine.reap(lease.kind)
        break_down(lease)

    kind = bench(lose_and_break)
    errand = an_errand()
    engine.run(claimed(kind, errand))
    assert (row(errand).status, row(errand).losses) == ("waiting", 1)


def test_a_row_that_was_deleted_under_way_stops_nobody(bench: Bench) -> None:
    def delete_and_break(lease: Lease[Errand]) -> None:
        Errand.objects.filter(pk=lease.item.pk).delete()
        break_down(lease)

    bench(delete_and_break)
    an_errand(), an_errand()
    assert drain() == 2


def test_work_that_forgets_to_settle_is_taken_back_like_a_lost_one(bench: Bench) -> None:
    kind = bench(lambda lease: None)
    errand = an_errand()
    drain()
    assert row(errand).status == "running"
    later(minutes=5)
    assert engine.reap(kind) == 1
    assert (row(errand).status, row(errand).losses) == ("waiting", 1)


def test_three_vanished_workers_end_it_and_a_person_is_asked_once(errands: Errands) -> None:
    errand = an_errand()
    for losses in (1, 2, 3):
        claimed(errands, row(errand), worker=f"worker {losses}")
        later(minutes=5)
        assert engine.reap(errands) == 1
        assert row(errand).losses == losses
    assert (row(errand).status, row(errand).due_at, asked_of_a_person(errand.pk)) == ("stuck", None, 1)
    assert errands.machine.move(row(errand), "waiting", actor="person", losses=0, due_at=from_now(timedelta(0)), rank_at=now())
    assert asked_of_a_person(errand.pk) == 0


def test_an_outcome_ends_the_row_of_losses(errands: Errands) -> None:
    errand = an_errand(losses=2)
    claimed(errands, errand).settle("waiting", after=timedelta(0))
    assert row(errand).losses == 0


def test_a_lease_that_lives_is_not_taken_back(errands: Errands) -> None:
    lease = claimed(errands)
    later(seconds=60)
    assert engine.reap(errands) == 0
    assert row(lease).lease_token == lease.token


def test_one_row_that_cannot_be_taken_back_does_not_hold_up_the_others(bench: Bench) -> None:
    class Picky(Errands):
        def lost(self, item: Errand) -> Ending:
            if item.leased_by == "poison":
                raise LookupError("its configuration is gone")
            return super().lost(item)

    kind = Picky()
    leases = [claimed(kind, worker=worker) for worker in ("poison", "ann", "bob")]
    later(minutes=5)
    assert engine.reap(kind) == 2
    assert [row(lease).status for lease in leases] == ["running", "waiting", "waiting"]


def test_stopping_gives_rows_and_attempts_back(errands: Errands) -> None:
    lease = claimed(errands)
    with keeper.keep(lease):
        assert engine.release_all() == 1
    given_back = row(lease)
    assert (given_back.status, given_back.attempts, given_back.losses) == ("waiting", 0, 0)
    assert given_back.due_at <= now()


def test_stopping_takes_the_ending_that_fits_the_row_as_it_is_now(bench: Bench) -> None:
    class Careful(Errands):
        def released(self, item: Errand) -> Ending:
            return Ending("stuck", None, "it had begun") if item.last_attempt_at is None else super().released(item)

    lease = claimed(Careful())
    lease.note(last_attempt_at=None)
    with keeper.keep(lease):
        engine.release_all()
    assert row(lease).status == "stuck"


def test_stopping_leaves_alone_what_went_to_somebody_else(errands: Errands) -> None:
    old = claimed(errands)
    later(minutes=5)
    engine.reap(errands)
    new = claimed(errands, row(old), worker="bob")
    with keeper.keep(old):
        assert engine.release_all() == 0
    assert row(old).lease_token == new.token


def test_a_drain_takes_nothing_once_the_process_was_told_to_stop(errands: Errands) -> None:
    from work import shutdown

    an_errand()
    shutdown.request()
    assert drain() == 0


def test_the_slot_is_free_after_the_work_whatever_its_end(bench: Bench) -> None:
    def take_and_break(lease: Lease[Errand]) -> None:
        slots.take("well", 1, lease)
        break_down(lease)

    bench(take_and_break)
    an_errand()
    drain()
    assert Slot.objects.get().token is None


def test_a_drain_keeps_its_place_from_row_to_row_and_changes_it_with_the_pool(bench: Bench) -> None:
    seen: list[tuple[str, str]] = []

    def note(lease: Lease[Errand]) -> None:
        slots.take("wide" if lease.item.priority == "low" else "well", 1, lease)
        seen.append((str(Slot.objects.get(token__isnull=False).pool), str(lease.place.token)))
        lease.settle("done")

    bench(note)
    for priority in ("high", "high", "low"):
        an_errand(priority=priority)
    drain()
    assert [pool for pool, _ in seen] == ["well", "well", "wide"]
    assert len({token for _, token in seen}) == 1
    assert not Slot.objects.filter(token__isnull=False).exists()


def test_a_place_that_was_held_for_long_is_taken_anew(errands: Errands) -> None:
    first, second = claimed(errands), claimed(errands)
    slots.take("well", 1, first)
    second.place = first.place
    first.place.fresh_until = 0.0
    Slot.objects.update(token=uuid4())  # it ran out, and somebody else has it
    with pytest.raises(Postponed):
        slots.take("well", 1, second)
