"""The one clock. *Now* is the database's: hosts disagree about the time, the row they argue over does not."""

from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import DateTimeField, Func
from django.db.models.expressions import Combinable
from django.db.models.functions import Now

_SELECT_NOW = {
    "sqlite": "SELECT STRFTIME('%Y-%m-%d %H:%M:%f', 'NOW')",
    "postgresql": "SELECT STATEMENT_TIMESTAMP()",
}


def now() -> datetime:
    """The database's time, aware UTC (milliseconds on SQLite, microseconds on PostgreSQL)."""
    with connection.cursor() as cursor:
        cursor.execute(_SELECT_NOW[connection.vendor])
        value = cursor.fetchone()[0]
    if isinstance(value, str):
        return datetime.fromisoformat(value).replace(tzinfo=UTC)
    return value.astimezone(UTC)


def from_now(delay: timedelta) -> Combinable:
    """The database's time plus `delay`, for use inside an UPDATE or a filter."""
    return _FromNow(delay)


class _FromNow(Func):
    """On SQLite a time is text, compared digit by digit. Django's sum has six digits of a second and its `Now` three: what is due
    now would be "later" until its millisecond is over, missed by whoever looks at once. Here both have three.

    What is compared with a sum that holds a column stays a sum itself (`work.limiter`).
    """

    template = "%(expressions)s"

    def __init__(self, delay: timedelta) -> None:
        super().__init__(Now() + delay, output_field=DateTimeField())
        self._delay = delay

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> tuple[str, tuple[str]]:
        return "STRFTIME('%%Y-%%m-%%d %%H:%%M:%%f', 'NOW', %s)", (f"{self._delay.total_seconds():+.3f} seconds",)


__all__ = ["Now", "from_now", "now"]
