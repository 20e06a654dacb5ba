"""How long the admin's start page and its longest lists take with 100,000 assignments.

    python -m benchmarks.start_page [assignments]

Runs in a database of its own (DATABASE_URL names another server). Goal: the start page within 300 ms.
"""

import sys
import time
from statistics import median
from typing import Any

from benchmarks import season

ASSIGNMENTS = 100_000
GOAL_MS = 300
TIMES = 15
LISTS = {
    "assignments": "assignments/jobassignment/",
    "uploads that wait": "assignments/syncoperation/?waits=now",
    "uploads that failed": "assignments/syncoperation/?error=any",
    "applications": "flightdata/application/",
    "a job's assignments": "assignments/jobassignment/?q=1000",
}


def milliseconds(client: Any, address: str) -> float:
    """The median of several requests after a first one that warms up."""
    client.get(address)
    taken = []
    for _ in range(TIMES):
        began = time.perf_counter()
        response = client.get(address)
        taken.append((time.perf_counter() - began) * 1000)
        assert response.status_code == 200, address
    return median(taken)


def main() -> None:
    """Print the figures; fails where the start page is too slow."""
    assignments = int(sys.argv[1]) if len(sys.argv) > 1 and sys.argv[1].isdigit() else ASSIGNMENTS
    season.prepare()
    season.fill(assignments)
    from django.db import connection
    from django.test import Client

    from tests.support.scene import a_user

    client = Client()
    client.force_login(a_user(None))
    print(f"{assignments:,} assignments on {connection.vendor}, median of {TIMES} (goal: start page ≤ {GOAL_MS} ms)")
    start_page = milliseconds(client, "/admin/")
    print(f"  start page           {start_page:6.0f} ms")
    for words, address in LISTS.items():
        print(f"  {words:<20} {milliseconds(client, f'/admin/{address}'):6.0f} ms")
    season.forget()
    sys.exit(start_page > GOAL_MS)


if __name__ == "__main__":
    main()
