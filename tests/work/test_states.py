"""One way to change a state."""

from dataclasses import replace
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.db.models import Q

from tests.workbench.bench import an_errand, asked_of_a_person, history, row
from tests.workbench.kinds import LOUD, QUIET
from tests.workbench.models import Errand
from work.clock import from_now, now
from work.models import Attention, Event
from work.states import IllegalMove, Machine, table

pytestmark = pytest.mark.django_db

MANY = replace(LOUD, moves=table({"waiting": ["done"], "running": ["stuck"], "stuck": ["done"], "done": []}))


def running(**fields: object) -> Errand:
    return an_errand(
        None, status="running", lease_token=uuid4(), lease_expires_at=now(), leased_by="ann", share_key=uuid4(), **fields
    )


def ended(machine: Machine, errand: Errand, target: str, reason: str = "") -> bool:
    return machine.move(errand, target, actor="ann", reason=reason, lease_token=None, lease_expires_at=None)


def test_a_legal_move_is_written_and_told() -> None:
    errand = running()
    assert ended(LOUD, errand, "done", "it worked")
    event = Event.objects.get()
    assert row(errand).status == errand.status == "done"
    assert (event.name, event.from_state, event.to_state, event.actor, event.reason) == (
        "moved",
        "running",
        "done",
        "ann",
        "it worked",
    )


@pytest.mark.parametrize(
    ("begin", "end"), [("waiting", "done"), ("waiting", "waiting"), ("done", "waiting"), ("running", "nowhere")]
)
def test_an_illegal_move_is_a_mistake_and_writes_nothing(begin: str, end: str) -> None:
    errand = running() if begin == "running" else an_errand(None, status=begin)
    assert not LOUD.allows(begin, end)
    with pytest.raises(IllegalMove, match=f"errand: {begin} never becomes {end}"):
        LOUD.move(errand, end, actor="ann")
    assert row(errand).status == errand.status == begin
    assert not Event.objects.exists()


def test_a_lost_race_writes_nothing() -> None:
    errand = running()
    seen_by_another = row(errand)
    ended(LOUD, errand, "waiting")
    before = Errand.objects.values().get()
    assert not ended(LOUD, seen_by_another, "stuck")
    assert Errand.objects.values().get() == before
    assert history(errand) == ["running>waiting"]
    assert (seen_by_another.status, asked_of_a_person(errand.pk)) == ("running", 0)


def test_a_condition_that_does_not_hold_writes_nothing() -> None:
    errand = running()
    assert not LOUD.move(errand, "done", actor="ann", where=Q(attempts=7))
    assert (row(errand).status, errand.status, history(errand)) == ("running", "running", [])


def test_a_quiet_move_leaves_no_event_but_a_loud_one_of_the_same_machine_does() -> None:
    errand = running()
    assert ended(QUIET, errand, "waiting")
    assert history(errand) == []
    stuck = running()
    assert ended(QUIET, stuck, "stuck")
    assert history(stuck) == ["running>stuck"]


def test_a_state_asks_a_person_while_it_lasts() -> None:
    errand = running()
    ended(LOUD, errand, "stuck", "nobody knows")
    asked = Attention.objects.get()
    assert (asked.kind, asked.object_id, asked.tenant_id, asked.reason, asked.settled_at) == (
        "errandStuck",
        str(errand.pk),
        errand.share_key,
        "nobody knows",
        None,
    )
    LOUD.move(errand, "waiting", actor="person", due_at=from_now(now() - now()), rank_at=now())
    asked.refresh_from_db()
    assert asked.settled_at


def test_move_event_and_attention_stand_or_fall_together() -> None:
    errand = running()
    with pytest.raises(IntegrityError), transaction.atomic():
        LOUD.move(errand, "stuck", actor="ann")  # and keeps its lease, which the database refuses
    assert row(errand).status == "running"
    assert not Event.objects.exists()
    assert not Attention.objects.exists()


def test_many_rows_move_together_with_their_history_and_what_they_asked() -> None:
    stuck, idle = running(), an_errand()
    ended(LOUD, stuck, "stuck")
    with transaction.atomic():
        assert MANY.move_all([stuck, idle], "done", actor="ann", reason="enough", due_at=None, rank_at=None)
    assert [row(one).status for one in (stuck, idle)] == [stuck.status, idle.status] == ["done", "done"]
    assert (history(stuck), history(idle)) == (["running>stuck", "stuck>done"], ["waiting>done"])
    assert asked_of_a_person(stuck.pk) == 0


def test_of_many_rows_one_that_moved_on_stops_them_all() -> None:
    errands = [an_errand(), an_errand()]
    Errand.objects.filter(pk=errands[1].pk).update(status="done", due_at=None, rank_at=None)
    assert not MANY.move_all(errands, "done", actor="ann", due_at=None, rank_at=None)
    assert MANY.move_all([], "done", actor="ann")


def test_what_asks_a_person_is_not_entered_by_many_at_once() -> None:
    with pytest.raises(IllegalMove, match="row by row"):
        MANY.move_all([running()], "stuck", actor="ann")


@pytest.mark.parametrize(
    ("moves", "exits"),
    [
        ({"a": ["b"]}, {"a": "clock"}),
        ({"a": ["b"], "b": []}, {"a": "clock"}),
        ({"a": ["b"], "b": []}, {"a": "clock", "b": "final", "c": "?"}),
    ],
)
def test_a_machine_without_exits_is_not_built(moves: dict[str, list[str]], exits: dict[str, str]) -> None:
    with pytest.raises(IllegalMove, match="every state needs its moves and its exits"):
        Machine("thing", table(moves), exits)


@pytest.mark.parametrize(
    "broken",
    [
        {"status": "running"},
        {"lease_token": uuid4()},
        {"status": "running", "lease_token": uuid4()},
        {"due_at": None},
        {"rank_at": None},
        {"attempts": -1},
    ],
)
def test_the_database_refuses_half_a_lease_and_half_a_date(broken: dict[str, object]) -> None:
    errand = an_errand()
    with pytest.raises(IntegrityError), transaction.atomic():
        Errand.objects.filter(pk=errand.pk).update(**broken)
