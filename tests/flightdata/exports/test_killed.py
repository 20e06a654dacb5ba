"""A worker that is killed (SIGKILL) at any line between taking an export and having settled it leaves nothing half-written."""

import shutil
import subprocess
from collections.abc import Callable

import pytest
from django.db import connection

from flightdata import store
from flightdata.models import Export
from flightdata.services.exporting import Writing
from tests.assignments.conftest import Scene
from tests.flightdata.conftest import parse_all
from tests.flightdata.exports.conftest import Exporting, lines_of
from tests.flightdata.exports.test_work import files, later
from tests.support.scene import a_job
from work import engine
from work.models import WorkerHeartbeat

START = Callable[..., subprocess.Popen[str]]
KILLS = 10

FORKS = """
import os, signal, sys
from pathlib import Path
from work import engine
from flightdata.services import exporting

folder = str(Path(exporting.__file__).parent.parent)
watched = tuple(f"{folder}/{name}" for name in ("services/exporting.py", "store.py"))

def drain_and_die(at_line):
    passed = 0
    def count(frame, event, argument):
        nonlocal passed
        if frame.f_code.co_filename not in watched:
            return None
        if event == "line":
            passed += 1
            if passed == at_line:
                os.kill(os.getpid(), signal.SIGKILL)
        return count
    sys.settrace(count)
    engine.drain("flight_data", 1, "the victim")
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
    print(os.read(reading, 100).decode() or "killed", flush=True)
    os.close(reading)
"""


def ask(process: subprocess.Popen[str], line: int) -> str:
    """One worker, killed at this line; 0: let live, and how many lines it ran."""
    assert process.stdin
    assert process.stdout
    process.stdin.write(f"{line}\n")
    process.stdin.flush()
    return process.stdout.readline().strip()


def a_fresh_export(office: Exporting) -> str:
    Export.objects.all().delete()
    WorkerHeartbeat.objects.all().delete()
    shutil.rmtree(store.export_path(""))
    return str(office.ask().json()["id"])


def check(office: Exporting, key: str, jobs: int) -> None:
    """Until it is done nothing can be downloaded; then there is one whole file, and nothing else."""
    if office.read(key)["status"] != "done":
        assert office.client.get(f"/api/v1/exports/{key}/download").status_code == 409
        later(minutes=10)
        engine.reap(Writing())
        parse_all()
    assert len(lines_of(office.bytes_of(key))) == jobs
    assert files() == {Export.objects.get().storage_key.rsplit("/", 1)[-1]}


@pytest.mark.race
def test_a_kill_at_any_line_leaves_nothing_half_written(second_process: START, scene: Scene) -> None:
    process = second_process(FORKS)
    assert process.stdout
    assert process.stdout.readline() == "ready\n", process.stderr and process.stderr.read()
    office, jobs = Exporting(scene.office), 1 + len([a_job(scene.customer) for _ in range(4)])
    a_fresh_export(office)
    lines = int(ask(process, 0))
    assert lines > KILLS
    step = max(1, lines // KILLS)
    for line in range(1 if connection.vendor == "sqlite" else 1 + step // 2, lines + 1, step):
        key = a_fresh_export(office)
        assert ask(process, line) == "killed", f"line {line} of {lines} was not reached"
        check(office, key, jobs)
