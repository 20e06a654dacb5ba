"""A minute in which processes are killed at seeded moments while the partner misbehaves. At its end nothing is lost,
nothing is doubled, and nothing is stuck: what the clock cannot settle is offered to a person, who settles it.

More seeds: `CRASH_SEEDS=1,2,3 pytest tests/crash`.
"""

import hashlib
import os
import random
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.support.journey import LOGIN, Journey
from tests.support.processes import Stack
from tests.support.sandbox import SandboxProcess
from tests.support.waiting import wait_for

pytestmark = [pytest.mark.crash, pytest.mark.timeout(400)]

SEEDS = [int(seed) for seed in os.environ.get("CRASH_SEEDS", "1").split(",")]
CHAOS_SECONDS = 60.0
JOBS = 16
SETTINGS = {
    "PARTNER_FIRST_POLL_DELAY": "500",
    "PARTNER_MIN_POLL_INTERVAL": "1000",
    "PARTNER_TICK_INTERVAL": "500",
    "PARTNER_LEASE_DURATION": "4000",
    "PARTNER_HEALTH_CHECK_INTERVAL": "2000",
    "SATLOC_TIMEOUT": "2000",
    "SATLOC_RATE_LIMIT": "6000",
}
FAULTS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("status", "*", {"status": 503, "probability": 0.05}),
    ("rate_limit", "*", {"retryAfter": 1, "probability": 0.03}),
    ("reset_before", "UploadJobData", {"probability": 0.1}),
    ("reset_after", "UploadJobData", {"probability": 0.1}),
    ("late", "UploadJobData", {"seconds": 3, "probability": 0.1}),
    ("truncated", "GetAircraftLogData", {"probability": 0.1}),
    ("reset_after", "GetAircraftLogs", {"probability": 0.05}),
    ("drip", "GetAircraftLogData", {"part": "body", "seconds": 0.01, "probability": 0.05}),
)


@pytest.mark.parametrize("seed", SEEDS)
def test_nothing_is_lost_doubled_or_stuck(seed: int, tmp_path: Path) -> None:
    with SandboxProcess(tmp_path / "cloud.db", "--flight-delay", "1", "--seed", str(seed)) as cloud:
        env = {**SETTINGS, "SATLOC_BASE_URL": cloud.base_url}
        with Stack(env, tmp_path / "data") as stack:
            crash = Crash(Journey(stack, cloud), random.Random(seed))
            crash.prepare()
            crash.rage()
            crash.calm_down()
            crash.check()


class Crash:
    """One run: jobs are assigned while processes die, then everything is brought to its end by clock and person."""

    def __init__(self, journey: Journey, chance: random.Random) -> None:
        self.journey = journey
        self.stack, self.cloud = journey.stack, journey.cloud
        self.chance = chance
        self.numbers: list[int] = []
        self.killed: Counter[str] = Counter()

    def prepare(self) -> None:
        """Faults on; the first job is on its way before the first kill."""
        for kind, operation, options in FAULTS:
            self.cloud.fault(kind, operation, **options)
        self._send()

    def rage(self) -> None:
        """Kill something every second or two while a client goes on sending jobs."""
        victims = self._victims()
        with ThreadPoolExecutor(1) as client:
            sending = client.submit(self._send_the_others)
            until = time.monotonic() + CHAOS_SECONDS
            while time.monotonic() < until:
                victim = self.chance.choice(victims)
                self.stack.kill(victim)
                self.killed[victim] += 1
                time.sleep(self.chance.uniform(0.5, 2.0))
            sending.result()

    def _victims(self) -> list[str]:
        """Workers more often than the rest: the worst lines are theirs."""
        services = [name for name in self.stack.services() if name != "sandbox"]
        workers = [name for name in services if name not in ("web", "beat", "broker")]
        return sorted(services + 2 * workers)

    def _send_the_others(self) -> None:
        for _ in range(JOBS - 1):
            self._send()
            time.sleep(CHAOS_SECONDS / JOBS / 2)

    def _send(self) -> None:
        number = self.journey.new_number()
        self._insist(lambda: self.journey.send_job(number, pollInterval=1000, retryPolicy={"baseDelay": 1000}))
        self.numbers.append(number)

    def _insist(self, call: Callable[[], Any]) -> Any:
        """What a client does whose server goes away: the same again, as often as it takes."""

        def once() -> Any:
            try:
                return (call(),)
            except requests.RequestException:
                return None

        return wait_for(once, "the web server", 60)[0]

    def calm_down(self) -> None:
        """The partner behaves again; a person settles what is offered, until nothing is left to do."""
        self.cloud.clear_faults()
        self.stack.wait_until_ready()
        wait_for(self._is_over, lambda: f"the end of all work: {self._state()}", 150)

    def _is_over(self) -> bool:
        self._settle_as_a_person()
        uploads, logs = self._state()
        there = len(self.cloud.uploads())
        return (
            set(uploads) == {"synced"}
            and set(logs) <= {"parsed", "duplicate"}
            and logs.total() == len(self.cloud.logs()) >= there
        )

    def _state(self) -> tuple[Counter[str], Counter[str]]:
        assignments = self.journey.all("/api/v1/assignments/")
        uploads = Counter(one["syncState"]["jobUpload"]["status"] for one in assignments)
        return uploads, Counter(log["status"] for log in self.journey.logs())

    def _settle_as_a_person(self) -> None:
        """Each thing that waits is settled by an action it offers; the cloud's own list tells which uploads arrived."""
        arrived = {int(upload["jobNumber"]): upload["jobId"] for upload in self.cloud.uploads()}
        for one in self.journey.all("/api/v1/system/attention/"):
            self._settle(one, arrived)

    def _settle(self, one: dict[str, Any], arrived: dict[int, str]) -> None:
        if one["kind"] == "uploadUnconfirmed":
            number = self.journey.read(f"/api/v1/assignments/{one['objectId']}/")["jobNumber"]
            action, body = ("confirm", {"externalJobId": arrived[number]}) if number in arrived else ("resend", {})
            self.stack.post(f"/api/v1/assignments/{one['objectId']}/{action}/", json=body)
        elif one["kind"] == "uploadGaveUp":
            self.stack.post(f"/api/v1/assignments/{one['objectId']}/retry/")
        elif one["kind"] == "logFailed":
            self.stack.post(f"/api/v1/logs/{one['objectId']}/retry/")
        elif one["kind"] == "applicationQuarantined":
            self.stack.post(f"/api/v1/applications/{one['objectId']}/reparse/")

    def check(self) -> None:
        """0 lost, 0 doubled: every job is there once, every log is here once, byte for byte and line for line."""
        assert sum(self.killed.values()) > 20, self.killed
        sent = Counter(int(upload["jobNumber"]) for upload in self.cloud.uploads())
        assert sent == Counter(self.numbers), f"jobs at the partner, after killing {self.killed}"
        logs = self.journey.logs()
        assert Counter(log["externalLogId"] for log in logs) == Counter(log["id"] for log in self.cloud.logs())
        for log in logs:
            self._check_log(log)
        assert Counter(number for log in logs for number in log["jobNumbers"]) == Counter(self.numbers)

    def _check_log(self, log: dict[str, Any]) -> None:
        content = self.cloud.log_content(LOGIN, log["externalLogId"])
        assert log["sha256"] == hashlib.sha256(content).hexdigest()
        assert self.stack.get(f"/api/v1/logs/{log['id']}/download").content == content
        counts = self.journey.read(f"/api/v1/applications/{log['applicationId']}/")["counts"]
        assert counts["lines"] == content.count(b"\n") == counts["records"] + counts["rejects"] + counts["comments"]
