"""Calls per minute."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.workbench.bench import later
from tests.workbench.models import Tap
from work import limiter
from work.limiter import MINUTE, Bursts, Rate

MARGIN = timedelta(seconds=1)


@pytest.fixture
def tap(db: None) -> Tap:
    return Tap.objects.create()


def take(rate: int) -> timedelta | None:
    return limiter.take(Tap.objects.all(), Rate(rate))


def calls_at_once(rate: int, most: int = 2000) -> int:
    return next(number for number in range(most) if take(rate) is not None)


@pytest.mark.parametrize(("rate", "burst"), [(59, 9), (60, 10), (600, 100), (100_000, 16_666)])
def test_the_burst_is_a_sixth(rate: int, burst: int) -> None:
    assert Rate(rate).burst == burst


@pytest.mark.parametrize(("rate", "burst"), [(1, 1), (5, 1), (6, 1), (12, 2), (60, 10)])
def test_a_sixth_may_come_at_once_and_then_one_by_one(tap: Tap, rate: int, burst: int) -> None:
    assert burst <= calls_at_once(rate) <= burst + 1
    interval = Rate(rate).interval
    wait = take(rate)
    assert wait
    assert timedelta(0) < wait <= interval
    later(seconds=interval.total_seconds())
    assert take(rate) is None


def test_a_wait_is_long_enough(tap: Tap) -> None:
    calls_at_once(60)
    wait = take(60)
    assert wait
    later(seconds=wait.total_seconds())
    assert take(60) is None


def test_a_refusal_uses_nothing_up(tap: Tap) -> None:
    take(1)
    before = Tap.objects.get().next_call_at
    assert all(take(1) for _ in range(5))
    assert Tap.objects.get().next_call_at == before


def test_one_who_was_silent_for_long_has_no_more_than_the_burst(tap: Tap) -> None:
    take(60)
    later(days=3)
    assert 10 <= calls_at_once(60) <= 11


def test_a_lower_rate_counts_at_once(tap: Tap) -> None:
    calls_at_once(600)
    wait = take(1)
    assert wait
    assert wait > timedelta(seconds=5)


@pytest.mark.parametrize("rate", [Rate(60), Bursts(per_minute=2, at_once=7)])
def test_what_is_left_is_what_is_let_through(tap: Tap, rate: Rate) -> None:
    whole = limiter.left(Tap.objects.all(), rate)
    assert (whole.calls, whole.whole_after) == (rate.burst, timedelta(0))
    for used in range(1, rate.burst + 1):
        assert limiter.take(Tap.objects.all(), rate) is None
        left = limiter.left(Tap.objects.all(), rate)
        assert left.calls == rate.burst - used
        assert timedelta(0) <= used * rate.interval - left.whole_after < MARGIN
    assert limiter.take(Tap.objects.all(), rate) is not None


@pytest.mark.parametrize("rate", [Rate(13), Bursts(per_minute=30, at_once=2)])
def test_the_calls_of_a_burst_may_come_within_a_millisecond(tap: Tap, rate: Rate) -> None:
    for _ in range(30):
        Tap.objects.update(next_call_at=None)
        assert [limiter.take(Tap.objects.all(), rate) for _ in range(rate.burst)] == [None] * rate.burst


@settings(deadline=None)
@given(rate=st.integers(1, 40), pauses=st.lists(st.floats(0, 30), min_size=10, max_size=60), greedy=st.booleans())
def test_no_window_of_a_minute_holds_more_than_the_rate(rate: int, pauses: list[float], greedy: bool) -> None:
    """The allowance as the row keeps it, asked on a schedule of its own time: `next_call_at` moves back, the clock stays."""
    now, allowed, ahead = timedelta(0), [], None
    for pause in pauses:
        now += timedelta(seconds=pause)
        for _ in range(rate if greedy else 1):
            wait, ahead = arithmetic(Rate(rate), now, ahead)
            if wait is None:
                allowed.append(now)
    for begin in allowed:
        assert sum(begin <= call < begin + MINUTE for call in allowed) <= rate


def arithmetic(rate: Rate, now: timedelta, scheduled: timedelta | None) -> tuple[timedelta | None, timedelta | None]:
    """The same rule as the UPDATE's, in plain numbers; the next test holds the two together."""
    if scheduled is None or scheduled <= now + rate.tolerance:
        return None, max(scheduled or now, now) + rate.interval
    return scheduled - rate.tolerance - now, scheduled


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rate=st.integers(1, 30), pauses=st.lists(st.integers(0, 20), min_size=1, max_size=15))
def test_the_database_does_what_the_arithmetic_says(db: None, rate: int, pauses: list[int]) -> None:
    """Where real milliseconds do not decide: a call within a second of the border may go either way."""
    Tap.objects.all().delete()
    Tap.objects.create()
    now, ahead = timedelta(0), None
    for pause in pauses:
        later(seconds=pause)
        now += timedelta(seconds=pause)
        border = ahead is not None and abs(ahead - now - Rate(rate).tolerance) < MARGIN
        wait = take(rate)
        expected, ahead = arithmetic(Rate(rate), now, ahead)
        if border:
            return
        assert (wait is None) == (expected is None), (wait, expected)
