"""Times as the simulated cloud writes them: its process clock, UTC."""

import time
from datetime import UTC, datetime


def now() -> float:
    """Seconds since 1970 (Unix time)."""
    return time.time()


def rfc3339(seconds: float) -> str:
    """`seconds` since 1970 as UTC text with milliseconds: `2025-09-15T12:00:03.250Z`."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
