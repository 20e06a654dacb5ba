"""Backups beside a hub that works: of one moment, with each file once, and never half of one."""

import fcntl
import os
from collections import Counter
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from subprocess import Popen

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from accounts.models import Customer, Notice
from agmission_partners.backup import manifest, taking
from flightdata import store
from flightdata.models import ApplicationFile
from tests.support.disaster import all_rows, destroy_everything
from tests.support.hub import LOGIN, Hub
from tests.support.waiting import wait_for

pytestmark = pytest.mark.thorough

BackUp = Callable[[], Path]
Start = Callable[..., "Popen[str]"]

DIES = """
import os, signal, sys
from django.core.management import call_command
from django.db import connection

moment, *command = sys.argv[1:]

def die_at(what):
    if moment in what:
        os.kill(os.getpid(), signal.SIGKILL)

def watch(execute, sql, params, many, context):
    die_at(sql)
    return execute(sql, params, many, context)

sys.addaudithook(lambda event, told: die_at(f"{event} {told[0]}") if event in ("open", "os.rename") else None)
with connection.execute_wrapper(watch):
    call_command(*command)
"""
NO_ROOM = """
import resource, sys
from django.core.management import CommandError, call_command

resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
try:
    call_command("backup", sys.argv[1])
except CommandError as refusal:
    print(refusal)
"""
WRITES = """
from django.db import transaction
from accounts.models import Notice

while True:
    with transaction.atomic():
        for subject in ("one", "other"):
            Notice.objects.create(subject=subject, text="")
"""


def environment(hub: Hub, data_dir: Path) -> dict[str, str]:
    """That of a second process with the hub's data directory and the test's database."""
    sqlite = {"DATABASE_URL": f"sqlite:///{connection.settings_dict['NAME']}"} if connection.vendor == "sqlite" else {}
    return {"DATA_DIR": str(data_dir), **sqlite}


def shared_files(target: Path) -> dict[str, int]:
    """Name → inode, which a file that is written anew would not keep."""
    return {path.name: path.stat().st_ino for path in (target / "files").rglob("*") if path.is_file()}


def test_the_next_backup_copies_only_new_files(flown: Hub, target: Path) -> None:
    first = taking.take(target)
    before = shared_files(target)
    assert first.new_files == first.manifest.files == len(before)
    assert taking.take(target).new_files == 0
    flown.cloud.add_log(LOGIN, flown.aircraft_id, 50, name="next.log")
    flown.later(minutes=10)
    for queue in ("data_poll", "data_poll", "flight_data"):
        flown.work(queue)
    assert ApplicationFile.objects.count() == 2
    third = taking.take(target)
    after = shared_files(target)
    assert before.items() <= after.items()
    assert 0 < third.new_files == len(after) - len(before) < third.manifest.files


def test_no_key_is_in_a_backup(flown: Hub, target: Path, settings: object) -> None:
    taken = taking.take(target)
    (key,) = settings.HUB.credentials_keys  # type: ignore[attr-defined]
    assert not [path for path in target.rglob("*") if path.is_file() and key.encode() in path.read_bytes()]
    assert len(taken.manifest.keys) == 1


def test_a_backup_is_of_one_moment(hub: Hub, back_up: BackUp, second_process: Start, tmp_path: Path) -> None:
    writer = second_process(WRITES, **environment(hub, tmp_path))
    wait_for(lambda: Notice.objects.count() > 10, "the writer")
    folder = back_up()
    assert writer.poll() is None
    writer.kill()
    writer.wait()
    destroy_everything()
    call_command("restore", str(folder), stdout=StringIO())
    kept = Counter(Notice.objects.values_list("subject", flat=True))
    assert kept["one"] == kept["other"] > 0


@pytest.mark.parametrize("moment", ["incoming/", "files.jsonl", "manifest.json", "os.rename"])
def test_a_killed_backup_is_never_taken_for_a_whole_one(
    flown: Hub, target: Path, back_up: BackUp, second_process: Start, tmp_path: Path, moment: str
) -> None:
    killed = second_process(DIES, moment, "backup", str(target), **environment(flown, tmp_path))
    assert killed.wait(60) == -9, killed.communicate()
    assert manifest.whole_backups(target) == []
    (left,) = target.glob("*.partial")
    with pytest.raises(CommandError, match="is no whole backup"):
        call_command("restore", str(left))
    assert back_up().is_dir()
    assert not left.exists()


def test_a_target_without_room_is_said_in_one_line(
    flown: Hub, target: Path, back_up: BackUp, second_process: Start, tmp_path: Path
) -> None:
    said, errors = second_process(NO_ROOM, str(target), **environment(flown, tmp_path)).communicate(timeout=60)
    assert said.startswith("no backup was made: "), errors
    assert len(said.splitlines()) == 1
    assert manifest.whole_backups(target) == []
    assert back_up().is_dir()


@pytest.mark.parametrize(
    "moment", ["open {data}/raw/", "open {data}/tracks/", 'DELETE FROM "auth_permission"', 'UPDATE "work_slot"']
)
def test_a_killed_restore_is_begun_again(flown: Hub, back_up: BackUp, second_process: Start, tmp_path: Path, moment: str) -> None:
    before, folder = all_rows(), back_up()
    destroy_everything()
    at = moment.format(data=tmp_path)
    killed = second_process(DIES, at, "restore", str(folder), **environment(flown, tmp_path))
    assert killed.wait(60) == -9, killed.communicate()
    assert not Customer.objects.exists()
    call_command("restore", str(folder), "--verify", stdout=StringIO())
    for table in ("accounts_customer", "work_event", "flightdata_partnerlog", "flightdata_interpretation"):
        assert all_rows()[table] >= before[table]


def test_files_that_the_store_has_lost_are_named_and_the_rest_is_kept(flown: Hub, target: Path) -> None:
    file = ApplicationFile.objects.get()
    store.path_of(file.storage_key).write_bytes(b"other bytes")
    with pytest.raises(CommandError, match=f"whole but for 1 files .* raw/{file.storage_key}; see"):
        call_command("backup", str(target), stdout=StringIO())
    (folder,) = manifest.whole_backups(target)
    assert manifest.read(folder).missing == [f"raw/{file.storage_key}"]
    destroy_everything()
    call_command("restore", str(folder), "--verify", stdout=StringIO())
    assert ApplicationFile.objects.get() == file


def test_two_backups_into_one_target_do_not_meet(hub: Hub, target: Path) -> None:
    target.mkdir()
    with (target / "lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(CommandError, match="another backup is being written"):
            call_command("backup", str(target))
    assert os.listdir(target) == ["lock"]
