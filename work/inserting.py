"""Inserting very many rows whose values are known: by the database's own fast way, without an expression for each value.

Django's bulk_create compiles each value and asks for many statements; this prepares each column once. Constraints and triggers
hold as ever.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import (
    NOT_PROVIDED,
    BooleanField,
    CharField,
    DateTimeField,
    Field,
    ForeignKey,
    IntegerField,
    JSONField,
    Model,
    TextField,
    UUIDField,
)

Row = Mapping[str, Any]
"""Values by the names of the model's attributes: `job_id`, not `job`."""

Convert = Callable[[Any], Any]


def insert(model: type[Model], rows: Sequence[Row]) -> None:
    """Insert `rows`, which have the same names, in the transaction at hand. What they leave out is as the model says."""
    if not rows:
        return
    table, columns, values_of = _plan(model, tuple(rows[0]), connection.vendor)
    values = map(values_of, rows)
    if connection.vendor == "postgresql":
        _copy(table, columns, values)
        return
    places = ", ".join(["%s"] * len(columns))
    with connection.cursor() as cursor:
        cursor.executemany(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({places})", list(values))  # noqa: S608  # names only


def _copy(table: str, columns: Sequence[str], values: Iterable[Sequence[Any]]) -> None:
    """What the database refuses is raised as Django's own errors, as everywhere."""
    statement = f"COPY {table} ({', '.join(columns)}) FROM STDIN"
    with connection.cursor() as cursor, connection.wrap_database_errors, cursor.copy(statement) as copy:
        for row in values:
            copy.write_row(row)


@lru_cache(maxsize=32)
def _plan(model: type[Model], names: tuple[str, ...], vendor: str) -> tuple[str, list[str], Callable[[Row], list[Any]]]:
    """The table, its columns, and how a row becomes their values."""
    fields = {field.attname: field for field in model._meta.concrete_fields}
    constant = {
        name: field
        for name, field in fields.items()
        if name not in names and getattr(field, "db_default", NOT_PROVIDED) is NOT_PROVIDED
    }
    quote = connection.ops.quote_name
    columns = [quote(fields[name].column or name) for name in (*names, *constant)]
    converts = [(name, _converter(fields[name], vendor)) for name in names]
    left = [(field, _converter(field, vendor)) for field in constant.values()]

    def values_of(row: Row) -> list[Any]:
        values = [value if (value := row[name]) is None else convert(value) for name, convert in converts]
        return values + [value if (value := field.get_default()) is None else convert(value) for field, convert in left]

    return quote(model._meta.db_table), columns, values_of


def _converter(field: "Field[Any, Any]", vendor: str) -> Convert:
    """From a value to what the driver takes."""
    while isinstance(field, ForeignKey):
        field = field.target_field
    if isinstance(field, UUIDField):
        return _same if vendor == "postgresql" else _hex
    if isinstance(field, DateTimeField):
        return _same if vendor == "postgresql" else _naive
    if isinstance(field, JSONField):
        return _jsonb() if vendor == "postgresql" else json.dumps
    if getattr(field, "is_secret", False):
        return field.get_prep_value
    plain = ((BooleanField, bool), (IntegerField, int), ((CharField, TextField), str))
    return next((convert for kind, convert in plain if isinstance(field, kind)), _same)  # drivers know no enumerations


def _jsonb() -> Convert:
    from psycopg.types.json import Jsonb  # PostgreSQL's driver; other installations start without it

    return Jsonb


def _same(value: Any) -> Any:
    return value


def _hex(value: UUID) -> str:
    return value.hex


@lru_cache(maxsize=1024)
def _naive(value: datetime) -> str:
    """Kept, as most rows of an insertion have the same few times."""
    return str(value.astimezone(UTC).replace(tzinfo=None))
