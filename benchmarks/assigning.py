"""How long it takes to give a job to 500 users at once, each with an aircraft of its own at a partner.

    python -m benchmarks.assigning [users]

Asks the API as the job system does, in a database of its own (DATABASE_URL names another server). Goal: 1 s on SQLite.
"""

import os
import sys
import time
from statistics import median
from typing import Any

from benchmarks import season

USERS = 500
TIMES = 9
GOAL = "1 s"


def main() -> None:
    """Print a table."""
    users = int(sys.argv[1]) if len(sys.argv) > 1 and sys.argv[1].isdigit() else USERS
    season.prepare()
    from django.db import connection

    try:
        seconds = measure(users)
        print(f"assign to {users} users with an aircraft each, {connection.vendor}, {os.cpu_count()} cores (goal: {GOAL})")
        for kind, measured in seconds.items():
            _print_row(kind, measured)
    finally:
        connection.creation.destroy_test_db(str(connection.settings_dict["NAME"]), verbosity=0)


def measure(users: int) -> dict[str, list[float]]:
    """Seconds by what the press came to; each time with a job of its own."""
    from rest_framework.test import APIClient

    from accounts.models import User
    from accounts.states import Role
    from tests.support.scene import a_customer, a_job, a_partner, a_user, an_account

    customer = a_customer()
    an_account(customer, a_partner())
    client = APIClient()
    client.force_login(a_user(customer, Role.CUSTOMER))
    pilots = [User(username=f"pilot{number}", role=Role.PILOT, customer=customer) for number in range(users)]
    uids = [str(pilot.pk) for pilot in User.objects.bulk_create(pilots)]
    found: dict[str, list[float]] = {}
    for _ in range(TIMES):
        url = f"/api/jobs/{a_job(customer).number}/assign"
        for kind, body in _presses(uids).items():
            found.setdefault(kind, []).append(_press(client, url, body))
    return found


def _presses(uids: list[str]) -> dict[str, dict[str, Any]]:
    """Bodies, one after the other."""
    asked, leaving = _as_users(uids, "N"), [{"uid": uid} for uid in uids]
    return {
        "made": {"asUsers": asked},
        "asked for again, unchanged": {"asUsers": asked},
        "each listed less often": {"asUsers": _as_users(uids, "N", pollInterval=90_000)},
        "each sent to another aircraft": {"asUsers": _as_users(uids, "M")},
        "each taken away and made anew": {"asUsers": asked, "avUsers": leaving},
        "each taken away": {"asUsers": []},
    }


def _as_users(uids: list[str], aircraft: str, **config: Any) -> list[dict[str, Any]]:
    return [
        {"uid": uid, "partnerType": "satloc", "partnerConfig": {"aircraftId": f"{aircraft}{number}", **config}}
        for number, uid in enumerate(uids)
    ]


def _press(client: Any, url: str, body: dict[str, Any]) -> float:
    began = time.perf_counter()
    answer = client.post(url, body, format="json")
    seconds = time.perf_counter() - began
    assert answer.status_code == 200, answer.content
    assert answer.json()["errors"] == []
    return seconds


def _print_row(kind: str, seconds: list[float]) -> None:
    print(f"  {kind:<32} median {median(seconds):5.2f} s   slowest {max(seconds):5.2f} s")


if __name__ == "__main__":
    main()
