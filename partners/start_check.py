"""Says at the start what is wrong with stored partners and accounts; it stops nothing, as one customer's mistake must not."""

from collections.abc import Sequence
from typing import Any

from django.core import checks
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from partners.services import validating

SHOWN = 20
HINT = "Correct it in the admin; `manage.py check_partners` looks again."


def configurations(
    app_configs: Sequence[Any] | None = None, databases: Sequence[str] | None = None, **_: Any
) -> list[checks.CheckMessage]:
    """A warning for each fault, as far as they can be read. Asked for by `prepare` and `migrate`."""
    if not databases or _tables_are_older():
        return []
    shown: list[checks.CheckMessage] = []
    more = 0
    for name, fault in validating.all_faults():
        if len(shown) < SHOWN:
            shown.append(checks.Warning(fault, hint=HINT, obj=name, id="partners.W001"))
        else:
            more += 1
    if more:
        shown.append(checks.Warning(f"{more} more faults of accounts", hint=HINT, obj="partners", id="partners.W002"))
    return shown


def _tables_are_older() -> bool:
    """Before the first migrations of a release nothing can be read yet; after them, the next start tells."""
    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))
