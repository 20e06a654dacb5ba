"""A minute in which processes are killed at seeded moments while the partner misbehaves. At its end nothing is lost,
nothing is doubled, and nothing is stuck: what the clock cannot settle is offered to a person, who settles it.

More seeds: `CRASH_SEEDS=1,2,3 pytest tests/crash`.
"""

import os
import random
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.support.journey import Journey
from tests.support.office import Office
from tests.support.processes import Stack
from tests.support.sandbox import SandboxProcess

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
            office = Office(Journey(stack, cloud))
            killed = rage(office, stack, random.Random(seed))
            cloud.clear_faults()
            stack.wait_until_ready()
            office.bring_to_its_end()
            sent = Counter(int(upload["jobNumber"]) for upload in cloud.uploads())
            assert sent == Counter(office.numbers), f"jobs at the partner, after killing {killed}"
            office.check_logs(office.numbers)


def rage(office: Office, stack: Stack, chance: random.Random) -> Counter[str]:
    """Kill something every second or two while the partner misbehaves and the office goes on sending jobs; what was killed."""
    for kind, operation, options in FAULTS:
        office.cloud.fault(kind, operation, **options)
    office.send()
    victims, killed = victims_of(stack), Counter[str]()
    with ThreadPoolExecutor(1) as client:
        sending = client.submit(send_the_others, office)
        until = time.monotonic() + CHAOS_SECONDS
        while time.monotonic() < until:
            victim = chance.choice(victims)
            stack.kill(victim)
            killed[victim] += 1
            time.sleep(chance.uniform(0.5, 2.0))
        sending.result()
    assert killed.total() > 20, killed
    return killed


def victims_of(stack: Stack) -> list[str]:
    """Workers more often than the rest: the worst lines are theirs."""
    services = [name for name in stack.services() if name != "sandbox"]
    workers = [name for name in services if name not in ("web", "beat", "broker")]
    return sorted(services + 2 * workers)


def send_the_others(office: Office) -> None:
    for _ in range(JOBS - 1):
        office.send()
        time.sleep(CHAOS_SECONDS / JOBS / 2)
