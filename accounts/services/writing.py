"""Writing rows as people ask for it: what the database refuses is said in words, and what was changed is on record."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

from django.db import IntegrityError, transaction
from django.db.models import Model, QuerySet
from django.db.models.functions import Now

from accounts.services import values
from work import history
from work.errors import Refused

Row = TypeVar("Row", bound=Model)
Changes = dict[str, tuple[Any, Any]]
"""Column → its value before and after."""


@contextmanager
def only_once(others: "QuerySet[Any]", message: str, code: str) -> Iterator[None]:
    """A block that writes a row which the database may have once. Raises Refused where `others` holds such a row already.

    The database decides, so two requests at the same moment end the same way as one after the other.
    """
    try:
        with transaction.atomic():
            yield
    except IntegrityError:
        if not others.exists():
            raise
        raise Refused(message, code) from None


def write(row: Row, fields: Mapping[str, Any]) -> Changes:
    """Set `fields` on an existing row that differ from what it has, and tell them. Nothing is written where none differs."""
    changes = {name: (getattr(row, name), fields[name]) for name in sorted(fields) if getattr(row, name) != fields[name]}
    for name, (_, after) in changes.items():
        setattr(row, name, after)
    if changes:
        new = {name: after for name, (_, after) in changes.items()}
        type(row)._default_manager.filter(pk=row.pk).update(**new, updated_at=Now())
    return changes


def record_change(object_type: str, row: Model, changes: Changes, *, actor: str, name: str = "changed") -> None:
    """History of what was changed, with secrets masked; nothing where nothing was."""
    if changes:
        before, after = _told(row, changes)
        history.record(object_type, row.pk, name, actor=actor, data={"fields": list(changes)}, before=before, after=after)


def record_changes(object_type: str, changed: Sequence[tuple[Model, Changes]], *, actor: str) -> None:
    """The same for many rows of which the same columns were changed, in one statement."""
    columns = list(changed[0][1]) if changed else []
    if columns:
        told = {row.pk: _told(row, changes) for row, changes in changed}
        before, after = ({key: values[which] for key, values in told.items()} for which in (0, 1))
        history.record_all(object_type, told, "changed", actor=actor, data={"fields": columns}, before=before, after=after)


def _told(row: Model, changes: Changes) -> tuple[dict[str, Any], dict[str, Any]]:
    """The values before and after."""
    before = dict(values.named(row, column, value) for column, (value, _) in changes.items())
    return before, dict(values.named(row, column, value) for column, (_, value) in changes.items())


def record_created(object_type: str, row: Model, *, actor: str) -> None:
    """History of a new row, with what the database holds of it now."""
    stored = type(row)._default_manager.get(pk=row.pk)
    history.record(object_type, row.pk, "created", actor=actor, after=values.all_of(stored))


def record_removed(object_type: str, row: Model, name: str, *, actor: str) -> None:
    """History of a row that is gone, with what it held."""
    history.record(object_type, row.pk, name, actor=actor, before=values.all_of(row))
