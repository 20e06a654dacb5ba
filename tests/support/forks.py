"""Simulated clouds that start in milliseconds: a process that has loaded their code forks one for each test.

Starting Python and loading numpy took longer than most tests that need a cloud.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import traceback
from functools import cache
from pathlib import Path
from typing import TextIO

from sandbox import server

ROOT = Path(__file__).resolve().parents[2]
ANSWER = 64


class ForkedCloud:
    """`python -m sandbox` with these arguments, as far as `subprocess.Popen` is needed here."""

    def __init__(self, arguments: list[str], errors: TextIO) -> None:
        reading, writing = os.pipe()
        self.stdout = os.fdopen(reading)
        try:
            self.pid = _ask({"start": arguments}, writing, errors.fileno())
        finally:
            os.close(writing)

    def send_signal(self, number: int) -> None:
        """The process is there until `wait` was called, dead or alive."""
        os.kill(self.pid, number)

    def wait(self) -> int:
        """Its exit code, or minus the signal that ended it."""
        self.stdout.close()
        return os.waitstatus_to_exitcode(_ask({"wait": self.pid}))


@cache
def _forker() -> tuple[socket.socket, "subprocess.Popen[bytes]"]:
    mine, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    mine.settimeout(30)
    command = [sys.executable, "-m", "tests.support.forks", str(its.fileno())]
    process = subprocess.Popen(command, cwd=ROOT, pass_fds=[its.fileno()])
    its.close()
    return mine, process


def _ask(question: dict[str, object], *files: int) -> int:
    line, _ = _forker()
    socket.send_fds(line, [json.dumps(question).encode()], list(files))
    return int(line.recv(ANSWER))


def serve(line: socket.socket) -> None:
    """Start clouds and wait for their ends as asked, until nobody asks any more; then end those that are left."""
    clouds: set[int] = set()
    while True:
        question, files, _, _ = socket.recv_fds(line, 1 << 16, 2)
        if not question:
            break
        asked = json.loads(question)
        if "start" in asked:
            pid = os.fork() or _be_a_cloud(line, asked["start"], *files)
            clouds.add(pid)
            for file in files:
                os.close(file)
            line.send(str(pid).encode())
        else:
            clouds.remove(asked["wait"])
            line.send(str(os.waitpid(asked["wait"], 0)[1]).encode())
    for pid in clouds:
        os.kill(pid, signal.SIGKILL)


def _be_a_cloud(line: socket.socket, arguments: list[str], output: int, errors: int) -> int:
    """In the forked process, which never comes back."""
    line.close()
    for given, standard in ((output, 1), (errors, 2)):
        os.dup2(given, standard)
        os.close(given)
    code = 1
    try:
        code = server.main(arguments)
    except BaseException:  # noqa: BLE001  # said where a process that ends says it
        traceback.print_exc()
    finally:
        os._exit(code)


if __name__ == "__main__":
    serve(socket.socket(fileno=int(sys.argv[1])))
