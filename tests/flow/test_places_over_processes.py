"""PARTNER_MAX_CONCURRENT_JOBS holds over all workers: two real processes with several threads each, and a slow partner."""

import subprocess
from collections.abc import Callable

import pytest

from assignments.models import JobAssignment, SyncOperation
from assignments.services import uploads
from tests.support.hub import Hub
from tests.support.scene import a_job
from tests.support.waiting import wait_for

START = Callable[..., subprocess.Popen[str]]
PLACES, JOBS = 2, 6

WORKER = """
import sys, threading, time
from django.db import connection
from assignments.models import SyncOperation
from work import engine

def work(name):
    while SyncOperation.objects.exclude(status="synced").exists():
        engine.drain("job_sync", 20, name)
        time.sleep(0.05)
    connection.close()

print("ready", flush=True)
sys.stdin.readline()
threads = [threading.Thread(target=work, args=(f"{sys.argv[1]} {number}",)) for number in range(3)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print("done", flush=True)
"""


@pytest.mark.race
def test_no_more_uploads_are_under_way_at_a_partner_than_it_has_places(hub: Hub, second_process: START) -> None:
    hub.cloud.fault("late", "UploadJobData", seconds=0.4)
    for _ in range(JOBS):
        assignment = JobAssignment.objects.create(
            job=a_job(hub.customer), user=hub.pilot, partner_type="satloc", system_user=hub.account, aircraft=hub.aircraft
        )
        uploads.enqueue(assignment, actor="test")
    env = {"SATLOC_BASE_URL": hub.cloud.base_url, "SATLOC_RATE_LIMIT": "6000", "PARTNER_MAX_CONCURRENT_JOBS": str(PLACES)}
    workers = [second_process(WORKER, name, **env) for name in ("ann", "bob")]
    assert [worker.stdout.readline() for worker in workers if worker.stdout] == ["ready\n"] * 2
    for worker in workers:
        assert worker.stdin
        worker.stdin.write("go\n")
        worker.stdin.flush()
    seen: set[int] = set()

    def all_sent() -> bool:
        seen.add(SyncOperation.objects.filter(status="syncing", sent_at__isnull=False).count())
        return SyncOperation.objects.filter(status="synced").count() == JOBS

    wait_for(all_sent, lambda: str(list(SyncOperation.objects.values_list("status", "error"))), 60)
    assert max(seen) == PLACES
    assert len(hub.cloud.uploads()) == JOBS
