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
OF_POSTGRESQL = """
SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull::text, pg_get_expr(d.adbin, d.adrelid)
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid LEFT JOIN pg_attrdef d ON (d.adrelid, d.adnum) = (c.oid, a.attnum)
    WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND a.attnum > 0 AND NOT a.attisdropped
UNION ALL SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid), '', ''
    FROM pg_constraint WHERE connamespace = 'public'::regnamespace
UNION ALL SELECT tablename, indexname, indexdef, '', '' FROM pg_indexes WHERE schemaname = 'public'
UNION ALL SELECT tgrelid::regclass::text, tgname, pg_get_triggerdef(oid), '', '' FROM pg_trigger WHERE NOT tgisinternal
"""
UPGRADE = "import sys; from tests.test_upgrading import upgrade; upgrade(sys.argv[1])"


@pytest.fixture
def empty_database(tmp_path: Path) -> Iterator[str]:
    """The name of one that nobody else uses."""
    if connection.vendor == "sqlite":
        yield str(tmp_path / "earlier.sqlite3")
        return
    address = make_database(os.environ["DATABASE_URL"], "agmission_earlier")
    yield urlsplit(address).path[1:]
    drop_database(address)


def shape() -> list[list[str]]:
    """All columns, constraints, indexes and triggers with their tables, in whatever order they were made."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(OF_POSTGRESQL)
            found = cursor.fetchall()
        else:
            cursor.execute("SELECT tbl_name, name, sql FROM sqlite_master WHERE sql IS NOT NULL")
            found = [(*names, part.rstrip(") ")) for *names, sql in cursor.fetchall() for part in PART.split(sql)]
    return sorted([str(one) for one in line] for line in found if not line[0].startswith("workbench_"))


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
    assert "flightdata_export" not in {table for table, *_ in before}
    assert after == shape()
    assert {table for table, *_ in after} >= {"flightdata_export", "work_purging"}
