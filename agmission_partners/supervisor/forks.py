"""Has processes of the hub made as copies of one that has loaded it: that takes a fraction of loading it again.

On Linux only, as copies are handed over by what only Linux knows: a parent that adopts orphans.
"""

import ctypes
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import IO

from agmission_partners.supervisor.launch import tied_to
from agmission_partners.variables import PROJECT_DIR

PR_SET_CHILD_SUBREAPER = 36
READY, BEGIN = b"ready", b"begin"
ANSWER_SECONDS = 2.0


def start_anew(
    command: Sequence[str], environment: Mapping[str, str], stdin: int = subprocess.DEVNULL
) -> subprocess.Popen[bytes]:
    """A child in a session of its own, that ends with this process, and whose lines are read by its `stdout`."""
    return subprocess.Popen(  # noqa: S603  # our own commands
        tied_to(os.getpid(), command),
        cwd=PROJECT_DIR,
        env=dict(environment),
        stdin=stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )


@dataclass
class Copy:
    """A process made by copying, a child like any other: what of `subprocess.Popen` is used here."""

    pid: int
    stdout: IO[bytes]

    def wait(self) -> int:
        """Waits for its end, once; its exit code, negative for a signal."""
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])

    def send_signal(self, number: signal.Signals) -> None:
        """Sends it a signal. Its number is its own until it has been waited for."""
        os.kill(self.pid, number)


class ForkServer:
    """The process that has loaded the hub (`fork_server.py`). What is wrong with it is said once; the rest goes on without."""

    def __init__(self, environment: Mapping[str, str], say: Callable[[str], None]) -> None:
        self._say = say
        self._requests, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._ready = False
        with theirs:
            command = [sys.executable, "-m", "agmission_partners.supervisor.fork_server"]
            self._process = start_anew(command, environment, theirs.fileno())
        assert self._process.stdout is not None  # noqa: S101  # PIPE was asked for
        self.stdout: IO[bytes] = self._process.stdout

    @property
    def pid(self) -> int:
        """Its process number."""
        return self._process.pid

    def is_loading(self) -> bool:
        """Whether it may still become of use."""
        if self._ready or self._process.poll() is not None:
            return False
        with suppress(BlockingIOError, ConnectionError):
            self._ready = self._requests.recv(len(READY), socket.MSG_DONTWAIT) == READY
        return not self._ready

    def copy(self, command: Sequence[str]) -> Copy | None:
        """A child of this process that does what `python -m` with this command would; None where none could be made.

        It begins once its number has been read here, so that one that is given up never does. To be called from the main
        thread only: the kernel ties the child's life to it.
        """
        if not self._ready:
            return None
        reading, writing = os.pipe()
        try:
            pid = self._ask(json.dumps(command).encode(), writing)
        except (OSError, ValueError) as error:
            os.close(reading)
            self.close()
            self._say(f"the process that others are copied from does not answer ({error}); from now on each starts by itself")
            return None
        finally:
            os.close(writing)
        return Copy(pid, os.fdopen(reading, "rb"))

    def _ask(self, request: bytes, writing: int) -> int:
        ours, theirs = socket.socketpair()
        with ours:
            ours.settimeout(ANSWER_SECONDS)
            with adopting_orphans():
                with theirs:
                    socket.send_fds(self._requests, [request], [writing, theirs.fileno()])
                pid = int(ours.recv(32))
                ours.sendall(BEGIN)
        return pid

    def close(self) -> None:
        """Ends it; its copies go on."""
        self._ready = False
        self._requests.close()
        self._process.kill()
        self._process.wait()


@contextmanager
def adopting_orphans() -> Iterator[None]:
    """Makes children of this process of what a process below it leaves behind."""
    kernel = ctypes.CDLL(None, use_errno=True)
    kernel.prctl(PR_SET_CHILD_SUBREAPER, 1)
    try:
        yield
    finally:
        kernel.prctl(PR_SET_CHILD_SUBREAPER, 0)
