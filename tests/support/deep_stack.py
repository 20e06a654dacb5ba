"""Room for calls within calls, of which a test has many beneath it before it begins."""

import functools
from collections.abc import Callable
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")

SLOTS = 16_500
"""Of 8 bytes each; they do not fit into 128 KiB, so that the interpreter takes 256, half of which they leave to others."""


def with_a_deep_stack(function: Callable[P, R]) -> Callable[P, R]:
    """Whatever `function` calls finds room for 128 KiB of calls within calls in one piece of memory.

    The interpreter keeps calls in pieces of 16 KiB, and gives one back as soon as the call that began it returns: where such a
    border falls into a loop, each round asks the system for memory anew (CPython, issue 142183, mended in 3.13 and later in
    2026). Under pytest that was a sixth of the time of a run. A web server's requests begin at no such depth, and gain nothing.
    """

    def call(*arguments: P.args, **named: P.kwargs) -> R:
        return function(*arguments, **named)

    # A call that says it needs more than a piece gets a larger one, and those within it share the rest; none of it is touched.
    call.__code__ = call.__code__.replace(co_stacksize=SLOTS)
    return functools.wraps(function)(call)
