"""The owner whose work is done like everybody's and shown to nobody: the hub's own canary.

All that it owns hangs on one key. No count has its rows, and they leave neither history nor attention behind.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any
from uuid import UUID

OWNER = UUID("00000000-ca4a-7000-8000-000000000001")

_for_it = ContextVar("for the owner apart", default=False)


@contextmanager
def working_for(share_key: UUID | None) -> Iterator[None]:
    """A block of work for this owner."""
    before = _for_it.set(share_key == OWNER)
    try:
        yield
    finally:
        _for_it.reset(before)


def working() -> bool:
    """Whether the work at hand is for the owner apart."""
    return _for_it.get()


def owns(row: Any) -> bool:
    """Whether a row of work is of the owner apart."""
    return getattr(row, "share_key", None) == OWNER
