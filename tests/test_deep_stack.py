import resource
import threading
from collections.abc import Callable

from tests.support.deep_stack import with_a_deep_stack

CALLS = 200
DEEPEST = 600
"""Calls within calls: more than one piece of the interpreter's memory holds, and fewer than it allows."""


def pages_taken(depth: int) -> int:
    """How many pages of memory a loop of calls takes that deep down; where a border lies there, one for each call or more."""
    if depth:
        return pages_taken(depth - 1)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(CALLS):
        a_call(1, 2, 3, 4, 5, 6, 7, 8)
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before


def a_call(a: int, b: int, c: int, d: int, e: int, f: int, g: int, h: int) -> int:
    """Its frame is longer than the steps by which the depth grows, so that no border is stepped over."""
    total = a + b + c + d + e + f + g + h
    doubled = total * 2
    return total + doubled


def most_pages_taken() -> int:
    return max(map(pages_taken, range(DEEPEST)))


def in_a_thread(function: Callable[[], int]) -> int:
    """What it returns where nothing lies beneath it, as in a server's thread."""
    returned: list[int] = []
    thread = threading.Thread(target=lambda: returned.append(function()))
    thread.start()
    thread.join()
    return returned[0]


def test_no_depth_makes_each_call_take_memory():
    assert in_a_thread(with_a_deep_stack(most_pages_taken)) < CALLS / 2


def test_what_it_runs_keeps_its_name():
    assert with_a_deep_stack(most_pages_taken).__name__ == "most_pages_taken"
