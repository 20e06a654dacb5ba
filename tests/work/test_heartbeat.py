"""A lease lives as long as its work, and no longer than the work may take."""

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.support.waiting import wait_for
from tests.workbench.bench import an_errand, claimed, later, row
from tests.workbench.kinds import Errands, finish
from tests.workbench.models import Errand
from work import engine, slots
from work.clock import now
from work.heartbeat import Keeper, keeper
from work.kinds import LeaseLost
from work.leases import GRACE, Lease
from work.models import Slot

pytestmark = pytest.mark.django_db(transaction=True)
SHORT = timedelta(milliseconds=1200)


@pytest.fixture
def short_leases(settings: Any) -> None:
    settings.HUB = replace(settings.HUB, lease_duration=SHORT)


def ends_at(lease: Lease[Errand]) -> Any:
    return row(lease).lease_expires_at


def keepers() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "lease-keeper"]


def test_a_lease_outlives_its_length_while_it_is_kept(short_leases: None, errands: Errands) -> None:
    lease = claimed(errands)
    first_end = ends_at(lease)
    with Keeper().keep(lease):
        wait_for(lambda: now() > first_end + SHORT, "twice the length of a lease")
        assert engine.reap(errands) == 0
        assert ends_at(lease) > now()


def test_nothing_renews_it_afterwards(short_leases: None, errands: Errands) -> None:
    lease = claimed(errands)
    with Keeper().keep(lease):
        pass
    wait_for(lambda: engine.reap(errands) == 1, "the lease to run out")


def test_one_thread_keeps_many_and_ends_when_there_is_nothing_left(short_leases: None, errands: Errands) -> None:
    earlier = keepers()  # of other tests, which may end at any moment
    mine = Keeper()
    leases = [claimed(errands) for _ in range(5)]
    for lease in leases:
        with mine.keep(lease), mine.keep(claimed(errands)):
            assert len(set(keepers()).difference(earlier)) == 1
    wait_for(lambda: set(keepers()) <= set(earlier), "the thread to end")
    with mine.keep(claimed(errands)):
        assert len(set(keepers()).difference(earlier)) == 1


def test_a_lease_is_left_alone_until_a_third_of_it_is_over(short_leases: None, errands: Errands) -> None:
    """Its row may have been written in a transaction that nobody else sees the end of yet."""
    young, old = replace(claimed(errands), duration=timedelta(minutes=2)), claimed(errands)
    ends_of_young, ends_of_old = ends_at(young), ends_at(old)
    mine = Keeper()
    with mine.keep(old), mine.keep(young):
        wait_for(lambda: ends_at(old) > ends_of_old + SHORT, "the old one to be renewed again and again")
        assert ends_at(young) == ends_of_young


def test_one_lease_that_cannot_be_renewed_does_not_end_the_others(short_leases: None, errands: Errands) -> None:
    class Broken(Errands):
        def patience(self, item: Errand) -> timedelta:
            raise LookupError("its configuration is gone")

    mine = Keeper()
    broken, sound = claimed(Broken()), claimed(errands)
    first_end = ends_at(sound)
    with mine.keep(broken), mine.keep(sound):
        wait_for(lambda: ends_at(sound) > first_end + SHORT, "the sound one to be renewed again and again")


@pytest.mark.parametrize(("over", "renewed"), [(timedelta(seconds=-1), True), (timedelta(seconds=1), False)])
def test_work_that_takes_too_long_is_left_to_run_out(errands: Errands, over: timedelta, renewed: bool) -> None:
    lease = claimed(errands)
    lease.started -= (errands.patience(lease.item) + GRACE + over).total_seconds()
    assert lease.renew() == renewed


def test_what_has_run_out_is_not_revived(errands: Errands) -> None:
    """Its slot, or its place in the owner's share, may be somebody else's by now."""
    lease = claimed(errands)
    later(minutes=3)
    assert not lease.renew()
    assert lease.lost
    assert ends_at(lease) < now()


def test_what_went_to_somebody_else_is_not_renewed(errands: Errands) -> None:
    lease = claimed(errands)
    later(minutes=3)
    engine.reap(errands)
    heir = claimed(errands, row(lease), worker="bob")
    before = ends_at(heir)
    assert not lease.renew()
    assert ends_at(heir) == before


def test_the_place_in_a_pool_is_renewed_with_the_lease(errands: Errands) -> None:
    lease = claimed(errands)
    slots.take("well", 1, lease)
    later(seconds=100)
    lease.renew()
    later(seconds=100)
    assert Slot.objects.filter(token=lease.place.token, expires_at__gt=now()).exists()


def test_a_note_is_written_only_while_the_lease_lives(errands: Errands) -> None:
    lease = claimed(errands)
    lease.note(last_attempt_at=None)
    assert row(lease).last_attempt_at is None
    later(minutes=3)
    with pytest.raises(LeaseLost, match="went to somebody else"):
        lease.note(attempts=99)
    assert row(lease).attempts == 1
    assert lease.lost


def test_losing_the_lease_in_the_middle_ends_the_work_without_a_loss(bench: Callable[..., Errands]) -> None:
    def lose(lease: Lease[Errand]) -> None:
        later(minutes=3)
        engine.reap(lease.kind)
        lease.note(last_attempt_at=None)
        finish(lease)

    bench(lose)
    errand = an_errand()
    engine.drain("errands", 1, "ann")
    assert (row(errand).status, row(errand).losses) == ("waiting", 1)


def test_the_process_knows_what_it_holds(errands: Errands) -> None:
    lease = claimed(errands)
    with keeper.keep(lease):
        assert [held.token for held in keeper.held()] == [lease.token]
    assert keeper.held() == []
