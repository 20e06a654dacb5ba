"""Installations of before the migrations were squashed are brought up to date, and are then as one that is made today."""

import json
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from tests.support.second import SecondProcess
from tests.support.services import drop_database, make_database

SOME_TIME_AGO = [("partners", "0002_orders_and_aircraft"), ("flightdata", "0002_coverage"), ("accounts", "0002_tokens_and_audit")]
PART = re.compile(r', (?="|CONSTRAINT)')
KINDS = ("columns", "primary_key", "unique", "check", "index", "foreign_key")
UPGRADE = "import sys; from tests.test_upgrading import upgrade; upgrade(sys.argv[1])"

Shape = dict[str, list[str]]


@pytest.fixture
def empty_database(tmp_path: Path) -> Iterator[str]:
    """The name of one that nobody else uses."""
    if connection.vendor == "sqlite":
        yield str(tmp_path / "earlier.sqlite3")
        return
    address = make_database(os.environ["DATABASE_URL"], "agmission_earlier")
    yield urlsplit(address).path[1:]
    drop_database(address)


def shape() -> Shape:
    """Columns and constraints of each table, in whatever order they were made."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":  # Django cannot read what it wrote: default values with commas in them
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL")
            return {name: sorted(part.rstrip(") ") for part in PART.split(sql)) for name, sql in cursor.fetchall()}
        found = {}
        for table in connection.introspection.table_names(cursor):
            columns = connection.introspection.get_table_description(cursor, table)
            constraints = connection.introspection.get_constraints(cursor, table).values()
            found[table] = sorted(f"{column.name} {column.type_code} {column.null_ok} {column.default}" for column in columns)
            found[table] += sorted(str([one[kind] for kind in KINDS]) for one in constraints)
        return found


def upgrade(name: str) -> None:
    """In a process of its own: some of the migrations of before, then `migrate`. Says the shape after each."""
    connection.settings_dict["NAME"] = name
    before = MigrationExecutor(connection)
    before.loader.replace_migrations = False
    before.loader.build_graph()
    before.migrate(SOME_TIME_AGO)
    print(json.dumps(shape()))
    today = MigrationExecutor(connection)
    today.migrate(today.loader.graph.leaf_nodes())
    print(json.dumps(shape()))


def test_an_installation_of_before_ends_as_one_of_today(
    second_process: Callable[..., SecondProcess], empty_database: str
) -> None:
    said, errors = second_process(UPGRADE, empty_database).communicate(timeout=60)
    assert len(said.splitlines()) == 2, errors
    before, after = map(json.loads, said.splitlines())
    assert "flightdata_export" not in before
    assert after == {table: columns for table, columns in shape().items() if table in after}
    assert {"flightdata_export", "work_purging"} <= set(after)
