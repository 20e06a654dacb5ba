"""What the hub knows of its rows and a database cannot find out."""

from typing import Any

from django.db.models import CharField
from django.db.models.lookups import Exact

RARELY = "rarely"
"""As `exact`, for a value that few of the rows have: `status__rarely=…`."""


@CharField.register_lookup
class RarelyEqual(Exact):
    """SQLite knows how many rows share a value on average, not how many share this one, and would look for a few waiting rows
    among all that are done. PostgreSQL keeps counts of its own.
    """

    lookup_name = RARELY

    def get_rhs_op(self, connection: Any, rhs: str) -> str:
        return f"= {rhs}"

    def as_sqlite(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        equal, values = self.as_sql(compiler, connection)
        return f"likelihood({equal}, 0.01)", values
