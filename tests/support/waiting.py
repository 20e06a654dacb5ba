"""Waiting for a condition, with an end."""

import time
from collections.abc import Callable
from typing import TypeVar

Answer = TypeVar("Answer")
FIRST_PAUSE, LONGEST_PAUSE = 0.02, 0.25
"""Asking a hub without pause takes a whole processor, from the hub as well."""


def wait_for(condition: Callable[[], Answer], what: str | Callable[[], str], seconds: float = 30.0) -> Answer:
    """The first true answer of `condition`; fails, saying what was waited for, when none comes in time.

    `what` may be a function, asked at the end, that says how far it got.
    """
    deadline, pause = time.monotonic() + seconds, FIRST_PAUSE
    while not (answer := condition()):
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {seconds:.0f} s in vain for {what if isinstance(what, str) else what()}")
        time.sleep(pause)
        pause = min(pause * 1.5, LONGEST_PAUSE)
    return answer
