"""Second processes on the test's database that start in milliseconds: copies of one that has set Django up.

Setting it up took longer than most of what they do. Each is the test's own child, as any that `subprocess` starts.
"""

import gc
import json
import os
import signal
import socket
import subprocess
import sys
import traceback
from collections.abc import Mapping
from functools import cache
from typing import Any

from agmission_partners.supervisor.fork_server import become_child_of
from agmission_partners.supervisor.forks import adopting_orphans
from agmission_partners.variables import PROJECT_DIR

LONGEST_REQUEST = 1 << 17


class SecondProcess(subprocess.Popen[str]):
    """Does what `python -c` with this code would; input, output and errors are pipes of text.

    Of its environment, the hub's own settings are read anew; what Django has made of others stays as it was. It ends with
    its code: what else is told to happen at the end of a process does not.
    """

    def __init__(self, code: str, arguments: tuple[str, ...], environment: Mapping[str, str]) -> None:
        self._request = json.dumps([code, arguments, dict(environment)]).encode()
        pipe = subprocess.PIPE
        super().__init__([sys.executable, "-c", code], stdin=pipe, stdout=pipe, stderr=pipe, text=True)

    def _execute_child(self, *given: Any) -> None:
        """Where `subprocess` forks."""
        pipes = given[10:16]
        try:
            self.pid = _copy(self._request, pipes[0], pipes[3], pipes[5])
            self._child_created = True
        finally:
            self._close_pipe_fds(*pipes)


@cache
def _forker() -> tuple[socket.socket, "subprocess.Popen[bytes]"]:
    """Made for the first of them, when the test's database is there."""
    mine, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    mine.settimeout(30)
    with its:
        command = [sys.executable, "-m", "tests.support.second", str(its.fileno())]
        return mine, subprocess.Popen(command, cwd=PROJECT_DIR, pass_fds=[its.fileno()])


def _copy(request: bytes, *standard: int) -> int:
    line, _ = _forker()
    try:
        with adopting_orphans():
            socket.send_fds(line, [request], list(standard))
            return int(line.recv(32))
    except (OSError, ValueError):
        _forker.cache_clear()  # an answer that comes late is nobody's
        raise


def serve(line: socket.socket, tests: int) -> None:
    """Make copies until nobody asks any more."""
    while True:
        request, standard, _, _ = socket.recv_fds(line, LONGEST_REQUEST, 3)
        if not request:
            return
        between = os.fork()
        if not between:
            become_child_of(tests)
            line.send(str(os.getpid()).encode())
            line.close()
            _do(json.loads(request), standard)
        os.waitpid(between, 0)
        for descriptor in standard:
            os.close(descriptor)


def _do(request: tuple[str, list[str], dict[str, str]], standard: list[int]) -> None:
    """In the copy, which never comes back."""
    from django.conf import settings

    from agmission_partners.environment import load_or_exit
    from work import shutdown

    code, arguments, environment = request
    for number, descriptor in enumerate(standard):
        os.dup2(descriptor, number)
        os.close(descriptor)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = ["-c", *arguments]
    signal.signal(signal.SIGINT, signal.default_int_handler)
    status = 1
    try:
        shutdown.reset()  # copies of one process do not stop with each other
        settings.HUB = load_or_exit()
        exec(compile(code, "<second process>", "exec"), {"__name__": "__main__"})  # noqa: S102  # a test's own code
        status = 0
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else int(end.code is not None)
        if isinstance(end.code, str):
            print(end.code, file=sys.stderr)
    except BaseException:  # noqa: BLE001  # said where a process that ends says it
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def main() -> None:
    """Loads what most of them need."""
    import django

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the tests end it
    with socket.socket(fileno=int(sys.argv[1])) as line:
        django.setup()
        gc.freeze()
        serve(line, os.getppid())


if __name__ == "__main__":
    main()
