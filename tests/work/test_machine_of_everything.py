"""Any order of claims, outcomes, kills, late answers and passing time keeps the promises of the machine.

Hypothesis plays workers, clock and people. Rows are moved into the past, the clock itself is never touched.
"""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule, run_state_machine_as_test

from tests.work.promises import Expected, Promises
from tests.workbench.bench import NOW, an_errand, later, row
from tests.workbench.kinds import LOUD, PLACES, POOL, Errands
from tests.workbench.models import Effect, Errand
from work import claims, engine, history, kinds, slots
from work.clock import now
from work.kinds import LeaseLost, Postponed
from work.leases import HEAD_START, Lease, due
from work.models import Attention, Event, Slot

pytestmark = pytest.mark.thorough

ALICE = uuid4()
OWNERS = (ALICE, ALICE, uuid4(), None)
PRIORITIES = st.sampled_from(["low", "normal", "high"])
PAUSES = st.sampled_from([NOW, timedelta(seconds=20), timedelta(minutes=3)])
workers = st.integers(min_value=0, max_value=50)


class Bustle(Promises):
    """What happens to errands, in any order."""

    def one_of(self, leases: list[Lease[Errand]], number: int) -> Lease[Errand]:
        return leases.pop(number % len(leases))

    def of(self, lease: Lease[Errand]) -> Expected:
        return self.expected[lease.item.pk]

    # What is to be done, and what workers do

    @initialize(
        errands=st.lists(st.tuples(PRIORITIES, st.sampled_from(OWNERS), PAUSES), min_size=2, max_size=5),
        begun=st.integers(min_value=0, max_value=4),
    )
    def things_to_do(self, errands: list[tuple[str, UUID | None, timedelta]], begun: int) -> None:
        for priority, owner, after in errands:
            self.expected[an_errand(after, priority, share_key=owner).pk] = Expected()
        for _ in range(begun):
            self.a_worker_claims()

    @rule()
    def a_worker_claims(self) -> None:
        offered = list(claims.claimable(self.kind))
        lease = claims.Candidates.of(self.kind.queue).next_lease("worker") if offered else None
        assert (lease is not None) == bool(offered)
        if lease:
            assert lease.item.pk == offered[0].pk, "first by rank"
            self.nobody_starves(offered)
            self.of(lease).attempts += 1
            self.live.append(lease)

    def nobody_starves(self, offered: list[Errand]) -> None:
        """However urgent the others are: who is due so much earlier than they goes first."""
        most = max(HEAD_START.values())
        assert all(offered[0].due_at <= other.due_at + most for other in offered)

    @rule(number=workers)
    def a_worker_claims_by_an_old_look(self, number: int) -> None:
        """It saw the row waiting; whether it still is decides."""
        lease = self.claim(list(self.expected)[number % len(self.expected)])
        if lease:
            self.live.append(lease)

    def claim(self, key: UUID) -> Lease[Errand] | None:
        seen = Errand.objects.get(pk=key)
        free = claims.claimable(self.kind).filter(pk=key).exists()
        seen.status = "waiting"
        lease = claims.claim(self.kind, seen, "neighbour")
        assert (lease is not None) == free
        self.expected[key].attempts += free
        return lease

    @rule(number=workers, outcome=st.sampled_from(["done", "waiting", "stuck"]), after=PAUSES)
    @precondition(lambda self: self.live)
    def a_worker_brings_its_outcome(self, number: int, outcome: str, after: timedelta) -> None:
        self.settle(self.one_of(self.live, number), outcome, after)

    @rule(number=workers, outcome=st.sampled_from(["done", "waiting", "stuck"]))
    @precondition(lambda self: self.gone)
    def a_lost_worker_brings_its_outcome_late(self, number: int, outcome: str) -> None:
        self.settle(self.one_of(self.gone, number), outcome, NOW)

    def settle(self, lease: Lease[Errand], outcome: str, after: timedelta) -> None:
        before, held = self.picture(lease), self.holds(lease)
        with transaction.atomic():
            settled = lease.settle(outcome, after=after if outcome == "waiting" else None)
            if settled and outcome == "done":
                Effect.objects.create(errand_id=lease.item.pk, worker=lease.worker)
        assert settled == held
        if settled:
            self.of(lease).losses = 0
            self.of(lease).finished += outcome == "done"
        else:
            assert self.picture(lease) == before, "a late outcome changes nothing"
        slots.give_back(lease.place)

    def picture(self, lease: Lease[Errand]) -> dict[str, Any]:
        return Errand.objects.filter(pk=lease.item.pk).values().get()

    @rule(number=workers, end=st.sampled_from(["postponed", "stopped", "broken"]))
    @precondition(lambda self: self.live)
    def a_worker_ends_without_outcome(self, number: int, end: str) -> None:
        lease = self.one_of(self.live, number)
        held = self.holds(lease)
        if end == "postponed":
            assert lease.give_back(Postponed(NOW, "not now")) == held
        elif end == "stopped":
            with engine.keeper.keep(lease):
                assert engine.release_all() == held
        else:
            engine.run(lease)
        self.of(lease).losses += held and end == "broken"
        self.of(lease).attempts -= held and end != "broken"
        slots.give_back(lease.place)

    @rule(number=workers)
    @precondition(lambda self: self.live)
    def a_worker_wants_a_slot(self, number: int) -> None:
        lease = self.live[number % len(self.live)]
        if lease.place.pool:
            return
        free = PLACES - Slot.objects.filter(token__isnull=False, expires_at__gt=now()).count()
        try:
            slots.take(POOL, PLACES, lease)
        except Postponed:
            assert free == 0
        else:
            assert free > 0

    @rule(number=workers)
    @precondition(lambda self: self.live)
    def a_heart_beats(self, number: int) -> None:
        lease = self.live[number % len(self.live)]
        alive = Errand.objects.filter(pk=lease.item.pk, lease_token=lease.token, lease_expires_at__gt=now()).exists()
        assert lease.renew() == alive

    @rule(number=workers, heirs=st.integers(min_value=0, max_value=3))
    @precondition(lambda self: self.live)
    def a_worker_is_killed(self, number: int, heirs: int) -> None:
        """And so is each that takes its row up after it was found out."""
        lease = self.one_of(self.live, number)
        self.gone.append(lease)
        for _ in range(heirs):
            later(seconds=130)
            self.the_clock_ticks()
            heir = self.claim(lease.item.pk)
            self.gone.extend([heir] if heir else [])

    @rule(number=workers)
    @precondition(lambda self: self.live + self.gone)
    def a_worker_writes_a_note(self, number: int) -> None:
        everybody = self.live + self.gone
        lease = everybody[number % len(everybody)]
        before = self.picture(lease)
        try:
            lease.note(last_attempt_at=None)
        except LeaseLost:
            assert self.picture(lease) == before

    # What the clock and people do

    @rule(seconds=st.sampled_from([15, 45, 130]))
    def time_passes(self, seconds: int) -> None:
        later(seconds=seconds)

    @rule()
    def the_clock_ticks(self) -> None:
        expired = list(Errand.objects.filter(status="running", lease_expires_at__lte=now()))
        assert engine.reap(self.kind) == len(expired)
        for errand in expired:
            self.expected[errand.pk].losses += 1
            assert row(errand).status == ("stuck" if self.expected[errand.pk].losses >= 3 else "waiting")

    @precondition(lambda self: Errand.objects.filter(status="stuck").exists())
    @rule()
    def a_person_retries_all_that_is_stuck(self) -> None:
        for errand in Errand.objects.filter(status="stuck"):
            assert LOUD.move(errand, "waiting", actor="person", attempts=0, losses=0, **due(NOW, errand.priority))
            self.expected[errand.pk].attempts = self.expected[errand.pk].losses = 0

    @rule(owner=st.sampled_from(OWNERS[:3]))
    def an_owner_wakes(self, owner: UUID) -> None:
        engine.wake([owner])
        waiting = Errand.objects.filter(share_key=owner, status="waiting")
        assert all(errand.due_at <= now() for errand in waiting), "compared as times: SQLite would compare texts"

    def teardown(self) -> None:
        """From wherever this ended, clock and people bring everything to its end."""
        try:
            for _ in range(4):
                later(hours=1)
                self.the_clock_ticks()
            self.a_person_retries_all_that_is_stuck()
            while offered := claims.claimable(self.kind)[:1]:
                lease = claims.claim(self.kind, offered[0], "the last")
                assert lease
                self.of(lease).attempts += 1
                self.settle(lease, "done", NOW)
            self.a_row_is_as_it_was_told()
            self.finished_once()
            assert not Errand.objects.exclude(status="done").exists()
        finally:
            with history.purging():
                for table in (Effect, Errand, Slot, Event, Attention):
                    table.objects.all().delete()


@pytest.mark.timeout(600)  # when it fails, making the example small takes its time
def test_every_order_of_things_keeps_the_promises(transactional_db: None, errands: Errands) -> None:
    class Registered(Bustle):
        def __init__(self) -> None:
            super().__init__()
            kinds.unregister("errand")
            kinds.register(self.kind)

    run_state_machine_as_test(
        Registered,
        settings=settings(
            max_examples=40,
            stateful_step_count=40,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            print_blob=True,
        ),
    )
