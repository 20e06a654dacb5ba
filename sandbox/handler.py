"""HTTP/1.1 on one connection."""

import sys
import threading
import traceback
from http.server import BaseHTTPRequestHandler
from typing import Any

from sandbox.answers import Answer, message_answer
from sandbox.application import Application, Request
from sandbox.delivery import Delivery
from sandbox.faults import Fault

MAX_BODY = 64 * 1024 * 1024


class BadBody(Exception):
    """The request's body cannot be taken; `status` and the text say why."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class Handler(BaseHTTPRequestHandler):
    """Reads requests, asks the application, sends answers. `application` and `stopping` are set by the server."""

    protocol_version = "HTTP/1.1"
    timeout = 300  # seconds without a byte from the other side
    disable_nagle_algorithm = True
    application: Application
    stopping: threading.Event

    def _handle(self) -> None:
        try:
            answer, fault = self._respond()
            reusable = Delivery(self.connection, self.stopping).send(answer, fault)
        except ConnectionError:
            reusable = False  # the other side hung up, as it may
        if not reusable:
            self.close_connection = True

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _handle  # noqa: N815 -- names that http.server looks for

    def _respond(self) -> tuple[Answer, Fault | None]:
        try:
            path, _, query = self.path.partition("?")
            headers = {name.lower(): value for name, value in self.headers.items()}
            request = Request(self.command, path, query, headers, self._read_body())
        except BadBody as error:
            self.close_connection = True
            return message_answer(str(error), error.status), None
        try:
            return self.application.respond(request)
        except Exception:  # noqa: BLE001 -- the border of the process: said aloud, and answered
            if self.stopping.is_set():
                raise ConnectionAbortedError("the process ends") from None
            sys.stderr.write(traceback.format_exc())
            return message_answer("The sandbox itself failed; its error output says where.", 500), None

    def _read_body(self) -> bytes:
        """The whole body, by Content-Length or in chunks."""
        if "chunked" in self.headers.get("Transfer-Encoding", "").lower():
            return self._read_chunks()
        length = self.headers.get("Content-Length", "0")
        if not length.isascii() or not length.isdigit():
            raise BadBody(400, "Content-Length must be a number")
        return self._read(int(length))

    def _read_chunks(self) -> bytes:
        body = bytearray()
        while True:
            line = self.rfile.readline(1024)
            try:
                size = int(line.partition(b";")[0], 16)
            except ValueError as error:
                raise BadBody(400, "a chunk has no size") from error
            body += self._read(size, len(body))
            self.rfile.readline(1024)
            if size == 0:
                return bytes(body)

    def _read(self, size: int, already: int = 0) -> bytes:
        if not 0 <= size <= MAX_BODY - already:
            raise BadBody(413, f"a body may have at most {MAX_BODY} bytes")
        content = self.rfile.read(size)
        if len(content) < size:
            raise ConnectionAbortedError("the body ended early")
        return content

    def version_string(self) -> str:
        """The Server header of answers that http.server makes itself."""
        return "SatLoc sandbox"

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 -- the name that http.server gives it
        """Nothing: request lines hold passwords."""
