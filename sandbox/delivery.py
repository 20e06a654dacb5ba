"""Sending an answer down its connection: as it should be, or as a fault wants it."""

import itertools
import socket
import struct
import threading
from collections.abc import Callable, Iterable, Iterator
from email.utils import formatdate

from sandbox.answers import JSON, Answer
from sandbox.faults import Fault

FILLER = b"2017-04-18T12:00:00Z,40.83960385,-82.87690321,303.35,1.760,1\n" * 1000
BLANKS = b" " * 65_536


class Delivery:
    """One answer on one connection. `stopping` ends every wait."""

    def __init__(self, connection: socket.socket, stopping: threading.Event) -> None:
        self._connection, self._stopping = connection, stopping
        self._ways: dict[str, Callable[[Answer, Fault], bool]] = {
            "reset_before": self._reset,
            "reset_after": self._reset,
            "late": self._late,
            "drip": self._drip,
            "truncated": self._truncated,
            "endless": self._endless,
            "unsized": self._unsized,
        }

    def send(self, answer: Answer, fault: Fault | None = None) -> bool:
        """Send `answer`; whether the connection can be used again. Raises OSError when the other side is gone."""
        way = self._ways.get(fault.kind) if fault else None
        return way(answer, fault) if way and fault else self._plain(answer)

    def _plain(self, answer: Answer) -> bool:
        """Head and first piece go out together, so that a small answer is one segment."""
        pieces = iter(answer.chunks)
        self._connection.sendall(head(answer, ("Content-Length", str(answer.length))) + next(pieces, b""))
        for piece in pieces:
            self._connection.sendall(piece)
        return True

    def _reset(self, answer: Answer, fault: Fault) -> bool:
        """End the connection by RST, `sent` bytes into the answer."""
        sent = int(fault.options.get("sent", 0))
        if sent:
            whole = head(answer, ("Content-Length", str(answer.length))) + answer.body()
            self._connection.sendall(whole[:sent])
        self._connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        # The request's file objects keep the socket open beyond close(); the descriptor itself has to go.
        socket.close(self._connection.detach())
        return False

    def _late(self, answer: Answer, fault: Fault) -> bool:
        """Answer only after `seconds`."""
        return not self._stopping.wait(fault.options.get("seconds", 5)) and self._plain(answer)

    def _drip(self, answer: Answer, fault: Fault) -> bool:
        """One byte each `seconds`, of the head or of the body."""
        whole = head(answer, ("Content-Length", str(answer.length)))
        if fault.options.get("part") == "headers":
            return self._slowly(itertools.chain([whole], answer.chunks), fault)
        self._connection.sendall(whole)
        return self._slowly(answer.chunks, fault)

    def _slowly(self, pieces: Iterable[bytes], fault: Fault) -> bool:
        for byte in itertools.chain.from_iterable(pieces):
            self._connection.sendall(bytes([byte]))
            if self._stopping.wait(fault.options.get("seconds", 0.2)):
                return False
        return True

    def _truncated(self, answer: Answer, fault: Fault) -> bool:
        """Only the first `keep` bytes of the body (half of it when not given), then a clean end of the connection."""
        keep = int(fault.options.get("keep", answer.length // 2))
        framing = fault.options.get("framing", "length")
        length = max(answer.length, keep + 1)
        self._connection.sendall(head(answer, *_framing(framing, length), ("Connection", "close")))
        for piece in _first(answer.chunks, keep):
            self._connection.sendall(_chunk(piece) if framing == "chunked" else piece)
        return False

    def _endless(self, answer: Answer, fault: Fault) -> bool:
        """The body, then more for as long as the other side reads: records after a log, blanks after JSON."""
        self._connection.sendall(head(answer, ("Connection", "close")))
        filler = BLANKS if answer.content_type == JSON else FILLER
        pause = len(filler) / fault.options["bytesPerSecond"] if fault.options.get("bytesPerSecond") else 0
        for piece in itertools.chain(answer.chunks, itertools.repeat(filler)):
            self._connection.sendall(piece)
            if self._stopping.wait(pause) if pause else self._stopping.is_set():
                break
        return False

    def _unsized(self, answer: Answer, fault: Fault) -> bool:
        """The whole body without Content-Length: in chunks, or until the connection ends."""
        chunked = fault.options.get("framing", "chunked") == "chunked"
        framing = _framing("chunked") if chunked else [("Connection", "close")]
        self._connection.sendall(head(answer, *framing))
        for piece in answer.chunks:
            self._connection.sendall(_chunk(piece) if chunked and piece else piece)
        if chunked:
            self._connection.sendall(_chunk(b""))
        return chunked


def head(answer: Answer, *framing: tuple[str, str]) -> bytes:
    """Status line and headers, with the blank line after them."""
    headers = [("Date", formatdate(usegmt=True)), ("Server", "SatLoc sandbox"), *answer.headers, *framing]
    if answer.content_type:
        headers.append(("Content-Type", answer.content_type))
    lines = [f"HTTP/1.1 {answer.status} {answer.phrase}", *(f"{name}: {value}" for name, value in headers)]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def _framing(framing: str, length: int = 0) -> list[tuple[str, str]]:
    """How the end of the body is told; with `close` there is only the end of the connection."""
    headers = {"length": [("Content-Length", str(length))], "chunked": [("Transfer-Encoding", "chunked")]}
    return headers.get(framing, [])


def _chunk(piece: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(piece), piece)


def _first(pieces: Iterable[bytes], count: int) -> Iterator[bytes]:
    """The first `count` bytes of `pieces`."""
    for piece in pieces:
        if count <= 0:
            return
        yield piece[:count]
        count -= len(piece)
