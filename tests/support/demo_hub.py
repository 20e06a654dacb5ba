"""The whole hub with its demo, until the demo's flight is back and measured. Knows what `make run` prints, and the API."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from tests.support.processes import Stack
from tests.support.waiting import wait_for

LOGIN_LINE = re.compile(r"^\W*(?:.*\| *)?([a-z]+) / (\S+)$", re.MULTILINE)
READY_WITHIN_SECONDS = 120


@dataclass(frozen=True)
class Demo:
    """The running hub; `passwords` by username, `job` and `flight` are the demo's."""

    stack: Stack
    passwords: dict[str, str]
    job: int
    flight: str


@contextmanager
def demo_hub() -> Iterator[Demo]:
    """What `make run` starts, on a port of its own."""
    with Stack({"DEMO": "true", "PARTNER_FIRST_POLL_DELAY": "1000"}) as stack:
        job = wait_for(lambda: _rows(stack, "jobs/"), "the demo's job", READY_WITHIN_SECONDS)[0]["number"]
        wait_for(lambda: _is_measured(stack, job), "the demo's flight, measured", READY_WITHIN_SECONDS)
        flight = _rows(stack, f"applications/?jobNumber={job}")[0]["id"]
        passwords = wait_for(lambda: dict(LOGIN_LINE.findall(stack.logs())), "the printed logins", READY_WITHIN_SECONDS)
        yield Demo(stack, passwords, job, flight)


def _rows(stack: Stack, path: str) -> list[dict[str, Any]]:
    return list(stack.get(f"/api/v1/{path}").json()["results"])


def _is_measured(stack: Stack, job: int) -> bool:
    return stack.get(f"/api/v1/jobs/{job}/coverage/").json()["union"] is not None
