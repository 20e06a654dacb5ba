"""One thread per process that keeps the leases alive of what the process works on."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from django.db import connection

from work.leases import Lease

logger = logging.getLogger(__name__)


class Keeper:
    """Renews every held lease at a third of its length. A lease that cannot be renewed is left to run out."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._held: dict[Any, Lease[Any]] = {}
        self._thread: threading.Thread | None = None

    @contextmanager
    def keep(self, lease: Lease[Any]) -> Iterator[None]:
        """Renew `lease` while the block runs."""
        with self._changed:
            self._held[lease.token] = lease
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
            return list(self._held.values())

    def _run(self) -> None:
        while leases := self._after_a_third():
            for lease in leases:
                self._renew(lease)
            connection.close()

    def _after_a_third(self) -> list[Lease[Any]]:
        """Wait a third of a lease, then say what is held; the thread ends where that is nothing."""
        with self._changed:
            shortest = min((lease.duration for lease in self._held.values()), default=timedelta(0))
            self._changed.wait(shortest.total_seconds() / 3)
            if not self._held:
                self._thread = None
            return list(self._held.values())

    def _renew(self, lease: Lease[Any]) -> None:
        try:
            lease.renew()
        except Exception:  # whatever is wrong with one lease, the others of this process must live on
            logger.exception("could not renew the lease of %s %s; trying again", lease.kind.name, lease.item.pk)


keeper = Keeper()
