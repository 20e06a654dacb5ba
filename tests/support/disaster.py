"""An installation that is lost, as a restore finds the next one: migrated and empty."""

import shutil
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import connection


def destroy_everything() -> None:
    """No row and no file is left but what migrating makes."""
    call_command("flush", interactive=False, verbosity=0)
    for folder in ("raw", "tracks", "exports", "spool"):
        shutil.rmtree(settings.HUB.data_dir / folder, ignore_errors=True)


def all_rows() -> dict[str, set[tuple[Any, ...]]]:
    """Every row of every table, as text."""
    with connection.cursor() as cursor:
        found = {}
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")  # noqa: S608  # a name from the catalogue
            found[table] = {tuple(map(str, row)) for row in cursor.fetchall()}
        return found
