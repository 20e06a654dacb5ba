"""How long the API's lists take with 1,000,000 assignments.

    python -m benchmarks.lists [assignments]

Runs in a database of its own (DATABASE_URL names another server). Goal: 95 % of the requests for a page of each list within
100 ms on SQLite and 50 ms on PostgreSQL.
"""

import sys
import time
from statistics import median, quantiles
from typing import Any

from benchmarks import season

ASSIGNMENTS = 1_000_000
REQUESTS = 40
GOAL_MS = {"sqlite": 100, "postgresql": 50}
OF_OPS = (
    "assignments/",
    "assignments/?jobNumber=1500",
    "assignments/?uploadStatus=gaveUp",
    "assignments/?uploadStatus=pending",
    "assignments/?uploadStatus=paused",
    "assignments/?uploadStatus=synced",
    "assignments/?needsSync=true",
    "assignments/?needsPolling=true",
    "assignments/?outdated=true",
    "assignments/?status=1",
    "jobs/",
    "jobs/?search=Field",
    "applications/",
    "applications/?status=2",
    "logs/",
    "partner-system-users/",
    "users/",
    "system/attention/",
)
OF_A_CUSTOMER = ("assignments/", "assignments/?uploadStatus=pending", "jobs/", "applications/", "logs/")


def timed(client: Any, path: str) -> list[float]:
    """Milliseconds of each request, going from page to page as a client does."""
    taken, address = [], f"/api/v1/{path}"
    client.get(address)
    for _ in range(REQUESTS):
        began = time.perf_counter()
        answer = client.get(address)
        taken.append((time.perf_counter() - began) * 1000)
        assert answer.status_code == 200, (path, answer.content)
        address = answer.json()["next"] or f"/api/v1/{path}"
    return taken


def figures(user: Any, paths: tuple[str, ...]) -> float:
    """Print a line for each list; the slowest of them."""
    from rest_framework.test import APIClient

    client = APIClient()
    client.force_login(user)
    worst = 0.0
    for path in paths:
        taken = timed(client, path)
        slow = quantiles(taken, n=20)[-1]
        worst = max(worst, slow)
        print(f"  {user.role:<9} {path:<34} median {median(taken):6.1f} ms   p95 {slow:6.1f} ms", flush=True)
    return worst


def main() -> None:
    """Print the figures; fails where a list is too slow."""
    assignments = int(sys.argv[1]) if len(sys.argv) > 1 and sys.argv[1].isdigit() else ASSIGNMENTS
    season.prepare()
    season.fill(assignments)
    from django.db import connection

    import agmission_partners.wsgi  # noqa: F401  # settles, as the web server does
    from accounts.models import Customer
    from accounts.states import Role
    from tests.support.scene import a_user

    with connection.cursor() as cursor:
        # as a database that has lived with these rows does by itself
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")
    goal = GOAL_MS[connection.vendor]
    print(f"{assignments:,} assignments on {connection.vendor}, pages of 100, {REQUESTS} requests each (goal: p95 ≤ {goal} ms)")
    customer = Customer.objects.order_by("pk")[0]
    worst = max(figures(a_user(None), OF_OPS), figures(a_user(customer, Role.CUSTOMER), OF_A_CUSTOMER))
    season.forget()
    sys.exit(worst > goal)


if __name__ == "__main__":
    main()
