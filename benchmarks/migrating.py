"""How long moving in takes, and how much memory, for a season of assignments of the old system.

    python -m benchmarks.migrating [assignments]

Writes a folder of `mongodump` (half of the documents of each generation), and takes it over into a database of its own
(DATABASE_URL names another server) by the command itself. Goals for 1,000,000 assignments: 10 minutes and 500 MB.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import bson

from benchmarks import season

ASSIGNMENTS = 1_000_000
EACH = 10
CUSTOMERS, PILOTS_EACH = 100, 20
GOAL_SECONDS, GOAL_MB = 600, 500
IN_EARNEST = {"DEBUG": "false", "BROKER_URL": "redis://127.0.0.1:1"}
"""With DEBUG Django keeps the text of each statement, and a broker that is a mere list."""


def people() -> Iterator[dict[str, Any]]:
    """Operators, each with pilots and an account."""
    from tests.moving_in import old_system

    yield old_system.a_partner()
    for number in range(CUSTOMERS):
        operator = old_system.an_operator(number)
        yield operator
        yield old_system.an_account(operator["_id"], _id=old_system.an_id(number, "s"), partnerUsername=f"login{number}")
        for pilot in range(PILOTS_EACH):
            yield old_system.a_user(number * PILOTS_EACH + pilot, operator["_id"])


def jobs(assignments: int) -> Iterator[dict[str, Any]]:
    """Ten assignments each."""
    from tests.moving_in import old_system

    for number in range(1, assignments // EACH + 1):
        yield old_system.a_job(number, old_system.an_id(number % CUSTOMERS, "c"))


def assignments_of(count: int) -> Iterator[dict[str, Any]]:
    """Every second one of the guide's generation."""
    from tests.moving_in import old_system

    for number in range(count):
        job = number // EACH + 1
        pilot = old_system.an_id((job % CUSTOMERS) * PILOTS_EACH + number % EACH, "u")
        if number % 2:
            yield old_system.plain(number, pilot, job)
        else:
            state = ("synced", "synced", "synced", "synced", "synced", "synced", "synced", "pending", "failed", "syncing")
            config = {"aircraftId": f"N{number % 5}", "pollInterval": 60000}
            yield old_system.guided(number, pilot, job, state[number // 2 % 10], partnerConfig=config)


def write(path: Path, documents: Iterable[dict[str, Any]]) -> None:
    """As `mongodump` does."""
    with path.open("wb") as stream:
        for one in documents:
            stream.write(bson.encode(one))


def run(*arguments: str) -> tuple[float, float, float, str]:
    """Seconds, those of them that this process computed, megabytes, and what the command said."""
    began = time.monotonic()
    command = [sys.executable, "manage.py", "migrate_job_assignments", *arguments]
    environment = {**os.environ, **IN_EARNEST}
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert process.stdout
    said = process.stdout.read()
    _, status, used = os.wait4(process.pid, 0)
    assert status == 0, said
    return time.monotonic() - began, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, said


def main() -> None:
    """Print the figures; fails where a goal is missed (in proportion, for fewer assignments)."""
    assignments = int(sys.argv[1]) if len(sys.argv) > 1 and sys.argv[1].isdigit() else ASSIGNMENTS
    season.prepare()
    from django.db import connection

    missed = False
    with tempfile.TemporaryDirectory() as folder:
        dump = Path(folder)
        write(dump / "users.bson", people())
        write(dump / "jobs.bson", jobs(assignments))
        write(dump / "job_assigns.bson", assignments_of(assignments))
        size = sum(path.stat().st_size for path in dump.iterdir()) / 1e6
        print(f"{assignments:,} assignments, {size:,.0f} MB of BSON, into {connection.vendor}", flush=True)
        for word, *options in (("taken over",), ("offered again",), ("compared", "--verify")):
            seconds, computing, megabytes, said = run(folder, *options)
            rate = f"{assignments / seconds:8,.0f}/s"
            print(f"  {word:<14} {seconds:6.1f} s ({computing:.1f} s computing) {rate} {megabytes:5.0f} MB at most", flush=True)
            missed = missed or megabytes > GOAL_MB or (not options and seconds > GOAL_SECONDS * assignments / ASSIGNMENTS + 10)
            print("    " + said.strip().splitlines()[-2][:120])
    season.forget()
    sys.exit(missed)


if __name__ == "__main__":
    main()
