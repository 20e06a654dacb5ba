"""What a person may do with rows: asked first with its effect, done by a service, told afterwards as done / skipped / why."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Model
from django.http import HttpRequest

from accounts.actors import name_of
from accounts.models import User
from work.errors import Refused

MOST_AT_ONCE = 200
REASONS_SHOWN = 10

Run = Callable[..., str | None]


def always(row: Any) -> bool:
    """The action fits every row."""
    return True


@dataclass(frozen=True)
class PersonAction:
    """One thing that can be done.

    `run(row, user=, **what the form asked)` does it, may return more to say, and raises Refused where the state does not
    allow it. `effect` is a sentence for the page that asks. `fits` says whether the object's own page offers it. `removes`:
    there is no such page afterwards.
    """

    name: str
    label: str
    effect: str
    run: Run
    fits: Callable[[Any], bool] = always
    form: type[forms.Form] | None = None
    one_only: bool = False
    removes: bool = False


def by_actor(service: Callable[..., Any]) -> Run:
    """A service that takes `actor=`, as an action's `run`."""

    def run(row: Any, *, user: User, **asked: Any) -> None:
        service(row, actor=name_of(user), **asked)

    return run


@dataclass
class Outcome:
    """What became of each row."""

    done: list[Model] = field(default_factory=list)
    skipped: list[tuple[Model, str]] = field(default_factory=list)
    said: list[tuple[Model, str]] = field(default_factory=list)


def perform(action: PersonAction, rows: Sequence[Model], user: User, asked: dict[str, Any]) -> Outcome:
    """Do it to each row by itself: one that refuses stops no other."""
    outcome = Outcome()
    for row in rows:
        try:
            said = action.run(row, user=user, **asked)
        except Refused as refusal:
            outcome.skipped.append((row, refusal.message))
        else:
            outcome.done.append(row)
            if said:
                outcome.said.append((row, said))
    return outcome


def tell(request: HttpRequest, action: PersonAction, outcome: Outcome) -> None:
    """Say what was done, what was skipped, and why."""
    if outcome.done:
        messages.success(request, f"{action.label}: {len(outcome.done)} done{_named(outcome.done)}.")
    for row, words in outcome.said[:REASONS_SHOWN]:
        messages.info(request, f"{row}: {words}")
    for row, reason in outcome.skipped[:REASONS_SHOWN]:
        messages.warning(request, f"{action.label}: {row} was skipped: {reason.rstrip('.')}.")
    more = len(outcome.skipped) - REASONS_SHOWN
    if more > 0:
        messages.warning(request, f"{action.label}: {more} more were skipped for reasons like these.")


def _named(rows: Sequence[Model]) -> str:
    return f" ({rows[0]})" if len(rows) == 1 else ""
