"""The one clock. *Now* is the database's: hosts disagree about the time, the row they argue over does not."""

from datetime import UTC, datetime, timedelta

from django.db import connection
from django.db.models import DateTimeField, ExpressionWrapper
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
    return ExpressionWrapper(Now() + delay, output_field=DateTimeField())


__all__ = ["Now", "from_now", "now"]
