"""Queries that are the same every time, and asked many times a minute while nothing happens: their SQL is written once.

To write one takes Django ten times as long as the database needs to answer it; that was half of what an idle hub did.
"""

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from work.kinds import Item, Kind

Rows = Callable[[Kind[Any]], "QuerySet[Any]"]
"""A function at module level; its rows hang on the kind and the database's clock alone."""
Statement = tuple[str, tuple[Any, ...]]
"""SQL and its values."""


def found(rows: Rows, kind: Kind[Item]) -> list[Item]:
    """The rows of a kind."""
    return list(kind.model._default_manager.raw(*_statement(rows, kind, connection.vendor)))


def how_many(rows: Rows, kinds: tuple[Kind[Any], ...]) -> Mapping[str, int]:
    """The number of rows of each kind by its name, in one statement for all."""
    if not kinds:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(*_counts(rows, kinds, connection.vendor))
        counts = cursor.fetchone()
    return {kind.name: count for kind, count in zip(kinds, counts, strict=True)}


@lru_cache(maxsize=64)
def _statement(rows: Rows, kind: Kind[Any], vendor: str) -> Statement:
    return _written(rows(kind))


@lru_cache(maxsize=16)
def _counts(rows: Rows, kinds: tuple[Kind[Any], ...], vendor: str) -> Statement:
    parts = [_written(rows(kind).values("pk")) for kind in kinds]
    counts = ", ".join(f"(SELECT COUNT(*) FROM ({sql}) AS found)" for sql, _ in parts)  # noqa: S608 - written by Django
    return f"SELECT {counts}", tuple(value for _, values in parts for value in values)


def _written(rows: "QuerySet[Any]") -> Statement:
    sql, values = rows.query.get_compiler(connection=connection).as_sql()
    return sql, tuple(values)
