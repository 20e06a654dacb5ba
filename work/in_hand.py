"""What is worked on here and now, so that each line of the log can name it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from work.leases import Lease

_names: ContextVar[Mapping[str, str]] = ContextVar("names of what is in hand", default=MappingProxyType({}))


@contextmanager
def working_on(lease: "Lease[Any]") -> Iterator[None]:
    """A block of work on one leased row: its kind, this attempt, the object it is about, and what else its kind names."""
    kind, item = lease.kind, lease.item
    names = {"task": kind.name, "attempt": lease.token, kind.machine.object_type: kind.machine.key(item), **kind.names(item)}
    before = _names.set({name: str(value) for name, value in names.items() if value is not None})
    try:
        yield
    finally:
        _names.reset(before)


def names() -> Mapping[str, str]:
    """Word → id; empty where nothing is in hand."""
    return _names.get()
