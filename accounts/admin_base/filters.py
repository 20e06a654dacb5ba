"""Filters that are questions: each offers a fixed set of answers, so that opening a list asks the table nothing."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.contrib.admin import ModelAdmin, RelatedFieldListFilter, SimpleListFilter
from django.db.models import Q, QuerySet, TextChoices
from django.db.models.functions import Now
from django.http import HttpRequest

from work.apart import OWNER
from work.clock import from_now, now

AGES = {"10min": timedelta(minutes=10), "1h": timedelta(hours=1), "1d": timedelta(days=1), "7d": timedelta(days=7)}
AGE_WORDS = {"10min": "10 minutes", "1h": "an hour", "1d": "a day", "7d": "a week"}


@dataclass(frozen=True)
class Choice:
    """One answer: its name in the address, its words, and which rows it leaves (a function where that depends on the day)."""

    name: str
    words: str
    rows: Q | Callable[[], Q]

    def condition(self) -> Q:
        """Which rows it leaves now."""
        return self.rows if isinstance(self.rows, Q) else self.rows()


def question(title: str, name: str, choices: Iterable[Choice]) -> type[SimpleListFilter]:
    """A filter of a list, by fixed conditions."""
    known = {choice.name: choice for choice in choices}

    class Question(SimpleListFilter):
        def lookups(self, request: HttpRequest, model_admin: "ModelAdmin[Any]") -> list[tuple[str, str]]:
            return [(choice.name, choice.words) for choice in known.values()]

        def queryset(self, request: HttpRequest, queryset: "QuerySet[Any]") -> "QuerySet[Any]":
            chosen = known.get(self.value() or "")
            return queryset.filter(chosen.condition()) if chosen else queryset

    Question.title = title
    Question.parameter_name = name
    return Question


class RelatedFilter(RelatedFieldListFilter):
    """A choice among few related rows, without the canary's."""

    def field_choices(self, field: Any, request: HttpRequest, model_admin: "ModelAdmin[Any]") -> list[tuple[str, Any]]:
        ordering = self.field_admin_ordering(field, request, model_admin)
        choices: list[tuple[str, Any]] = field.get_choices(include_blank=False, ordering=ordering, limit_choices_to=~Q(pk=OWNER))
        return choices


def in_state(states: type[TextChoices]) -> type[SimpleListFilter]:
    """Which state, of those that there are; Django's own filter would look through the whole table for them."""
    return question("state", "status", [Choice(state.value, state.value.replace("_", " "), Q(status=state)) for state in states])


def is_older_than(title: str, column: str, name: str = "older") -> type[SimpleListFilter]:
    """Rows whose time in `column` is further back than …"""
    choices = [Choice(key, f"more than {AGE_WORDS[key]}", Q(**{f"{column}__lt": from_now(-age)})) for key, age in AGES.items()]
    return question(title, name, choices)


def is_newer_than(title: str, since: Callable[[datetime], Q], name: str = "newer") -> type[SimpleListFilter]:
    """Rows of the last …; `since` gives the condition for a moment."""
    choices = [
        Choice(key, f"the last {AGE_WORDS[key].removeprefix('an ').removeprefix('a ')}", partial(_since, since, age))
        for key, age in AGES.items()
    ]
    return question(title, name, choices)


def _since(since: Callable[[datetime], Q], age: timedelta) -> Q:
    return since(now() - age)


def waits(due_states: tuple[str, ...]) -> type[SimpleListFilter]:
    """Where a row of work stands: under way, due and not taken (since …), due later, or nothing the clock will move."""
    due = Q(status__in=due_states, due_at__lte=Now(), lease_token__isnull=True)
    long = [
        Choice(key, f"for more than {AGE_WORDS[key]}", due & Q(due_at__lt=from_now(-age)))
        for key, age in AGES.items()
        if key != "7d"
    ]
    return question(
        "waits",
        "waits",
        [
            Choice("running", "no: somebody works on it", Q(lease_token__isnull=False)),
            Choice("now", "for a worker, now", due),
            *long,
            Choice("later", "for its time", Q(due_at__gt=Now())),
            Choice("never", "for nothing by the clock", Q(due_at__isnull=True, lease_token__isnull=True)),
        ],
    )
