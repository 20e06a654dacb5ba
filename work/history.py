"""The append-only history of every object: the machine's moves, and all that people did, with where it came from."""

import logging
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q, QuerySet

from work import apart, provenance
from work.clock import now
from work.ids import first_id_at, new_id
from work.inserting import insert
from work.models import Event

logger = logging.getLogger(__name__)

CLOCK = "clock"
"""The actor of what nobody asked for."""

PURGED_AT_ONCE = 2000
CLOCKS_DIFFER_BY = timedelta(days=1)
"""At most: a key is made by the clock of the host that writes, `at` by the database's."""

EARLIEST, LATEST = datetime(1990, 1, 1, tzinfo=UTC), datetime(9990, 1, 1, tzinfo=UTC)

Key = UUID | int | str
Values = Mapping[str, Any]


def record(
    object_type: str,
    object_id: Key,
    name: str,
    *,
    actor: str,
    reason: str = "",
    moved: tuple[str, str] = ("", ""),
    data: Values | None = None,
    before: Values | None = None,
    after: Values | None = None,
) -> Event | None:
    """Write down that something happened to an object. `data`, and its values `before` and `after`, are JSON without secrets.

    None where it is done for the owner apart, who leaves no history.
    """
    if apart.working():
        return None
    _log(f"{object_type} {object_id}", name, moved, reason)
    return Event.objects.create(
        object_type=object_type,
        object_id=str(object_id),
        name=name,
        actor=actor,
        reason=reason,
        from_state=moved[0],
        to_state=moved[1],
        data=dict(data or {}),
        before=before,
        after=after,
        **_origin(actor),
    )


def record_all(
    object_type: str,
    object_ids: Iterable[Key],
    name: str,
    *,
    actor: str,
    reason: str = "",
    moved: tuple[str, str] = ("", ""),
    data: Mapping[str, Any] | None = None,
    before: Mapping[Key, Values] | None = None,
    after: Mapping[Key, Values] | None = None,
    at: datetime | None = None,
) -> None:
    """The same entry for many objects, in few statements. `before` and `after`: the values of each, by its key.

    The time (now, where none is given) is a value, since an expression would be compiled for each row.
    """
    fields = {"name": name, "actor": actor, "reason": reason, "from_state": moved[0], "to_state": moved[1], **_origin(actor)}
    keys, old, new = list(object_ids), before or {}, after or {}
    if keys and not apart.working():
        at = at or now()
        _log(f"{object_type} {', '.join(map(str, keys[:3]))}{', …' if keys[3:] else ''} ({len(keys)})", name, moved, reason)
        fields |= {"at": at, "object_type": object_type, "data": dict(data or {})}
        rows = [{**fields, "id": new_id(), "object_id": str(key), "before": old.get(key), "after": new.get(key)} for key in keys]
        insert(Event, rows)


def _log(subject: str, name: str, moved: tuple[str, str], reason: str) -> None:
    """In the log, too, once it is certain: there it stands among what else happened meanwhile."""
    words = f"{name}: {' → '.join(moved)}" if any(moved) else name
    transaction.on_commit(lambda: logger.info("%s %s%s", subject, words, f"; {reason}" if reason else ""))


def _origin(actor: str) -> dict[str, Any]:
    """What the clock does has no means and no address, also where a request set it off; the correlation id ties the two."""
    told = provenance.current()
    if actor == CLOCK:
        return {"correlation_id": told.correlation_id}
    return {"via": told.via, "address": told.address, "actor_id": told.actor_id, "correlation_id": told.correlation_id}


def of(object_type: str, object_id: Key) -> QuerySet[Event]:
    """What happened to one object, newest first."""
    return Event.objects.filter(object_type=object_type, object_id=str(object_id)).order_by("-id")


def happened_since(moment: datetime) -> Q:
    """At this time or later; by the index of the key, which tells age nearly."""
    moment = max(EARLIEST, min(moment, LATEST))
    return Q(at__gte=moment, id__gte=first_id_at(moment - CLOCKS_DIFFER_BY))


def happened_before(moment: datetime) -> Q:
    """Before this time; likewise."""
    moment = max(EARLIEST, min(moment, LATEST))
    return Q(at__lt=moment, id__lt=first_id_at(moment + CLOCKS_DIFFER_BY))


@contextmanager
def purging() -> Iterator[None]:
    """The one way by which history leaves the database, whose triggers refuse every other change or deletion of it.

    It is open inside this transaction alone.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("INSERT INTO work_purging (allowed) VALUES (1)")
        yield
        cursor.execute("DELETE FROM work_purging")


def purge(before: datetime, *, actor: str) -> int:
    """Delete what happened before that time, a bounded number of entries; how many. Call it until there are none.

    That it was done is on record itself.
    """
    with purging():
        oldest = Event.objects.filter(happened_before(before)).order_by("id")
        gone, _ = Event.objects.filter(id__in=list(oldest.values_list("id", flat=True)[:PURGED_AT_ONCE])).delete()
        if gone:
            record("history", "", "purged", actor=actor, data={"before": before.isoformat(), "entries": gone})
    return gone
