"""One thread per process that keeps the leases alive of what the process works on."""

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import connection

from work.leases import Lease

logger = logging.getLogger(__name__)


@dataclass
class _Kept:
    """A lease, and when it is renewed next by the process's clock."""

    lease: Lease[Any]
    renew_at: float = 0.0

    def renewed(self) -> None:
        self.renew_at = time.monotonic() + self.lease.duration.total_seconds() / 3


class Keeper:
    """Renews every held lease at each third of its length. A lease that cannot be renewed is left to run out."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._held: dict[Any, _Kept] = {}
        self._thread: threading.Thread | None = None

    @contextmanager
    def keep(self, lease: Lease[Any]) -> Iterator[None]:
        """Renew `lease` while the block runs."""
        kept = _Kept(lease)
        kept.renewed()
        with self._changed:
            self._held[lease.token] = kept
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="lease-keeper", daemon=True)
                self._thread.start()
        try:
            yield
        finally:
            with self._changed:
                self._held.pop(lease.token, None)

    def held(self) -> list[Lease[Any]]:
        """The leases this process works on now."""
        with self._changed:
            return [kept.lease for kept in self._held.values()]

    def _run(self) -> None:
        while due := self._wait():
            for kept in due:
                self._renew(kept.lease)
                kept.renewed()
            connection.close()

    def _wait(self) -> list[_Kept]:
        """Wait until a lease is due, and say which; the thread ends where none is held any more."""
        with self._changed:
            while self._held:
                first = min(kept.renew_at for kept in self._held.values())
                if first <= (now := time.monotonic()):
                    return [kept for kept in self._held.values() if kept.renew_at <= now]
                self._changed.wait(first - now)
            self._thread = None
            return []

    def _renew(self, lease: Lease[Any]) -> None:
        try:
            lease.renew()
        except Exception:  # whatever is wrong with one lease, the others of this process must live on
            logger.exception("could not renew the lease of %s %s; trying again", lease.kind.name, lease.item.pk)


keeper = Keeper()
