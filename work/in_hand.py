"""What is worked on here and now, so that each line of the log can name it, and a trace shows how long it took."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from opentelemetry import trace

if TYPE_CHECKING:
    from work.leases import Lease

_tracer = trace.get_tracer("agmission_partners.work")
_names: ContextVar[Mapping[str, str]] = ContextVar("names of what is in hand", default=MappingProxyType({}))


@contextmanager
def working_on(lease: "Lease[Any]") -> Iterator[None]:
    """A block of work on one leased row: its kind, this attempt, the object it is about, and what else its kind names."""
    kind, item = lease.kind, lease.item
    names = {"task": kind.name, "attempt": lease.token, kind.machine.object_type: kind.machine.key(item), **kind.names(item)}
    told = {name: str(value) for name, value in names.items() if value is not None}
    before = _names.set(told)
    try:
        with _tracer.start_as_current_span(kind.name, attributes=told):
            yield
    finally:
        _names.reset(before)


def names() -> Mapping[str, str]:
    """Word → id; empty where nothing is in hand."""
    return _names.get()


def broke_down(error: Exception) -> None:
    """Mark what is in hand as failed by a mistake of the program; the error's text stays in the log, for it may hold secrets."""
    trace.get_current_span().set_status(trace.StatusCode.ERROR, type(error).__name__)
