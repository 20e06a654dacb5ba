"""The disk dies while jobs are on their way; the backup, taken while they were, goes to another one, and all goes on."""

import shutil
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.support.journey import Journey
from tests.support.office import Office
from tests.support.processes import Stack
from tests.support.sandbox import SandboxProcess
from tests.support.waiting import wait_for

pytestmark = [pytest.mark.crash, pytest.mark.timeout(400)]

JOBS = 10
SETTINGS = {
    "PARTNER_FIRST_POLL_DELAY": "500",
    "PARTNER_MIN_POLL_INTERVAL": "1000",
    "PARTNER_TICK_INTERVAL": "500",
    "SATLOC_TIMEOUT": "2000",
    "SATLOC_RATE_LIMIT": "6000",
}


def test_what_the_backup_holds_comes_back_and_nothing_is_sent_twice(tmp_path: Path) -> None:
    with SandboxProcess(tmp_path / "cloud.db", "--flight-delay", "1") as cloud:
        env = {**SETTINGS, "SATLOC_BASE_URL": cloud.base_url}
        with Stack(env, tmp_path / "first") as first:
            office = Office(Journey(first, cloud))
            cloud.fault("late", "UploadJobData", seconds=3, probability=0.4)  # some uploads are always in doubt
            backup_at_work(office, tmp_path / "backups")
            destroy(first, tmp_path / "keys")
        with restored(first, env, tmp_path) as second:
            office.journey.stack = second
            cloud.clear_faults()
            held = [one["number"] for one in office.journey.all("/api/v1/jobs/")]
            assert 0 < len(held) < JOBS, "the backup was taken in the middle of it"
            office.bring_to_its_end()
            sent = Counter(int(upload["jobNumber"]) for upload in cloud.uploads())
            assert set(held) <= set(sent) <= set(office.numbers)
            assert set(sent.values()) == {1}
            office.check_logs(held)


def backup_at_work(office: Office, target: Path) -> None:
    """Jobs are sent one after the other; a backup is taken when some have arrived and others have not been thought of."""
    with ThreadPoolExecutor(1) as client:
        sending = client.submit(send_all, office)
        wait_for(lambda: len(office.cloud.logs()) >= JOBS // 4, "the first flights", 60)
        office.journey.stack.manage("backup", str(target))
        sending.result()


def send_all(office: Office) -> None:
    for _ in range(JOBS):
        office.send()
        time.sleep(1.5)


def destroy(stack: Stack, keys: Path) -> None:
    """Every process at once, and every file but the one with the keys; the database goes when the stack is closed."""
    for name in ("supervisor", *stack.services()):
        stack.kill(name)
    shutil.copy(stack.data_dir / "env", keys)
    shutil.rmtree(stack.data_dir)
    stack.data_dir.mkdir()
    shutil.copy(keys, stack.data_dir / "env")


def restored(lost: Stack, env: dict[str, str], folder: Path) -> Stack:
    """As docs/backup.md has it: an empty installation with the old keys, migrated, filled, and not started yet."""
    stack = Stack(env, folder / "second")
    stack.operator = lost.operator
    stack.data_dir.mkdir()
    shutil.copy(folder / "keys", stack.data_dir / "env")
    stack.manage("migrate", "--verbosity", "0")
    (backup,) = (folder / "backups").glob("20*")
    stack.manage("restore", str(backup), "--verify")
    return stack
