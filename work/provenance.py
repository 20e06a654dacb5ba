"""Where what is done now comes from: whose address, by which means, in answer to which request. Histories note it.

Whoever lets something in from outside (a web request, a command) says so once, around all that it causes. What a worker does
comes from nowhere.
"""

import os
import pwd
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True)
class Provenance:
    """`via`: by which means; `address`: of the network; `actor_id`: the key of who asks, which stays when its name changes."""

    via: str = ""
    address: str | None = None
    actor_id: UUID | None = None
    correlation_id: str = ""


Source = Callable[[], Provenance]
_source: ContextVar[Source] = ContextVar("provenance", default=Provenance)


@contextmanager
def told_by(source: Source) -> Iterator[None]:
    """All that the block does comes from what `source` says; it is asked when something is written down, and not before."""
    token = _source.set(source)
    try:
        yield
    finally:
        _source.reset(token)


def current() -> Provenance:
    """Of what is done now."""
    return _source.get()()


def system_user() -> str:
    """Who runs this process: the system's own word, which no variable of the environment can change."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return str(os.getuid())  # a container's user may have no name
