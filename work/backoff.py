"""How long to wait before the next try."""

import random
from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True)
class RetryPolicy:
    """Growing pauses: min(base · multiplier^failures, maximum), then spread by jitter over [0.5, 1.0) of that."""

    max_attempts: int = 5
    base: timedelta = timedelta(seconds=5)
    maximum: timedelta = timedelta(minutes=5)
    multiplier: float = 2.0
    jitter: bool = True

    def delay(self, failures: int, spread: float | None = None) -> timedelta:
        """The pause after a failure that `failures` others in a row came before (so the first retry waits about `base`).

        `spread` in [0, 1) replaces the random number, for tests and for replaying a decision.
        """
        ceiling = self.maximum.total_seconds()
        try:
            seconds = min(self.base.total_seconds() * self.multiplier**failures, ceiling)
        except OverflowError:
            seconds = ceiling
        if self.jitter:
            chance = random.random() if spread is None else spread  # noqa: S311 - spreads load, keeps no secret
            seconds *= 0.5 + chance / 2
        return timedelta(seconds=seconds)
