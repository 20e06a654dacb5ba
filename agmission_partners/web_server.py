"""What gunicorn decides before the hub sees a request: it refuses what is no HTTP, and waits for the rest of what is."""

import logging
import socket
import struct
from http import HTTPStatus

from gunicorn import util

logger = logging.getLogger(__name__)


def write_problem(client: socket.socket, status: int, reason: str, message: str) -> None:
    """In place of gunicorn's `write_error`, which sends HTML: a problem document with a request id, which the log knows too."""
    from django_guid import set_guid  # the hub is loaded by the process that refuses, not by its parent
    from django_guid.utils import generate_guid

    from accounts.rest.problems import ProblemResponse

    set_guid(request_id := generate_guid())
    logger.warning("refused before the hub saw it, for the reason that gunicorn wrote just now: %s %s", status, reason)
    detail = message if message and status < HTTPStatus.INTERNAL_SERVER_ERROR else "The hub could not answer."
    problem = ProblemResponse(status, detail, headers={"X-Request-ID": request_id, "Connection": "close"})
    problem["Content-Length"] = str(len(problem.content))
    head = f"HTTP/1.1 {status} {reason}\r\n".encode("latin-1") + problem.serialize_headers()
    util.write_nonblock(client, head + b"\r\n\r\n" + problem.content)


def lose_patience(listener: socket.socket, seconds: float) -> None:
    """Connections end that neither send nor take anything for so long: a few silent ones would hold all threads for ever."""
    longest = struct.pack("ll", int(seconds), int(seconds % 1 * 1e6))
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, longest)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, longest)
