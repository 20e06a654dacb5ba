"""Two real processes that want the same thing at the same moment: rows, places, calls. Run on SQLite and on PostgreSQL."""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection

from tests.workbench.bench import an_errand, claimed, later
from tests.workbench.kinds import Errands
from tests.workbench.models import Effect, Errand, Tap
from tests.workbench.racers import Racer
from work.clock import now
from work.limiter import Rate
from work.models import Attention, Event, Slot

pytestmark = pytest.mark.race
ROUNDS = 10
Race = Callable[..., list[list[Any]]]


@pytest.fixture(scope="module")
def racers(django_db_setup: None) -> Iterator[list[Racer]]:
    """Two processes that are ready to run; starting them takes longer than all the races."""
    pair = [Racer("racer 0"), Racer("racer 1")]
    yield pair
    for racer in pair:
        racer.close()


@pytest.fixture
def race(racers: list[Racer], transactional_db: None) -> Race:
    """`race("code")`: what each process `found`, both let go at the same moment. `me` is its name, `rows` are as before."""

    def run(code: str, share: int = 4) -> list[list[Any]]:
        for racer in racers:
            racer.take_position(code, share)
        for racer in racers:
            racer.go()
        return [racer.found() for racer in racers]

    return run


def test_a_row_goes_to_one_of_two(race: Race) -> None:
    """Until both have won some: on a busy machine one can have run alone, and such a race shows nothing."""
    for rounds in range(1, ROUNDS + 1):
        rows = {str(an_errand().pk) for _ in range(60)}
        won = race("found = [str(row.pk) for row in rows if row.status == 'waiting' and claims.claim(kind, row, me)]")
        assert Counter(won[0] + won[1]) == Counter(rows)
        for number, keys in enumerate(won):
            assert set(Errand.objects.filter(pk__in=keys).values_list("leased_by", "attempts")) <= {(f"racer {number}", 1)}
        assert Event.objects.filter(from_state="waiting", to_state="running").count() == 60 * rounds
        if all(won):
            return
    pytest.fail(f"in none of {ROUNDS} races both took part")


def test_two_drains_do_everything_once(race: Race) -> None:
    for _ in range(120):
        an_errand()
    race("while engine.drain('errands', 20, me): pass")
    assert Counter(Effect.objects.values_list("errand", flat=True)) == Counter(Errand.objects.values_list("pk", flat=True))
    assert set(Errand.objects.values_list("status", "attempts", "losses")) == {("done", 1, 0)}


def test_an_owners_share_is_kept(race: Race) -> None:
    """On SQLite exactly; on PostgreSQL those who claim in the same instant do not see each other."""
    owner = uuid4()
    for _ in range(20):
        an_errand(share_key=owner)
    won = race("found = [str(row.pk) for row in rows if row.status == 'waiting' and claims.claim(kind, row, me)]", share=3)
    beyond = 0 if connection.vendor == "sqlite" else 1
    assert 3 <= len(won[0] + won[1]) <= 3 + beyond


def test_a_pool_gives_no_more_than_its_places(race: Race, bench: Callable[..., Errands]) -> None:
    kind = bench()
    for number in range(40):
        claimed(kind, worker=f"racer {number % 2}")
    take = """
for row in Errand.objects.filter(leased_by=me):
    lease = Lease(kind, row, row.lease_token, me, timedelta(minutes=2))
    try:
        slots.take("well", 7, lease)
        found.append(str(lease.place.token))
    except Postponed:
        pass
"""
    won = race(take)
    held = Slot.objects.filter(pool="well", token__isnull=False)
    assert sorted(won[0] + won[1]) == sorted(str(token) for token in held.values_list("token", flat=True))
    assert sorted(held.values_list("number", flat=True)) == list(range(7))


def test_a_pool_that_is_used_and_given_back_never_holds_too_many(race: Race, bench: Callable[..., Errands]) -> None:
    """Each notes, while it holds a place, who else does."""
    kind = bench()
    for number in range(60):
        claimed(kind, worker=f"racer {number % 2}")
    use = """
for row in Errand.objects.filter(leased_by=me):
    lease = Lease(kind, row, row.lease_token, me, timedelta(minutes=2))
    try:
        slots.take("well", 1, lease)
        found.append(Slot.objects.filter(token__isnull=False).count() + 10 * (Slot.objects.get().token != lease.place.token))
    except Postponed:
        pass
    slots.give_back(lease.place)
"""
    seen = race(use)
    assert set(seen[0] + seen[1]) == {1}


def test_calls_are_counted_one_by_one(race: Race) -> None:
    """Each call moves the schedule on by one interval; had one overwritten the other, it would lag behind the calls."""
    tap, rate, began = Tap.objects.create(), Rate(120), now()
    call = "found = [limiter.take(Tap.objects.all(), limiter.Rate(120)) is None for _ in range(60)]"
    allowed = sum(map(sum, race(call)))
    assert allowed >= rate.burst
    tap.refresh_from_db()
    assert tap.next_call_at
    assert tap.next_call_at - began >= allowed * rate.interval - timedelta(milliseconds=1)


def test_attention_is_raised_once(race: Race) -> None:
    race("for number in range(50): attention.raise_once('why', 'errand', number, tenant_id=None, reason='-')")
    assert Attention.objects.count() == 50


def test_an_expired_lease_is_taken_back_once(race: Race, bench: Callable[..., Errands]) -> None:
    kind = bench()
    for _ in range(40):
        claimed(kind)
    later(minutes=5)
    taken = race("found = [engine.reap(kind)]")
    assert sum(map(sum, taken)) == 40
    assert set(Errand.objects.values_list("status", "losses")) == {("waiting", 1)}


def test_taking_back_and_settling_do_not_both_happen(race: Race, bench: Callable[..., Errands]) -> None:
    kind = bench()
    for _ in range(60):
        claimed(kind)
    later(minutes=5)
    settle = """
if me == "racer 0":
    found = [engine.reap(kind)]
else:
    leases = [Lease(kind, row, row.lease_token, me, timedelta(minutes=2)) for row in reversed(rows)]
    found = [sum(lease.settle("done") for lease in leases)]
"""
    (taken_back,), (settled,) = race(settle)
    assert taken_back + settled == 60
    assert Errand.objects.filter(status="waiting", losses=1).count() == taken_back
    assert Errand.objects.filter(status="done", losses=0).count() == settled
    assert Event.objects.filter(name="late outcome").count() == taken_back
