"""What waits for its owner rests, and is woken."""

from datetime import timedelta
from uuid import uuid4

from tests.workbench.bench import an_errand, claimed, row
from tests.workbench.kinds import Errands
from work import claims, engine
from work.clock import now


def test_waking_makes_everything_of_one_owner_due(errands: Errands) -> None:
    owner, other = uuid4(), uuid4()
    sleeping = [an_errand(timedelta(hours=1), priority, share_key=owner) for priority in ("low", "high", "normal")]
    never = an_errand(None, share_key=owner)
    stranger = an_errand(timedelta(hours=1), share_key=other)
    engine.wake([owner])
    assert [item.priority for item in claims.claimable(errands)] == ["high", "normal", "low"]
    assert {item.pk for item in claims.claimable(errands)} == {item.pk for item in sleeping}
    assert row(never).due_at is None
    assert row(stranger).due_at > now()


def test_what_rests_is_due_in_a_day_in_its_rank_and_is_woken(errands: Errands) -> None:
    owner, other = uuid4(), uuid4()
    waiting = [an_errand(timedelta(hours=2), priority, share_key=owner) for priority in ("low", "high")]
    never, stranger = an_errand(None, share_key=owner), an_errand(share_key=other)
    under_way = claimed(errands, an_errand(share_key=owner)).item
    engine.rest([owner])
    assert [item.pk for item in claims.claimable(errands)] == [stranger.pk]
    low, high = (row(item) for item in waiting)
    assert low.due_at == low.rank_at
    assert high.due_at - high.rank_at == timedelta(seconds=120)
    assert high.due_at > now() + engine.RESTS_FOR - timedelta(minutes=1)
    assert (row(never).due_at, row(under_way).status) == (None, "running")
    engine.wake([owner])
    assert claims.claimable(errands).count() == 3
