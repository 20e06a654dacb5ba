"""Encrypting everything anew with the newest of CREDENTIALS_KEYS, beside a system that runs.

Each value is replaced only where it still is what was read, so nothing that somebody writes meanwhile is lost; what has the
newest key already is left alone, so it can be broken off and begun again at any time.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db.models import Model, QuerySet, TextField
from django.db.models.functions import Cast

from partners import crypto
from partners.fields import EncryptedTextField

BATCH = 500
TRIES = 5


@dataclass
class Progress:
    """What was found and done so far. `keys`: how many values each key id was found with, before anything was done."""

    rows: int = 0
    rotated: int = 0
    keys: Counter[str] = field(default_factory=Counter)
    unreadable: list[str] = field(default_factory=list)
    not_yet: list[str] = field(default_factory=list)
    """Values that somebody changed each time, faster than they could be replaced."""


def encrypted_columns() -> dict[type[Model], list[str]]:
    """Every column that is encrypted, of every table."""
    found = {
        model: [one.name for one in model._meta.local_fields if isinstance(one, EncryptedTextField)]
        for model in apps.get_models()
    }
    return {model: names for model, names in found.items() if names}


def rotate(*, dry_run: bool = False) -> Iterator[Progress]:
    """Go through all of it, a batch at a time; the progress after each."""
    progress = Progress()
    for model, names in encrypted_columns().items():
        last: Any = None
        while rows := list(_stored(model, names, last)):
            for key, *values in rows:
                for name, value in zip(names, values, strict=True):
                    _look_at(progress, model, key, name, value, dry_run=dry_run)
            progress.rows += len(rows)
            last = rows[-1][0]
            yield progress


def _stored(model: type[Model], names: list[str], after: Any) -> "QuerySet[Any, tuple[Any, ...]]":
    """Keys and values as they are stored, in the order of the keys."""
    rows = _as_stored(model, names).order_by("pk")
    rows = rows if after is None else rows.filter(pk__gt=after)
    return rows.values_list("pk", *(f"stored_{name}" for name in names))[:BATCH]


def _as_stored(model: type[Model], names: list[str]) -> "QuerySet[Any]":
    return model._default_manager.annotate(**{f"stored_{name}": Cast(name, TextField()) for name in names})


def _look_at(progress: Progress, model: type[Model], key: Any, name: str, value: str | None, *, dry_run: bool) -> None:
    if value is None:
        return
    progress.keys[crypto.key_of(value)] += 1
    for _ in range(TRIES):
        if value is None or crypto.key_of(value) == newest_key():
            return
        try:
            plain = crypto.decrypt(value)
        except crypto.UnreadableSecret as error:
            progress.unreadable.append(f"{_named(model, key, name)}: {error}")
            return
        if dry_run or _replaced(model, key, name, value, plain):
            progress.rotated += 1
            return
        value = _as_stored(model, [name]).filter(pk=key).values_list(f"stored_{name}", flat=True).first()
    progress.not_yet.append(_named(model, key, name))


def _replaced(model: type[Model], key: Any, name: str, stored: str, plain: str) -> bool:
    """The column encrypts what it is given with the newest key. False where it was changed meanwhile."""
    same = _as_stored(model, [name]).filter(pk=key, **{f"stored_{name}": stored})
    return same.update(**{name: plain}) == 1


def newest_key() -> str:
    """The id of the key that new values get."""
    return crypto.key_id(settings.HUB.credentials_keys[0])


def _named(model: type[Model], key: Any, name: str) -> str:
    return f"{name} of {model._meta.verbose_name} {key}"
