"""History is added to, and leaves the database by one way only: the database itself sees to that."""

import threading
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.core.management.commands import flush
from django.db import DatabaseError, IntegrityError, connection, transaction

from tests.support.together import together
from work import history, provenance
from work.clock import now
from work.models import Event
from work.provenance import Provenance

REQUEST = Provenance(via="token crop planner", address="192.0.2.7", actor_id=uuid4(), correlation_id="r1")


def an_event(**fields: Any) -> Event:
    return history.record("errand", 1, "done", actor="user ann", **fields)


@pytest.mark.django_db
@pytest.mark.parametrize("column", ["actor", "name", "before", "at"])
def test_no_entry_is_changed(column: str) -> None:
    event = an_event()
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        Event.objects.update(**{column: now() if column == "at" else "other"})
    assert Event.objects.get() == event


@pytest.mark.django_db
def test_no_entry_is_deleted() -> None:
    event = an_event()
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        event.delete()
    assert Event.objects.filter(pk=event.pk).exists()


@pytest.mark.django_db(transaction=True)
def test_the_whole_table_is_not_emptied_either() -> None:
    an_event()
    with pytest.raises((CommandError, DatabaseError)):
        call_command(flush.Command(), interactive=False, verbosity=0)
    assert Event.objects.count() == 1


@pytest.mark.django_db
def test_a_purge_takes_what_is_old_and_is_on_record_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "PURGED_AT_ONCE", 2)
    for days in (3, 2, 1, 0):
        Event.objects.create(
            object_type="errand", object_id=str(days), name="done", actor="clock", at=now() - timedelta(days=days)
        )
    assert [history.purge(now() - timedelta(hours=12), actor="command ann") for _ in range(3)] == [2, 1, 0]
    left = Event.objects.order_by("id")
    assert [event.object_id for event in left if event.object_type == "errand"] == ["0"]
    assert [(event.name, event.data["entries"], event.actor) for event in left if event.object_type == "history"] == [
        ("purged", 2, "command ann"),
        ("purged", 1, "command ann"),
    ]


@pytest.mark.django_db
def test_the_way_is_closed_after_a_purge_also_one_that_failed() -> None:
    an_event()
    with pytest.raises(ZeroDivisionError), history.purging():
        raise ZeroDivisionError
    for _ in range(2):
        with pytest.raises(IntegrityError), transaction.atomic():
            Event.objects.all().delete()
        history.purge(now() - timedelta(days=1), actor="command ann")


@pytest.mark.django_db(transaction=True)
def test_a_purge_opens_the_way_for_nobody_else() -> None:
    an_event()
    purging, tried = threading.Event(), threading.Event()

    def purge() -> str:
        with history.purging():
            purging.set()
            if connection.vendor != "sqlite":  # which lets nobody else write meanwhile
                tried.wait(30)
        return "purged"

    def delete() -> str:
        purging.wait(30)
        try:
            Event.objects.all().delete()
        except IntegrityError:
            return "refused"
        finally:
            tried.set()
        return "deleted"

    assert together(purge, delete) == ["purged", "refused"]


@pytest.mark.django_db
def test_an_entry_says_where_it_comes_from() -> None:
    with provenance.told_by(lambda: REQUEST):
        event = an_event()
        history.record_all("errand", [2, 3], "seen", actor="user ann", after={3: {"name": "b"}})
    assert (event.via, event.address, event.actor_id, event.correlation_id) == (
        REQUEST.via, REQUEST.address, REQUEST.actor_id, "r1",
    )  # fmt: skip
    seen = Event.objects.filter(name="seen").order_by("object_id")
    assert [(one.via, one.address, one.after) for one in seen] == [
        (REQUEST.via, REQUEST.address, None),
        (REQUEST.via, REQUEST.address, {"name": "b"}),
    ]


@pytest.mark.django_db
def test_what_the_clock_does_comes_from_nowhere_also_inside_a_request() -> None:
    with provenance.told_by(lambda: REQUEST):
        event = history.record("errand", 1, "moved", actor="clock")
    assert (event.via, event.address, event.actor_id, event.correlation_id) == (None, None, None, "r1")


@pytest.mark.django_db
def test_what_comes_from_an_unknown_place_is_in_the_trail_all_the_same() -> None:
    assert an_event().via == ""


@pytest.mark.django_db
def test_a_request_ends_with_its_block() -> None:
    with pytest.raises(ZeroDivisionError), provenance.told_by(lambda: REQUEST):
        raise ZeroDivisionError
    assert an_event().address is None
