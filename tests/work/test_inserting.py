"""Very many rows at once hold the same values as rows made one by one."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from django.db import IntegrityError, transaction

from work.ids import new_id
from work.inserting import insert
from work.models import Event

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 1, 12, 30, 1, 250_000, tzinfo=timezone(timedelta(hours=2)))
FIELDS = {"name": "n", "object_type": "t", "object_id": "1", "actor": "a"}


def test_values_of_every_type_come_back_as_they_were() -> None:
    text = 'tab\t, \\N, "quote", new\nline, Ünï'
    row = {**FIELDS, "id": new_id(), "at": AT, "reason": text, "data": {"a": [1, None, text]}, "before": None, "after": {}}
    insert(Event, [row | {"actor_id": (key := new_id())}])
    event = Event.objects.get()
    assert (event.at, event.reason, event.data, event.before, event.after) == (AT.astimezone(UTC), text, row["data"], None, {})
    assert (event.actor_id, event.from_state, event.via, event.correlation_id) == (key, "", None, "")


def test_the_database_fills_in_what_it_fills_in() -> None:
    insert(Event, [{**FIELDS, "id": new_id()} for _ in range(3)])
    assert all(event.at for event in Event.objects.all())


def test_constraints_hold() -> None:
    key = new_id()
    with pytest.raises(IntegrityError), transaction.atomic():
        insert(Event, [{**FIELDS, "id": key}, {**FIELDS, "id": key}])
    assert not Event.objects.exists()


def test_no_rows_are_nothing() -> None:
    insert(Event, [])
    assert not Event.objects.exists()
