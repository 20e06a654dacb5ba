"""Being told to stop: in a threads pool, and in the children of a prefork pool, which nobody tells."""

import os
import subprocess
from collections.abc import Callable

import pytest
from celery.signals import worker_init

from tests.support.waiting import wait_for
from tests.workbench.bench import an_errand, claimed, row
from tests.workbench.kinds import Errands
from work import engine, shutdown, tasks
from work.heartbeat import keeper

START = Callable[..., subprocess.Popen[str]]

CHILD_OF_A_POOL = """
import os, sys, threading
from celery.signals import worker_process_init
from tests.workbench.kinds import *
from tests.workbench.models import Errand
from work import engine, kinds, shutdown, tasks

tasks.GRACE_SECONDS = 0.1
stop = threading.Event()

def begin_and_hang(lease):
    print("begun", flush=True)
    stop.wait(60)

kinds.register(Errands(begin_and_hang))
if os.fork() == 0:
    worker_process_init.send(sender=None)
    threading.Thread(target=engine.drain, args=("errands", 20, "child"), daemon=True).start()
    sys.stdin.readline()
    os._exit(0)
sys.stdin.readline()
tasks.stop_gracefully()
os.wait()
"""


def test_the_flag_is_raised_and_lowered() -> None:
    assert not shutdown.requested()
    shutdown.request()
    assert shutdown.requested()
    shutdown.reset()
    assert not shutdown.requested()


def test_workers_that_are_copies_of_one_process_do_not_stop_with_each_other() -> None:
    if not (copy := os.fork()):
        worker_init.send(sender=None)
        shutdown.request()
        os._exit(0)
    assert os.waitpid(copy, 0) == (copy, 0)
    assert not shutdown.requested()


def test_what_is_under_way_is_given_back_after_the_grace(
    transactional_db: None, errands: Errands, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tasks, "GRACE_SECONDS", 0.01)
    lease = claimed(errands)
    with keeper.keep(lease):
        tasks.stop_gracefully()
        wait_for(lambda: row(lease).status == "waiting", "the row to be given back")
    assert (row(lease).attempts, row(lease).losses) == (0, 0)
    assert engine.drain("errands", 20, "ann") == 0


def test_the_children_of_a_prefork_pool_stop_with_it(second_process: START) -> None:
    """The parent alone gets the signal, and has no lease; the child at work takes no new row and gives back what it has."""
    begun, never = an_errand(), an_errand()
    process = second_process(CHILD_OF_A_POOL)
    assert process.stdin
    assert process.stdout
    assert process.stdout.readline() == "begun\n"
    assert row(begun).status == "running"
    process.stdin.write("stop\n")
    process.stdin.flush()
    wait_for(lambda: row(begun).status == "waiting", "the child to give its row back")
    assert (row(begun).attempts, row(begun).losses, row(never).attempts) == (0, 0, 0)
