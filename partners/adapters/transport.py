"""One HTTP request over one connection: checked address, deadline, no redirect, no proxy, and how far it came.

Built on `requests`' own adapter, not its Session: a Session would read proxies and passwords from the environment,
follow redirects with the login in them, and keep connections that may break under an upload.
"""

from __future__ import annotations

import http.client
import socket
from collections.abc import Callable
from datetime import timedelta
from enum import Enum, auto
from typing import Any, cast

import requests
import urllib3
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection

from partners.adapters.addresses import Resolved, check_addresses, resolve_by
from partners.adapters.deadline import Deadline


class ConnectTimedOut(Exception):
    """No connection within the time-out."""


class ConnectFailed(Exception):
    """The connection was refused or could not be made."""


class Stage(Enum):
    """How far a request came. PREPARING and CONNECTING prove that nothing of it left, HANDED_OVER proves nothing."""

    PREPARING = auto()
    HANDED_OVER = auto()
    CONNECTING = auto()
    SENT = auto()


class Passage:
    """The way of one request to the partner. ``before_send`` runs directly before its first byte leaves."""

    def __init__(
        self,
        deadline: Deadline,
        timeout: timedelta,
        *,
        private_hosts_allowed: bool,
        before_send: Callable[[], None],
    ) -> None:
        self.deadline = deadline
        self.stage = Stage.PREPARING
        self.refusal: BaseException | None = None
        self._timeout = timeout
        self._private_hosts_allowed = private_hosts_allowed
        self._before_send = before_send

    def patience(self) -> float:
        """Seconds to wait for the next byte: the time-out, or what is left until the deadline."""
        return max(0.001, min(self._timeout.total_seconds(), self.deadline.remaining()))

    def open(self, host: str, port: int, options: Any) -> socket.socket:
        """Connect to exactly an address that was checked, so that no second look-up can lead elsewhere."""
        self.stage = Stage.CONNECTING
        found = resolve_by(self.deadline, host, port)
        if not self._private_hosts_allowed:
            check_addresses(host, found)
        failure: Exception = ConnectFailed(host)
        for resolved in found:
            try:
                return self._connect(resolved, options)
            except TimeoutError:
                failure = ConnectTimedOut(host)
            except OSError:
                failure = ConnectFailed(host)
        raise failure

    def leave(self) -> None:
        """The request is about to leave; what `before_send` raises stops it and reaches the caller as it is."""
        if self.stage is Stage.SENT:
            return
        try:
            self._before_send()
        except BaseException as refusal:
            self.refusal = refusal
            raise
        self.stage = Stage.SENT

    def _connect(self, resolved: Resolved, options: Any) -> socket.socket:
        family, kind, protocol, address = resolved
        connection = socket.socket(family, kind, protocol)
        try:
            for option in options or ():
                connection.setsockopt(*option)
            connection.settimeout(self.patience())
            connection.connect(address)
            self.deadline.watch(connection)
        except BaseException:
            connection.close()
            raise
        return connection


class _Lines:
    """The lines of an answer's head as http.client reads them, with the last one kept."""

    def __init__(self, stream: Any) -> None:
        self.stream = stream
        self.last = b""

    def readline(self, limit: int) -> bytes:
        self.last = self.stream.readline(limit)
        return self.last

    def close(self) -> None:
        self.stream.close()


class _WholeHeadResponse(http.client.HTTPResponse):
    """An answer whose head came whole: http.client takes an end in the middle of the head for its regular end."""

    def begin(self) -> None:
        lines = _Lines(self.fp)
        self.fp = cast("Any", lines)
        try:
            super().begin()
        finally:
            self.fp = lines.stream
        if not lines.last:
            raise http.client.IncompleteRead(b"")


class _PlainConnection(HTTPConnection):
    """Asks the Passage for its socket, and tells it when bytes are about to leave."""

    passage: Passage
    response_class = _WholeHeadResponse

    def __init__(self, *arguments: Any, passage: Passage, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.passage = passage

    def _new_conn(self) -> socket.socket:
        return self.passage.open(self._dns_host.strip("[]"), self.port, self.socket_options)

    def send(self, data: Any) -> None:
        if self.sock is None:
            self.connect()
        self.passage.leave()
        super().send(data)


class _TLSConnection(_PlainConnection, HTTPSConnection):
    """The same over TLS; the name to verify and to announce stays the host's, not the address."""


class _PlainPool(urllib3.HTTPConnectionPool):
    ConnectionCls = _PlainConnection


class _TLSPool(urllib3.HTTPSConnectionPool):
    ConnectionCls = _TLSConnection


class _PoolManager(urllib3.PoolManager):
    def __init__(self, passage: Passage) -> None:
        super().__init__(num_pools=1, maxsize=1)
        self.pool_classes_by_scheme = {"http": _PlainPool, "https": _TLSPool}
        self._passage = passage

    def _new_pool(self, *arguments: Any, **options: Any) -> urllib3.HTTPConnectionPool:
        pool = super()._new_pool(*arguments, **options)
        pool.conn_kw["passage"] = self._passage
        return pool


class Transport(HTTPAdapter):
    """Sends one prepared request along its Passage. ``authorities`` names a file of certificates to trust instead."""

    def __init__(self, passage: Passage, authorities: str | None = None) -> None:
        self._passage = passage
        self._verify: bool | str = authorities or True
        super().__init__(max_retries=0)

    def init_poolmanager(self, *_arguments: Any, **_options: Any) -> None:
        self.poolmanager = cast("Any", _PoolManager(self._passage))

    def deliver(self, request: requests.PreparedRequest) -> requests.Response:
        """The answer with its body unread; raises whatever `requests` and `urllib3` raise."""
        patience = self._passage.patience()
        return self.send(request, stream=True, timeout=(patience, patience), verify=self._verify, proxies={})
