"""A worker that is killed (SIGKILL) at any line of a look, the job being made among them, leaves a run that comes through."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from canary.models import Run
from tests.support.canary import CanaryHub
from tests.work.test_killed_anywhere import ask

pytestmark = pytest.mark.thorough

START = Callable[..., subprocess.Popen[str]]
EVERY = 4
"""Lines of `canary/` between two kills; each is another place of the look that makes the job."""

FORKS = """
import json, os, signal, sys
from pathlib import Path
import canary
from work import engine

folder = str(Path(canary.__file__).parent)

def drain_and_die(at_line):
    # Counts the lines that run in canary/; at the given one this process kills itself, and no `finally` runs.
    passed = 0
    def count(frame, event, argument):
        nonlocal passed
        if not frame.f_code.co_filename.startswith(folder):
            return None
        if event == "line":
            passed += 1
            if passed == at_line:
                os.kill(os.getpid(), signal.SIGKILL)
        return count
    sys.settrace(count)
    engine.drain("default", 1, "the victim")
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


def test_killed_at_any_line_of_making_the_job(canary: CanaryHub, second_process: START) -> None:
    canary.set(data_dir=Path(os.environ["DATA_DIR"]))
    on = {"PARTNER_CANARY": "true", "PARTNER_CANARY_URL": canary.cloud.base_url}
    process = second_process(FORKS, **on)
    assert process.stdout
    assert process.stdout.readline() == "ready\n"
    canary.tick()
    line, killed = 1, True
    while killed:
        canary.later(minutes=15)
        canary.work("default")
        canary.later(seconds=2)
        killed = bool(ask(process, line)["killed"])
        canary.later(minutes=3)
        canary.tick()
        run = canary.fly()
        assert run.passed, f"killed at line {line}: {run.step}: {run.reason}"
        assert len(canary.cloud.uploads()) == Run.objects.count(), f"killed at line {line}"
        line += EVERY
    assert line > 4 * EVERY
