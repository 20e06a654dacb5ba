"""How long a log of 21,600 records takes from the end of its download to its first appearance as parsed in the API.

    python -m benchmarks.visible [logs]

Starts the real processes and a simulated cloud. Goal: 95 % within 2 s.
"""

import sys
import tempfile
import time
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from statistics import median, quantiles

from tests.support.journey import LOGIN, Journey
from tests.support.processes import Stack
from tests.support.sandbox import SandboxProcess
from tests.support.waiting import wait_for

RECORDS = 21_600
SETTINGS = {"PARTNER_FIRST_POLL_DELAY": "1000", "PARTNER_MIN_POLL_INTERVAL": "1000", "SATLOC_RATE_LIMIT": "6000"}


def measure(logs: int) -> list[float]:
    """Seconds for each of so many logs, one after the other."""
    folder = Path(tempfile.mkdtemp(prefix="agmission-bench-"))
    with ExitStack() as processes:
        cloud = processes.enter_context(SandboxProcess(folder / "cloud.db", "--flight-delay", "3600"))
        stack = processes.enter_context(Stack({**SETTINGS, "SATLOC_BASE_URL": cloud.base_url}, folder / "data"))
        journey = Journey(stack, cloud)
        journey.send_job(pollInterval=1000)
        return [_one(journey, number) for number in range(logs)]


def _one(journey: Journey, number: int) -> float:
    log_id = journey.cloud.add_log(LOGIN, journey.aircraft_id, RECORDS, name=f"bench{number}.log", startedAt=_start(number))
    seen = wait_for(lambda: [log for log in journey.logs("parsed") if log["externalLogId"] == log_id], "the log", 60)[0]
    stored = datetime.fromisoformat(seen["storedAt"])
    return max(0.0, time.time() - stored.timestamp())


def _start(number: int) -> float:
    return datetime(2026, 7, 1, 6, number, tzinfo=UTC).timestamp()


def main() -> None:
    """Print the figures."""
    seconds = measure(int(sys.argv[1]) if len(sys.argv) > 1 and sys.argv[1].isdigit() else 20)
    print(f"{RECORDS:,} records, downloaded → parsed in the API, {len(seconds)} logs (goal: p95 ≤ 2 s)")
    print(f"  median {median(seconds):.2f} s   p95 {quantiles(seconds, n=20)[-1]:.2f} s   worst {max(seconds):.2f} s")


if __name__ == "__main__":
    main()
