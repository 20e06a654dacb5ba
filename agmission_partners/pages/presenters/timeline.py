"""What happened, in sentences, with who did it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from operator import or_

from django.db.models import Q, QuerySet

from accounts.actors import CLOCK
from accounts.models import User
from work.models import Event

MOVES: dict[tuple[str, str, str], str] = {
    ("job", "open", "closed"): "The job was closed",
    ("job", "closed", "open"): "The job was opened again",
    ("assignment", "0", "1"): "The job is with its aircraft",
    ("assignment", "1", "0"): "It waits to be sent again",
    ("assignment", "0", "2"): "Completed",
    ("assignment", "1", "2"): "Completed",
    ("assignment", "2", "0"): "Reopened",
    ("assignment", "2", "1"): "Reopened",
    ("assignment", "0", "3"): "Cancelled",
    ("assignment", "1", "3"): "Cancelled",
    ("assignment", "pending", "syncing"): "Sending began",
    ("assignment", "syncing", "synced"): "Sent",
    ("assignment", "syncing", "pending"): "Sending is tried again later",
    ("assignment", "syncing", "gave_up"): "Sending was given up",
    ("assignment", "pending", "unconfirmed"): "Restored from a backup: nobody knows whether it was sent since",
    ("assignment", "gave_up", "unconfirmed"): "Restored from a backup: nobody knows whether it was sent since",
    ("assignment", "syncing", "unconfirmed"): "Sent, but no answer says whether it arrived",
    ("assignment", "unconfirmed", "synced"): "Confirmed: it had arrived",
    ("assignment", "synced", "pending"): "To be sent again",
    ("assignment", "gave_up", "pending"): "To be sent again",
    ("assignment", "unconfirmed", "pending"): "To be sent again",
    ("log", "discovered", "downloading"): "Fetching began",
    ("log", "downloading", "stored"): "Fetched and kept",
    ("log", "downloading", "duplicate"): "Fetched: the same bytes as another log",
    ("log", "downloading", "discovered"): "Fetching is tried again later",
    ("log", "downloading", "failed"): "Fetching failed",
    ("log", "stored", "downloading"): "Fetched once more, to be sure that it is whole",
    ("log", "stored", "discovered"): "The partner shows it changed; it is fetched again",
    ("application", "stored", "parsing"): "Reading began",
    ("application", "parsing", "parsed"): "Read",
    ("application", "parsing", "quarantined"): "Cannot be read; kept unchanged",
    ("application", "parsing", "stored"): "Reading is tried again",
    ("application", "parsed", "stored"): "To be read again",
    ("application", "quarantined", "stored"): "To be read again",
}
NAMED: dict[tuple[str, str], str] = {
    ("job", "created"): "The job was made",
    ("job", "changed"): "The job was changed",
    ("assignment", "created"): "Given",
    ("assignment", "assigned"): "Given",
    ("assignment", "changed"): "The assignment was changed",
    ("assignment", "outdated"): "The job changed after it was sent",
    ("assignment", "retry asked for"): "Asked to be sent again",
    ("assignment", "poll asked for"): "Asked to look for logs now",
    ("assignment", "external id held"): "The partner's id belongs to another assignment already",
    ("application", "taken in by hand"): "Carried in by hand",
    ("application", "superseded"): "Replaced by a newer version of the log",
    ("application", "matched"): "Given to its job by a person",
}


@dataclass(frozen=True)
class Happening:
    """One line: when, what, to which thing, by whom, and why."""

    at: datetime
    what: str
    subject: str
    actor: str
    reason: str


Subjects = Mapping[tuple[str, str], str]
"""The things of a timeline, by type and key of their history, each with what it is called there."""


def events_of(subjects: Subjects) -> "QuerySet[Event]":
    """All that happened to them."""
    keys: dict[str, list[str]] = {}
    for object_type, key in subjects:
        keys.setdefault(object_type, []).append(key)
    wanted = [Q(object_type=object_type, object_id__in=some) for object_type, some in keys.items()]
    return Event.objects.filter(reduce(or_, wanted)) if wanted else Event.objects.none()


def present(events: Sequence[Event], subjects: Subjects) -> list[Happening]:
    """In their order; people are looked up in one statement."""
    people = _people(events)
    return [
        Happening(
            at=event.at,
            what=_sentence(event),
            subject=subjects.get((event.object_type, event.object_id), ""),
            actor=people.get(event.actor, "the hub"),
            reason=event.reason,
        )
        for event in events
    ]


def _sentence(event: Event) -> str:
    if event.name == "moved":
        move = (event.object_type, event.from_state, event.to_state)
        return MOVES.get(move, f"Became {event.to_state.replace('_', ' ')}")
    return NAMED.get((event.object_type, event.name), event.name.capitalize())


def _people(events: Iterable[Event]) -> dict[str, str]:
    names = {event.actor.removeprefix("user ") for event in events if event.actor.startswith("user ")}
    found = {f"user {user.username}": str(user) for user in User.objects.filter(username__in=names)} if names else {}
    return {CLOCK: "the clock", "demo": "the demo", **{f"user {name}": name for name in names}, **found}
