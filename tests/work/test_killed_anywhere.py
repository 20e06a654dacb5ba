"""A worker that is killed (SIGKILL) at any line between taking a row and having settled it loses nothing and doubles nothing."""

import json
import subprocess
from collections.abc import Callable
from itertools import pairwise

import pytest
from django.db import connection

from tests.workbench import kinds as workbench
from tests.workbench.bench import an_errand, asked_of_a_person, later, row
from tests.workbench.kinds import QUEUE, Errands
from tests.workbench.models import Effect, Errand
from work import engine, history
from work.clock import now
from work.models import Event, Slot, WorkerHeartbeat

pytestmark = pytest.mark.thorough

START = Callable[..., subprocess.Popen[str]]

FORKS = """
import json, os, signal, sys
from pathlib import Path
from django.conf import settings
from tests.workbench import kinds as workbench
import work.engine
from work import kinds

work_folder = str(Path(work.__file__).parent)
for known in list(kinds.all_kinds()):
    kinds.unregister(known.name)
kinds.register(workbench.Errands(getattr(workbench, sys.argv[1])))

def drain_and_die(at_line):
    # Counts the lines that run in work/; at the given one this process kills itself, and no `finally` runs.
    passed = 0
    def count(frame, event, argument):
        nonlocal passed
        if not frame.f_code.co_filename.startswith(work_folder):
            return None
        if event == "line":
            passed += 1
            if passed == at_line:
                os.kill(os.getpid(), signal.SIGKILL)
        return count
    sys.settrace(count)
    work.engine.drain("errands", 1, "the victim")
    sys.settrace(None)
    return passed

print("ready", flush=True)
for line in sys.stdin:
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(writing, str(drain_and_die(int(line))).encode())
        os._exit(0)
    os.close(writing)
    _, status = os.waitpid(child, 0)
    print(json.dumps({"killed": os.WIFSIGNALED(status), "lines": os.read(reading, 100).decode()}), flush=True)
    os.close(reading)
"""


def ask(process: subprocess.Popen[str], line: int) -> dict[str, object]:
    """One worker, killed at this line; 0: let live."""
    assert process.stdin
    assert process.stdout
    process.stdin.write(f"{line}\n")
    process.stdin.flush()
    answer: dict[str, object] = json.loads(process.stdout.readline() or "null")
    return answer


def a_fresh_errand() -> Errand:
    """With nothing left of the runs before, so that each takes the same lines as the first."""
    with history.purging():
        for table in (Effect, Errand, Slot, Event, WorkerHeartbeat):
            table.objects.all().delete()
    return an_errand()


def bring_to_its_end(kind: Errands) -> int:
    """Time passes, and another worker comes; how many rounds that took."""
    for rounds in range(1, 5):
        later(minutes=10)
        engine.reap(kind)
        engine.drain(QUEUE, 20, "the heir")
        if not Errand.objects.exclude(status="done").exists():
            return rounds
    raise AssertionError(f"not done: {Errand.objects.values()}")


def check(errand: Errand, attempts: int) -> None:
    """As after one undisturbed run, but for the attempt that was cut off."""
    done = row(errand)
    assert Effect.objects.filter(errand=errand).exclude(worker="postponed").count() == 1
    assert done.attempts in (attempts, attempts + 1)
    assert (done.losses, done.lease_token, asked_of_a_person(errand.pk)) == (0, None, 0)
    assert not Slot.objects.filter(expires_at__gt=now()).exists()
    moves = Event.objects.filter(name="moved").order_by("id").values_list("from_state", "to_state")
    assert all(end == begin for (_, end), (begin, _) in pairwise(moves)), list(moves)


def lines_to_die_at(lines: int) -> range:
    """Every second line of those that run: the odd ones on SQLite, the even ones on PostgreSQL; both take minutes on either."""
    return range(1 if connection.vendor == "sqlite" else 2, lines + 1, 2)


@pytest.mark.race
@pytest.mark.parametrize(("act", "attempts"), [("finish_in_a_slot", 1), ("fail_once", 2), ("postpone_once", 1)])
def test_a_kill_at_any_line_loses_and_doubles_nothing(
    second_process: START, bench: Callable[..., Errands], act: str, attempts: int
) -> None:
    """The lines in work/ that run from the start of a drain to its end."""
    kind = bench(getattr(workbench, act))
    process = second_process(FORKS, act)
    assert process.stdout
    assert process.stdout.readline() == "ready\n", process.stderr and process.stderr.read()
    a_fresh_errand()
    lines = int(str(ask(process, 0)["lines"]))
    assert lines > 50
    for line in lines_to_die_at(lines):
        errand = a_fresh_errand()
        assert ask(process, line)["killed"], f"line {line} of {lines} was not reached"
        bring_to_its_end(kind)
        check(errand, attempts)
