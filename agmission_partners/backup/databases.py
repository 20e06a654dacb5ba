"""One moment of the database in files, and back: SQLite by its online backup, PostgreSQL by COPY in one transaction."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.apps import apps
from django.core.management.color import no_style
from django.db import connection, transaction

from agmission_partners.backup import Impossible
from agmission_partners.backup.manifest import Manifest, make_durable

SQLITE_FILE, TABLES = "database.sqlite3", "tables"
MIGRATIONS = "django_migrations"
MADE_BY_MIGRATING = ("auth_permission", "django_content_type", "assignments_sweep")
"""Tables that have rows in an empty installation. They are replaced by those of the backup."""

CHUNK = 1 << 20


@dataclass
class Snapshot:
    """`select` asks the database as it was at that moment."""

    select: Callable[[str], list[tuple[Any, ...]]]
    tables: dict[str, int] = field(default_factory=dict)
    columns: dict[str, list[str]] = field(default_factory=dict)


@contextmanager
def snapshot(folder: Path) -> Iterator[Snapshot]:
    """The database written to `folder`, durable when the block begins; it can be asked while the block lasts."""
    with (_sqlite_snapshot if connection.vendor == "sqlite" else _postgresql_snapshot)(folder) as taken:
        yield taken


@contextmanager
def _sqlite_snapshot(folder: Path) -> Iterator[Snapshot]:
    path = folder / SQLITE_FILE
    with closing(sqlite3.connect(path)) as copy:
        with closing(sqlite3.connect(connection.settings_dict["NAME"], timeout=60)) as source:
            _copy(source, copy)
        copy.execute("PRAGMA journal_mode=DELETE")
        taken = Snapshot(lambda statement: copy.execute(statement).fetchall())
        for (table,) in taken.select("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"):
            taken.columns[table] = [row[1] for row in taken.select(f"PRAGMA table_info({_quoted(table)})")]
            taken.tables[table] = taken.select(f"SELECT COUNT(*) FROM {_quoted(table)}")[0][0]  # noqa: S608  # its own name
        make_durable(path)
        yield taken


def _copy(source: sqlite3.Connection, copy: sqlite3.Connection) -> None:
    try:
        source.backup(copy)
    except sqlite3.Error as error:
        raise Impossible(
            f"the database cannot be copied ({error}); is there room in the target, and is the disk sound?"
        ) from error


@contextmanager
def _postgresql_snapshot(folder: Path) -> Iterator[Snapshot]:
    (folder / TABLES).mkdir()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")

        def select(statement: str) -> list[tuple[Any, ...]]:
            cursor.execute(statement)
            return cursor.fetchall()

        taken = Snapshot(select)
        for table in sorted(connection.introspection.table_names(cursor)):
            described = connection.introspection.get_table_description(cursor, table)
            taken.columns[table] = [column.name for column in described]
            path = folder / TABLES / f"{table}.copy"
            with path.open("wb") as file:
                with cursor.copy(f"COPY {_of(table, taken.columns[table])} TO STDOUT") as rows:
                    for part in rows:
                        file.write(part)
                taken.tables[table] = cursor.rowcount
            make_durable(path)
        make_durable(folder / TABLES)
        yield taken


def filled_tables() -> dict[str, int]:
    """Tables of this installation that hold rows which migrating did not make."""
    with connection.cursor() as cursor:
        tables = [one for one in connection.introspection.table_names(cursor) if one not in (MIGRATIONS, *MADE_BY_MIGRATING)]
        return {table: found for table in tables if (found := _count(cursor, table))}


@contextmanager
def attached(folder: Path) -> Iterator[None]:
    """SQLite reads a backup as a second database, which has to be opened before the transaction begins."""
    if connection.vendor != "sqlite":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("ATTACH DATABASE %s AS saved", [f"{(folder / SQLITE_FILE).resolve().as_uri()}?mode=ro&immutable=1"])
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DETACH DATABASE saved")


def load(folder: Path, manifest: Manifest) -> None:
    """Every row of the backup into the empty tables, inside the transaction at hand. Raises Impossible where a count differs."""
    with connection.cursor() as cursor:
        for table in MADE_BY_MIGRATING:
            cursor.execute(f"DELETE FROM {_quoted(table)}")  # noqa: S608  # named above
        for table, rows in manifest.tables.items():
            if table != MIGRATIONS:
                _load_table(cursor, folder, table, manifest.columns[table])
            if (found := _count(cursor, table)) != rows:
                raise Impossible(f"{table} has {found} rows after loading, and the manifest counts {rows}; take another backup")
        for statement in connection.ops.sequence_reset_sql(no_style(), apps.get_models(include_auto_created=True)):
            cursor.execute(statement)


def _load_table(cursor: Any, folder: Path, table: str, columns: list[str]) -> None:
    if connection.vendor == "sqlite":
        names = ", ".join(map(_quoted, columns))
        cursor.execute(f"INSERT INTO main.{_of(table, columns)} SELECT {names} FROM saved.{_quoted(table)}")  # noqa: S608
        return
    with (folder / TABLES / f"{table}.copy").open("rb") as file, cursor.copy(f"COPY {_of(table, columns)} FROM STDIN") as rows:
        while part := file.read(CHUNK):
            rows.write(part)


def _count(cursor: Any, table: str) -> int:
    cursor.execute(f"SELECT COUNT(*) FROM {_quoted(table)}")  # noqa: S608  # a name from the catalogue or the manifest
    return int(cursor.fetchone()[0])


def _of(table: str, columns: list[str]) -> str:
    return f"{_quoted(table)} ({', '.join(map(_quoted, columns))})"


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)
