"""How long to wait before the next try."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from work.backoff import RetryPolicy

SECONDS = st.floats(min_value=0.001, max_value=86_400).map(lambda seconds: timedelta(seconds=seconds))
spreads = st.floats(min_value=0, max_value=1, exclude_max=True)


def test_the_pauses_of_the_guide() -> None:
    policy = RetryPolicy(jitter=False)
    assert [policy.delay(failures).total_seconds() for failures in range(8)] == [5, 10, 20, 40, 80, 160, 300, 300]


@pytest.mark.parametrize(("spread", "seconds"), [(0.0, 2.5), (0.5, 3.75), (0.999, 4.9975)])
def test_the_first_retry_waits_about_the_base(spread: float, seconds: float) -> None:
    assert RetryPolicy().delay(0, spread).total_seconds() == pytest.approx(seconds)


@given(SECONDS, SECONDS, st.floats(min_value=1, max_value=100), st.integers(min_value=0, max_value=10**6), spreads)
def test_a_pause_is_between_half_and_all_of_its_measure(
    base: timedelta, maximum: timedelta, multiplier: float, failures: int, spread: float
) -> None:
    plain = RetryPolicy(base=base, maximum=maximum, multiplier=multiplier, jitter=False).delay(failures)
    spread_out = RetryPolicy(base=base, maximum=maximum, multiplier=multiplier).delay(failures, spread)
    assert min(base, maximum) <= plain <= maximum
    assert plain / 2 - timedelta(microseconds=1) <= spread_out <= plain


def test_without_a_stated_spread_pauses_differ() -> None:
    assert len({RetryPolicy().delay(3) for _ in range(20)}) > 1


def test_so_many_failures_that_no_number_holds_them_wait_the_maximum() -> None:
    assert RetryPolicy(multiplier=10.0, jitter=False).delay(10**9) == RetryPolicy().maximum
