"""How the canary stands, for those who watch the hub."""

from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings

from canary.models import Canary
from work.apart import OWNER
from work.clock import now

PATIENCE = timedelta(minutes=5)


@dataclass(frozen=True)
class Standing:
    """Down where `why_not` says so. `age`: since a run last came through, None before the first; `duration`: of that run."""

    why_not: str
    age: timedelta | None = None
    duration: timedelta | None = None

    @property
    def up(self) -> bool:
        """Whether the last run came through, not too long ago."""
        return not self.why_not


def patience() -> timedelta:
    """How long a run may take: the first listing after the upload waits by intent."""
    return PATIENCE + timedelta(seconds=settings.HUB.first_poll_delay.total_seconds())


def standing() -> Standing | None:
    """In two statements; None where the canary is off."""
    if settings.HUB.canary is None:
        return None
    row = Canary.objects.filter(pk=OWNER).first()
    if row is None:
        return Standing("it has not begun yet; a worker of the queue tick lets it begin")
    age = now() - row.last_success_at if row.last_success_at else None
    return Standing(row.failure or _too_long(age), age, row.last_duration)


def _too_long(age: timedelta | None) -> str:
    """Why it is down although no run has failed; empty where one came through lately."""
    if age is None:
        return "no run has come through yet"
    canary = settings.HUB.canary
    if canary and age > 2 * canary.interval + patience():
        return f"no run has come through for {age.total_seconds():.0f} s"
    return ""
