"""How many SQL statements each step costs, outside of any transaction as in a worker. More is a decision, not an accident."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.workbench.bench import an_errand, claimed, later
from tests.workbench.kinds import LOUD, QUEUE, QUIET, Errands
from tests.workbench.models import Errand
from work import claims, engine, limiter, slots
from work.leases import Lease

pytestmark = pytest.mark.django_db(transaction=True)
Bench = Callable[..., Errands]
Count = Callable[[int], Any]


def settle(lease: Lease[Errand]) -> None:
    lease.settle("done")


def settle_in_a_slot(lease: Lease[Errand]) -> None:
    slots.take("well", 1, lease)
    lease.settle("done")


@pytest.mark.parametrize(
    ("machine", "statements"),
    [
        (QUIET, 2),  # the claim; the row as it is now
        (LOUD, 5),  # BEGIN, the claim, its event, COMMIT; the row as it is now
    ],
)
def test_claim(bench: Bench, django_assert_num_queries: Count, machine: Any, statements: int) -> None:
    kind = bench(machine=machine)
    errand = an_errand()
    with django_assert_num_queries(statements):
        assert claims.claim(kind, errand, "ann")


def test_a_claim_that_came_too_late(bench: Bench, django_assert_num_queries: Count) -> None:
    kind = bench(machine=QUIET)
    errand = an_errand()
    claimed(kind, errand)
    errand.status = "waiting"
    with django_assert_num_queries(1):  # the claim
        assert claims.claim(kind, errand, "bob") is None


@pytest.mark.parametrize(
    ("machine", "statements"),
    [
        (QUIET, 1),  # the outcome
        (LOUD, 4),  # BEGIN, the outcome, its event, COMMIT
    ],
)
def test_settle(bench: Bench, django_assert_num_queries: Count, machine: Any, statements: int) -> None:
    lease = claimed(bench(machine=machine))
    with django_assert_num_queries(statements):
        assert lease.settle("done")


@pytest.mark.parametrize(
    ("in_pool", "statements"),
    [
        (False, 1),  # the lease
        (True, 2),  # the lease, its place
    ],
)
def test_renewal(bench: Bench, django_assert_num_queries: Count, in_pool: bool, statements: int) -> None:
    lease = claimed(bench())
    if in_pool:
        slots.take("well", 1, lease)
    with django_assert_num_queries(statements):
        assert lease.renew()


def test_a_drain_that_finds_nothing(bench: Bench, django_assert_num_queries: Count) -> None:
    bench()
    engine.drain(QUEUE, 20, "ann")  # its first trace is dearer
    with django_assert_num_queries(2):  # the worker's trace; the look
        assert engine.drain(QUEUE, 20, "ann") == 0


@pytest.mark.parametrize(
    ("act", "rows", "statements"),
    [
        (settle, 1, 6),  # trace; look; claim, row, outcome; last look
        (settle, 20, 62),  # trace; look; 20 times claim, row, outcome; and it stops at its number, which saves the last look
        (settle_in_a_slot, 1, 8),  # trace; look; claim, row, place taken, outcome; last look; place given back
        (settle_in_a_slot, 20, 64),  # trace; look; 20 times claim, row, outcome; one place taken and given back for all
    ],
)
def test_a_drain(bench: Bench, django_assert_num_queries: Count, act: Any, rows: int, statements: int) -> None:
    slots._make_places("well", 1)
    bench(act, machine=QUIET)
    engine.drain(QUEUE, 20, "ann")
    for _ in range(rows):
        an_errand()
    with django_assert_num_queries(statements):
        assert engine.drain(QUEUE, 20, "ann") == rows


def test_a_tick_per_kind_of_work(bench: Bench, django_assert_num_queries: Count) -> None:
    bench()
    engine.tick("host", 1)
    for _ in range(30):
        an_errand()
    with django_assert_num_queries(4):  # the beat's trace; expired leases; how much is due; who proved to consume
        engine.tick("host", 1)


def test_taking_back_one_row(bench: Bench, django_assert_num_queries: Count) -> None:
    kind = bench(machine=QUIET)
    claimed(kind)
    later(minutes=5)
    with django_assert_num_queries(2):  # the look; the row
        assert engine.reap(kind) == 1


def test_a_place_in_a_pool(bench: Bench, django_assert_num_queries: Count) -> None:
    kind = bench()
    first, second, third = claimed(kind), claimed(kind), claimed(kind)
    slots.take("well", 2, first)
    with django_assert_num_queries(1):
        slots.take("well", 2, second)
    with django_assert_num_queries(3), pytest.raises(slots.Postponed):  # none free; all places are there; none free still
        slots.take("well", 2, third)


def test_a_call_of_a_limit(django_assert_num_queries: Count) -> None:
    from tests.workbench.models import Tap

    Tap.objects.create()
    with django_assert_num_queries(1):
        assert limiter.take(Tap.objects.all(), limiter.Rate(1)) is None
    with django_assert_num_queries(3):  # refused; when; now
        assert limiter.take(Tap.objects.all(), limiter.Rate(1))


def test_waking_an_owner(bench: Bench, django_assert_num_queries: Count) -> None:
    bench()
    owner = an_errand().pk
    with django_assert_num_queries(1):  # per kind of work
        engine.wake([owner])
