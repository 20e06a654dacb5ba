"""The process: arguments, socket, signals."""

import argparse
import signal
import socket
import sys
import threading
import time
from collections.abc import Sequence
from http.server import ThreadingHTTPServer
from pathlib import Path

from sandbox import settings
from sandbox.application import BASE_PATH, Application
from sandbox.database import Database, StateError
from sandbox.demo import make_demo_world
from sandbox.fields import DEMO_FIELD, FieldError, read_field
from sandbox.handler import Handler

LOOK_EVERY = 0.05


class Server(ThreadingHTTPServer):
    """One thread for each connection; none of them keeps the process alive."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 256

    def server_bind(self) -> None:
        """Bind without the look-up of the host's name that http.server makes."""
        socket.socket.setsockopt(self.socket, socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = str(self.server_address[0]), int(self.server_address[1])

    def handle_error(self, request: object, client_address: object) -> None:
        """Errors of a connection that ended in the middle are no news."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


def main(argv: Sequence[str] | None = None) -> int:
    """Run until SIGTERM or SIGINT. Returns the exit code: 0, or 2 with one line on standard error."""
    arguments = _arguments(argv)
    stopping = threading.Event()
    try:
        database = _open(arguments)
        fields = tuple(read_field(text) for text in [*arguments.field, DEMO_FIELD])
        server = _listen(arguments.bind, Application(database, fields), stopping)
    except (StateError, FieldError, ValueError) as error:
        sys.stderr.write(f"sandbox: {error}\n")
        return 2
    _serve(server, stopping)
    database.close()
    return 0


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="sandbox", description="A simulated SatLoc cloud.")
    parser.add_argument("--bind", default="127.0.0.1:0", metavar="HOST:PORT", help="port 0 takes a free one")
    parser.add_argument("--state", required=True, type=Path, metavar="FILE", help="made when it is missing")
    parser.add_argument("--dialect", choices=settings.DIALECTS, help="of accounts without their own (bare)")
    parser.add_argument("--seed", type=int, metavar="N", help="for generated flights and random faults (1)")
    parser.add_argument("--flight-delay", type=float, metavar="SECONDS", help="from an upload to its log (3)")
    parser.add_argument("--records-per-second", type=float, metavar="N", help="of generated flights (1)")
    parser.add_argument("--field", action="append", default=[], metavar="NAME=GEOJSON:LOG", help="has a recorded track")
    parser.add_argument("--keep", type=int, metavar="N", help="uploads of each company, with their logs (0: all)")
    parser.add_argument("--no-demo", action="store_true", help="begin a new state without demo accounts")
    return parser.parse_args(argv)


def _open(arguments: argparse.Namespace) -> Database:
    database = Database(arguments.state)
    settings.change(
        database,
        dialect=arguments.dialect,
        seed=arguments.seed,
        flight_delay=arguments.flight_delay,
        records_per_second=arguments.records_per_second,
        keep=arguments.keep,
    )
    if database.is_new and not arguments.no_demo:
        make_demo_world(database)
    return database


def _listen(bind: str, application: Application, stopping: threading.Event) -> Server:
    host, _, port = bind.rpartition(":")
    if not host or not port.isascii() or not port.isdigit() or int(port) > 65535:
        raise ValueError(f"--bind must be HOST:PORT, not {bind!r}")
    handler = type("BoundHandler", (Handler,), {"application": application, "stopping": stopping})
    try:
        return Server((host, int(port)), handler)
    except OSError as error:
        raise ValueError(f"cannot listen on {bind}: {error.strerror or error}") from error


def _serve(server: Server, stopping: threading.Event) -> None:
    """Serve until a signal comes. Requests under way are not waited for: clouds vanish like that.

    Handlers rather than a mask, which threads that numpy began earlier do not have: one of them would die of the signal.
    """
    came: list[int] = []
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda number, _: came.append(number))
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True).start()
    sys.stdout.write(f"sandbox listening on http://{server.server_name}:{server.server_port}{BASE_PATH}\n")
    sys.stdout.flush()
    while not came:
        time.sleep(LOOK_EVERY)
    stopping.set()
    server.shutdown()
    server.server_close()
