"""Cells that answer at a glance: ages instead of times, states as badges, links to what is meant."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import Model
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timezone import localtime

NOTHING = "—"
STEPS = ((timedelta(days=1), "d"), (timedelta(hours=1), "h"), (timedelta(minutes=1), "min"), (timedelta(seconds=1), "s"))


def in_words(span: timedelta) -> str:
    """A span of time to its leading unit: `3 h`."""
    span = abs(span)
    unit, word = next(((unit, word) for unit, word in STEPS if span >= unit), STEPS[-1])
    return f"{span // unit} {word}"


def ago(moment: datetime | None, row: Any) -> str:
    """How long ago, or in how long, by the database's clock when the row was read (`read_at`); the time itself as its title."""
    if moment is None:
        return NOTHING
    span = row.read_at - moment
    words = f"{in_words(span)} ago" if span >= timedelta(0) else f"in {in_words(span)}"
    title = localtime(moment).isoformat(" ", "seconds")
    return format_html('<time datetime="{}" title="{}">{}</time>', moment.isoformat(), title, words)


def badge(word: str, tone: str = "") -> SafeString:
    """A state. Tones: `good`, `busy`, `warn`, `bad`; none is plain."""
    return format_html('<span class="hub-badge hub-{}">{}</span>', tone or "plain", word.replace("_", " "))


def cut(text: str, length: int = 90) -> str:
    """A long text, shortened, whole in its title."""
    if not text:
        return NOTHING
    if len(text) <= length:
        return text
    return format_html('<span title="{}">{}…</span>', text, text[: length - 1])


def linked(row: Model | None, text: str = "") -> str:
    """A related row by its name, leading to its page."""
    if row is None:
        return NOTHING
    return format_html('<a class="hub-link" href="{}">{}</a>', page_of(row), text or str(row))


def listed(count: int, model: type[Model], **filters: Any) -> str:
    """A number that leads to the list behind it."""
    return format_html('<a class="hub-link" href="{}">{}</a>', to_list(model, **filters), f"{count:,}")


def changes(before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> list[tuple[str, Any, Any]]:
    """Name, value before and value after, of all that an entry of a history tells."""
    names = dict.fromkeys([*(before or {}), *(after or {})])
    return [(name.replace("_", " "), (before or {}).get(name, NOTHING), (after or {}).get(name, NOTHING)) for name in names]


def page_of(row: Model) -> str:
    """The address of a row's page."""
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])


def to_list(model: type[Model], **filters: Any) -> str:
    """The address of a list, filtered."""
    address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    return f"{address}?{urlencode(filters)}" if filters else address
