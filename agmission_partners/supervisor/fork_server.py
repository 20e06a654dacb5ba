"""Loads the hub once, and becomes a copy of itself for each process that is asked for (`forks.ForkServer` asks).

Its standard input is a socket; it ends when that closes. A request is the JSON of `[module, *arguments]`, along with two
descriptors: where the copy writes its lines, and a socket by which it tells its number and is given leave to begin.
"""

import atexit
import contextvars
import gc
import importlib
import json
import os
import runpy
import socket
import sys
import time
import warnings

import django
import setproctitle

from agmission_partners.supervisor.forks import BEGIN, READY
from agmission_partners.supervisor.launch import end_with_parent

LONGEST_REQUEST = 65536
LOADED = (
    "celery.apps.beat",
    "celery.apps.worker",
    "celery.bin.celery",  # every command of Celery loads all of them
    "celery.concurrency.prefork",
    "celery.concurrency.thread",
    "celery.worker.consumer",
    "django.core.management.commands.migrate",
    "django_filters.rest_framework",
    "drf_spectacular.views",
    "gunicorn.app.wsgiapp",
    "gunicorn.workers.gthread",
    "knox.views",
    "kombu.transport.redis",
    "prometheus_client",
    "rest_framework.routers",
    "rest_framework.viewsets",
    "unfold.admin",
)
"""What processes of the hub load by name, beside what Django's applications bring. None of it starts a thread, as numpy and
pyarrow do: a process with threads is not safely copied. So the hub's own pages are not among it."""


class Ending:
    """Ends the process once all else that happens at its end has happened, without taking apart what it has loaded, object by
    object: that takes a tenth of a second of a core."""

    def __init__(self) -> None:
        self.code = 1  # as after an error that nobody caught
        atexit.register(self._end)  # the first that is registered is the last that is called

    def _end(self) -> None:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(self.code)

    def run(self, command: list[str]) -> None:
        """Goes on as this command, and keeps its exit code."""
        try:
            go_on_as(command)
            self.code = 0
        except SystemExit as end:
            self.code = end.code if isinstance(end.code, int) else int(end.code is not None)
            raise


def go_on_as(command: list[str]) -> None:
    """Does what `python -m` with this command would, with what this process has loaded.

    In a context of its own: whoever started it is not named in the history as the source of what it does.
    """
    setproctitle.setproctitle(" ".join(["python -m", *command]))
    sys.argv = command
    contextvars.Context().run(runpy.run_module, command[0], run_name="__main__", alter_sys=True)


def main() -> None:
    """Serves until the supervisor is gone; in a copy, does what it was made for."""
    ending = Ending()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "agmission_partners.settings")
    with socket.socket(fileno=os.dup(0)) as requests:
        load()
        requests.sendall(READY)
        command = serve(requests, os.getppid())
    if command:
        ending.run(command)


def load() -> None:
    """Loads the hub. What is there by then stays: no copy looks for garbage in it, which would unshare its memory."""
    # Where traces are sent, OpenTelemetry has a thread, which it starts anew in each copy, with a lock of its own.
    warnings.filterwarnings("ignore", "This process .* is multi-threaded", DeprecationWarning)
    gc.disable()
    django.setup()
    for name in LOADED:
        importlib.import_module(name)
    gc.freeze()
    gc.enable()


def serve(requests: socket.socket, supervisor: int) -> list[str]:
    """Returns in each copy, with what it shall do, and at the end in the server, with nothing."""
    while True:
        request, descriptors, _, _ = socket.recv_fds(requests, LONGEST_REQUEST, 2)
        if not request:
            return []
        between = os.fork()
        if not between:
            become_child_of(supervisor)
            _begin(*descriptors)
            return list(json.loads(request))
        os.waitpid(between, 0)
        for descriptor in descriptors:
            os.close(descriptor)


def become_child_of(supervisor: int) -> None:
    """Forks once more and lets the process in between end: whoever adopts orphans gets the child."""
    between = os.getpid()
    if os.fork():
        os._exit(0)
    while os.getppid() == between:
        time.sleep(0.0005)
    os.setsid()
    end_with_parent(supervisor)


def _begin(lines: int, leave: int) -> None:
    """Waits for leave, then takes up its place: lines go where they should, and nothing is to be read."""
    with socket.socket(fileno=leave) as asked:
        asked.sendall(str(os.getpid()).encode())
        if asked.recv(len(BEGIN)) != BEGIN:  # the supervisor has given it up
            sys.exit(1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for descriptor, standard in ((nothing, 0), (lines, 1), (lines, 2)):
        os.dup2(descriptor, standard)
    os.close(nothing)
    os.close(lines)


if __name__ == "__main__":
    main()
