"""Primary keys that sort by when they were made."""

from datetime import datetime
from uuid import UUID

from uuid_utils.compat import uuid7


def new_id() -> UUID:
    """A version 7 UUID (RFC 9562, 5.7): inserts stay at the end of the index, and keyset paging by key is paging by age."""
    return uuid7()


def first_id_at(moment: datetime) -> UUID:
    """The smallest key that a row made at `moment` or later can have: the key's own index tells what is newer."""
    milliseconds = int(moment.timestamp() * 1000)
    return UUID(int=milliseconds << 80 | 0x7 << 76 | 0x2 << 62)
