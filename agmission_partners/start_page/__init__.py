"""The admin's start page: what waits for a person, how partners and accounts are, how deep the queues are, what today brought.

Every number leads to the list behind it. Nothing here counts a whole table; see benchmarks/start_page.py.
"""

from typing import Any

from agmission_partners.start_page import health, queues, today, waiting
from work.clock import now


def start_page() -> dict[str, Any]:
    """What the template shows."""
    at = now()
    return {
        "waiting": waiting.oldest(at),
        "waiting_by_kind": waiting.by_kind(),
        "all_waiting": waiting.LIST(),
        "partners": health.partners(at),
        "account_states": health.accounts(),
        "queues": queues.figures(at),
        "processes": queues.processes(at),
        "today": today.figures(),
    }
