"""The end of one whole call, enforced against servers that send a byte now and then for ever."""

from __future__ import annotations

import socket
import threading
import time
from contextlib import suppress
from datetime import timedelta


class Deadline:
    """The moment by which a call with all its requests must be over.

    A socket's own time-out starts anew with every byte, so a slow drip never meets it. At the deadline every watched
    socket is shut down, which wakes a thread that waits in it: while connecting with TLS, for headers, or for the body.
    Durations are measured by the process clock. Use it as a context manager: leaving it releases the watch.
    """

    def __init__(self, length: timedelta) -> None:
        self._ends_at = time.monotonic() + length.total_seconds()
        self._lock = threading.Lock()
        self._timer: threading.Timer | None = None
        self._watched: list[socket.socket] = []
        self.passed = False

    def __enter__(self) -> Deadline:
        return self

    def __exit__(self, *_exception: object) -> None:
        with self._lock:
            if self._timer is not None:
                self._timer.cancel()
            watched, self._watched = self._watched, []
        for watch in watched:
            watch.close()

    def remaining(self) -> float:
        """Seconds left, never below 0."""
        return max(0.0, self._ends_at - time.monotonic())

    def watch(self, connection: socket.socket) -> None:
        """Shut ``connection`` down when the deadline passes."""
        # A duplicate descriptor of the same connection: TLS replaces the socket object, and closing it elsewhere must
        # not let the watch hit a descriptor that has been given to another file since.
        duplicate = connection.dup()
        with self._lock:
            self._watched.append(duplicate)
            if self._timer is None:
                self._timer = threading.Timer(self.remaining(), self._end)
                self._timer.daemon = True
                self._timer.start()
            if self.passed:
                _shut_down(duplicate)

    def _end(self) -> None:
        with self._lock:
            self.passed = True
            for connection in self._watched:
                _shut_down(connection)


def _shut_down(connection: socket.socket) -> None:
    with suppress(OSError):  # it may have ended by itself
        connection.shutdown(socket.SHUT_RDWR)
