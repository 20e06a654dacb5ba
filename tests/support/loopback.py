"""A server on loopback that does to each connection exactly what a test's script says."""

import itertools
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

Script = Callable[[socket.socket], None]


class Loopback:
    """Listens on a free port; `script` gets each connection, after TLS where a context is given."""

    def __init__(self, script: Script, tls: ssl.SSLContext | None = None) -> None:
        self.connections = 0
        self._script, self._tls = script, tls
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._open: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def base_url(self) -> str:
        return f"{'https' if self._tls else 'http'}://127.0.0.1:{self.port}/api/Satloc"

    def close(self) -> None:
        """End the listener and every connection, and with them the scripts."""
        for connection in [self._listener, *self._open]:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
            connection.close()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            self._open.append(connection)
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with suppress(OSError):
            if self._tls is not None:
                connection = self._tls.wrap_socket(connection, server_side=True)
                self._open.append(connection)
            with connection:
                self._script(connection)


@contextmanager
def loopback(script: Script, tls: ssl.SSLContext | None = None) -> Iterator[Loopback]:
    """A `Loopback` for the length of a block."""
    server = Loopback(script, tls)
    try:
        yield server
    finally:
        server.close()


def read_request(connection: socket.socket) -> bytes:
    """One whole request, head and body."""
    data = b""
    while b"\r\n\r\n" not in data:
        data += connection.recv(65536)
    head, _, body = data.partition(b"\r\n\r\n")
    lengths = [line.split(b":")[1] for line in head.lower().split(b"\r\n") if line.startswith(b"content-length")]
    while len(body) < int(lengths[0] if lengths else 0):
        body += connection.recv(65536)
    return head + b"\r\n\r\n" + body


def answering(*answers: bytes) -> Script:
    """Reads a request and sends these bytes, the first answer to the first connection; the last one from then on."""
    waiting = list(answers)

    def script(connection: socket.socket) -> None:
        read_request(connection)
        connection.sendall(waiting.pop(0) if len(waiting) > 1 else waiting[0])

    return script


def dripping(head: bytes, rest: bytes = b"") -> Script:
    """Reads a request, sends `head`, then a byte every 20 ms: those of `rest`, and then for ever."""

    def script(connection: socket.socket) -> None:
        read_request(connection)
        connection.sendall(head)
        for number in itertools.count():
            connection.sendall(rest[number : number + 1] or b"x")
            threading.Event().wait(0.02)

    return script


def http(body: bytes, status: str = "200 OK", *headers: str) -> bytes:
    """An HTTP/1.1 answer with its length."""
    head = "\r\n".join([f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers])
    return head.encode() + b"\r\n\r\n" + body


def reset(connection: socket.socket) -> None:
    """End a connection by RST."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()
