"""Keys of rows that follow from the keys of the old system's documents: the same document always becomes the same row."""

import hashlib
from datetime import UTC, datetime
from functools import lru_cache
from uuid import UUID

from moving_in.documents import OBJECT_ID

VERSION_AND_VARIANT = 0x7 << 76 | 0x2 << 62
RANDOM_A, RANDOM_B = 0xFFF << 64, (1 << 62) - 1


@lru_cache(4096)  # asked for again and again within a batch
def key_of(kind: str, legacy_id: str) -> UUID:
    """A version 7 UUID: sorts by when the old system made the document, where its `_id` tells; what is random is its digest."""
    digest = int.from_bytes(hashlib.sha256(f"{kind}:{legacy_id}".encode()).digest()[:16], "big")
    milliseconds = int(legacy_id[:8], 16) * 1000 if OBJECT_ID.fullmatch(legacy_id) else 0
    return UUID(int=milliseconds << 80 | VERSION_AND_VARIANT | digest & (RANDOM_A | RANDOM_B))


def made_at(legacy_id: str) -> datetime | None:
    """When the old system made a document, as its ObjectId tells."""
    return datetime.fromtimestamp(int(legacy_id[:8], 16), UTC) if OBJECT_ID.fullmatch(legacy_id) else None
