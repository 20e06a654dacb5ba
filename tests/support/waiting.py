"""Waiting for a condition, with an end."""

import time
from collections.abc import Callable
from typing import TypeVar

Answer = TypeVar("Answer")


def wait_for(condition: Callable[[], Answer], what: str | Callable[[], str], seconds: float = 30.0) -> Answer:
    """The first true answer of `condition`; fails, saying what was waited for, when none comes in time.

    `what` may be a function, asked at the end, that says how far it got.
    """
    deadline = time.monotonic() + seconds
    while not (answer := condition()):
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {seconds:.0f} s in vain for {what if isinstance(what, str) else what()}")
        time.sleep(0.05)
    return answer
