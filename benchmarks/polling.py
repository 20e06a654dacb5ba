"""What a poll costs that finds nothing, and how late polls are made.

    python -m benchmarks.polling [accounts]

First the SQL statements of one such poll, counted over drains of twenty. Then the real processes with 1,000 accounts that are
listed once a minute each at a simulated cloud: how long after a listing was due its worker took it. Goals: at most 6
statements; 99 % within 2 s.
"""

import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack, closing
from datetime import datetime, timedelta
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from benchmarks import season
from tests.support.journey import PASSWORD
from tests.support.processes import Stack
from tests.support.sandbox import SandboxProcess
from tests.support.waiting import wait_for

ACCOUNTS = 1_000
INTERVAL = timedelta(minutes=1)
WATCHED = timedelta(minutes=3)
DRAINED = 20
GOAL_STATEMENTS, GOAL_SECONDS = 6, 2.0
SETTINGS = {"SATLOC_RATE_LIMIT": "6000"}


def login(number: int) -> str:
    """The name of an account at the simulated cloud."""
    return f"operator{number}@example.com"


def sign_up(cloud: SandboxProcess, accounts: int) -> None:
    """Accounts with an aircraft each."""
    for number in range(accounts):
        cloud.add_account(login(number), PASSWORD, aircraft=[{"tailNumber": f"N{number}AG", "id": f"aircraft{number}"}])


def employ(accounts: int) -> None:
    """In the hub: each account with a job under way, listed once a minute, the listings spread over it."""
    from assignments.models import JobAssignment, PollTarget, SyncOperation
    from assignments.states import AssignmentStatus, Operation, SyncStatus
    from tests.support.scene import a_customer, a_job, a_partner, a_user
    from work.clock import now

    customer, at = a_customer("polled"), now()
    aircraft = sign_up_here(a_partner("POLLED"), customer, accounts)
    shared = {
        "job": a_job(customer),
        "user": a_user(customer),
        "partner_type": "satloc",
        "status": AssignmentStatus.SENT,
        "partner_config": {"pollInterval": int(INTERVAL.total_seconds() * 1000)},
    }
    assigned = [JobAssignment(system_user=one.system_user, aircraft=one, **shared) for one in aircraft]
    JobAssignment.objects.bulk_create(assigned)
    sent = {"operation": Operation.JOB_UPLOAD, "status": SyncStatus.SYNCED, "first_tried_at": at}
    SyncOperation.objects.bulk_create(SyncOperation(assignment=one, **sent) for one in assigned)
    PollTarget.objects.bulk_create(listing_of(one, at + INTERVAL * number / accounts) for number, one in enumerate(aircraft))


def sign_up_here(partner: Any, customer: Any, accounts: int) -> list[Any]:
    """The same accounts in the hub; their aircraft."""
    from partners.models import Aircraft, PartnerSystemUser

    shared = {"partner": partner, "customer": customer, "api_secret": PASSWORD}
    systems = [PartnerSystemUser(partner_username=login(number), **shared) for number in range(accounts)]
    PartnerSystemUser.objects.bulk_create(systems)
    aircraft = [Aircraft(system_user=one, external_id=f"aircraft{number}") for number, one in enumerate(systems)]
    Aircraft.objects.bulk_create(aircraft)
    return aircraft


def listing_of(aircraft: Any, due: datetime) -> Any:
    """What is leased to list an aircraft's logs."""
    from assignments.models import PollTarget
    from assignments.states import PollStatus

    account, idle = aircraft.system_user, PollStatus.IDLE
    return PollTarget(system_user=account, aircraft=aircraft, status=idle, share_key=account.pk, due_at=due, rank_at=due)


def statements() -> float:
    """SQL statements of a poll that finds nothing, with its share of what a drain does once."""
    season.prepare()
    from dataclasses import replace

    from django.conf import settings
    from django.db import connection
    from django.db.models import F
    from django.test.utils import CaptureQueriesContext

    from assignments.models import PollTarget
    from work import engine

    with tempfile.TemporaryDirectory() as folder, SandboxProcess(Path(folder) / "cloud.db") as cloud:
        settings.HUB = replace(settings.HUB, satloc=replace(settings.HUB.satloc, base_url=cloud.base_url, rate_limit=6000))
        sign_up(cloud, DRAINED)
        employ(DRAINED)
        for _ in range(3):  # the first signs in, the second takes note
            PollTarget.objects.update(due_at=F("created_at"), rank_at=F("created_at"))
            with CaptureQueriesContext(connection) as seen:
                polled = engine.drain("data_poll", DRAINED, "benchmark")
    season.forget()
    assert polled == DRAINED
    return len(seen) / polled


def lags(accounts: int) -> list[float]:
    """Seconds from due to taken, of each listing in the minutes watched."""
    folder = Path(tempfile.mkdtemp(prefix="agmission-bench-"))
    with ExitStack() as processes:
        cloud = processes.enter_context(SandboxProcess(folder / "cloud.db", "--flight-delay", "3600"))
        stack = processes.enter_context(Stack({**SETTINGS, "SATLOC_BASE_URL": cloud.base_url}, folder / "data"))
        sign_up(cloud, accounts)
        subprocess.run([sys.executable, "-m", "benchmarks.polling", "employ", str(accounts)], env=_of(stack), check=True)
        with closing(sqlite3.connect(f"file:{stack.data_dir / 'hub.sqlite3'}?mode=ro", uri=True)) as database:
            wait_for(lambda: _all_listed(database), "a first listing of each", 300)
            return _watch(database)


def _of(stack: Stack) -> dict[str, str]:
    return {**stack.env, "DJANGO_SETTINGS_MODULE": "agmission_partners.settings", "PYTHONPATH": os.getcwd()}


def _all_listed(database: sqlite3.Connection) -> bool:
    return database.execute("SELECT count(*) FROM assignments_polltarget WHERE last_data_check IS NULL").fetchone() == (0,)


def _watch(database: sqlite3.Connection) -> list[float]:
    """A target shows when it is due next, and once it was taken, when that was."""
    due: dict[str, str] = {}
    found: list[float] = []
    until = time.monotonic() + WATCHED.total_seconds()
    while time.monotonic() < until:
        for key, at, taken in database.execute("SELECT id, due_at, last_attempt_at FROM assignments_polltarget"):
            if key in due and taken >= due[key]:
                found.append((_time(taken) - _time(due.pop(key))).total_seconds())
            if at:
                due[key] = at
        time.sleep(2)
    return found


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)


def main() -> None:
    """Print the figures; fails where a goal is missed."""
    if sys.argv[1:2] == ["employ"]:
        import django

        django.setup()
        employ(int(sys.argv[2]))
        return
    accounts = int(sys.argv[1]) if sys.argv[1:] else ACCOUNTS
    os.environ.pop("DATABASE_URL", None)
    each = statements()
    print(f"a poll that finds nothing: {each:.2f} SQL statements (goal ≤ {GOAL_STATEMENTS})", flush=True)
    seconds = lags(accounts)
    slow = quantiles(seconds, n=100)[-1]
    print(f"{accounts:,} accounts once a minute, {len(seconds):,} listings: due → taken (goal: p99 ≤ {GOAL_SECONDS} s)")
    print(f"  median {median(seconds):.2f} s   p99 {slow:.2f} s   worst {max(seconds):.2f} s")
    sys.exit(each > GOAL_STATEMENTS or slow > GOAL_SECONDS)


if __name__ == "__main__":
    main()
