"""The one clock is the database's."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from tests.workbench.bench import an_errand, row
from tests.workbench.models import Errand
from work import clock

pytestmark = pytest.mark.django_db


def test_now_is_aware_and_utc() -> None:
    assert clock.now().tzinfo is UTC


def test_now_is_the_databases_whatever_this_process_believes(monkeypatch: pytest.MonkeyPatch) -> None:
    true = datetime.now(UTC)
    monkeypatch.setattr(timezone, "now", lambda: datetime(1999, 1, 1, tzinfo=UTC))
    monkeypatch.setattr("time.time", lambda: 0.0)
    assert abs(clock.now() - true) < timedelta(minutes=1)
    assert abs(row(an_errand()).created_at - true) < timedelta(minutes=1)


def test_now_does_not_stand_still_in_a_transaction() -> None:
    """PostgreSQL's CURRENT_TIMESTAMP would: a lease renewed late in a long transaction would be born old."""
    first = clock.now()
    deadline = first + timedelta(seconds=10)
    while (again := clock.now()) == first:
        assert again < deadline
    assert again > first


@pytest.mark.parametrize("delay", [timedelta(0), timedelta(milliseconds=1), timedelta(days=400), timedelta(hours=-7)])
def test_a_delay_is_added_to_the_same_clock(delay: timedelta) -> None:
    before = clock.now()
    errand = an_errand(delay)
    assert before + delay <= row(errand).due_at <= clock.now() + delay


def test_times_compare_by_time_and_not_by_how_they_are_written() -> None:
    """SQLite compares text: `12:00:00` and `12:00:00.000` and `12:00:00.000000` must not fall apart."""
    whole = clock.now().replace(microsecond=0)
    for step in (timedelta(0), timedelta(milliseconds=-5), timedelta(seconds=-1)):
        errand = an_errand(due_at=whole + step, rank_at=whole + step)
        assert Errand.objects.filter(pk=errand.pk, due_at__lte=clock.Now()).exists()
    later = an_errand(due_at=whole + timedelta(hours=1), rank_at=whole)
    assert not Errand.objects.filter(pk=later.pk, due_at__lte=clock.Now()).exists()


def test_what_is_due_now_is_due_in_the_same_millisecond() -> None:
    """Within one statement the clock of SQLite stands still: a row written and looked for there must be found."""
    an_errand()
    at_once = Errand.objects.annotate(falls_due=clock.from_now(timedelta(0))).filter(falls_due__lte=clock.Now())
    assert at_once.exists()
