"""What every source can do."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from moving_in.documents import Raw

LARGEST = 16 * 1024 * 1024 + 16 * 1024
"""Bytes of one document: what MongoDB allows, with what its tools add."""


class SourceUnreadable(Exception):
    """Why nothing can be read, and what to do about it."""


class Part(Protocol):
    """One file or collection."""

    @property
    def name(self) -> str:
        """As the report names it."""
        ...

    @property
    def kinds(self) -> frozenset[str]:
        """What its name says it holds; empty: its content tells."""
        ...

    def read(self, *, after: int = 0, mark: str = "") -> Iterator[Raw]:
        """Its documents, those behind `after` (or behind the document marked so) left out."""
        ...


@dataclass(frozen=True)
class Source:
    """All parts. `label` names it without passwords; `identity` changes when it does; `left` names what is not looked at."""

    label: str
    identity: str
    parts: Sequence[Part]
    left: Sequence[str] = field(default_factory=tuple)
