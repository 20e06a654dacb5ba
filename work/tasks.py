"""The two Celery tasks there are: everything periodic is a due row."""

import socket
import threading
import time
from collections.abc import Callable
from typing import Any

from celery import Task, shared_task
from celery.signals import worker_init, worker_process_init, worker_shutdown, worker_shutting_down
from django.db import connection

from work import engine, nudging, shutdown

GRACE_SECONDS = 4.0
LOOK_EVERY_SECONDS = 0.2


@shared_task(name="work.tick", ignore_result=True)
def tick(host: str, pid: int) -> None:
    """Look for due work and nudge its queues."""
    for nudge in engine.tick(host, pid):
        nudging.send(nudge)


@shared_task(name="work.drain", bind=True, ignore_result=True)
def drain(self: "Task[Any, Any]", queue: str, up_to: int) -> None:
    """Work off what is due in a queue."""
    engine.drain(queue, up_to, worker=self.request.hostname or socket.gethostname())


@worker_init.connect
def begin(**_: Any) -> None:
    """Workers that are copies of one process do not stop with each other."""
    shutdown.reset()


@worker_shutting_down.connect
def stop_gracefully(**_: Any) -> None:
    """Take no new row; what cannot finish in the grace time is released, and due at once elsewhere."""
    shutdown.request()
    _in_background(_release_in_time)


@worker_shutdown.connect
def say_goodbye(sender: Any, **_: Any) -> None:
    """A worker that ends on request takes its trace away: one that fell silent is then one that hangs, or was killed."""
    engine.forget_worker(sender.hostname)


@worker_process_init.connect
def stop_with_the_parent(**_: Any) -> None:
    """A prefork pool's children hold the leases, and are told by the flag that they share with their parent."""
    _in_background(_release_in_time)


def _release_in_time() -> None:
    while not shutdown.requested():
        time.sleep(LOOK_EVERY_SECONDS)
    time.sleep(GRACE_SECONDS)
    engine.release_all()
    connection.close()


def _in_background(act: Callable[[], None]) -> None:
    threading.Thread(target=act, name="releaser", daemon=True).start()
