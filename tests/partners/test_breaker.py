"""A run of failures holds calls back; one look at a time tries again, and lets go on what waited."""

from datetime import timedelta

import pytest
from django.conf import settings

from partners.adapters.errors import Rejected, RetryLater
from partners.models import HealthCheck, PartnerSystemUser
from partners.services import breaker, health, pausing, signing_in, system_users
from partners.services.attempts import attempt
from partners.services.health import Check
from tests.support.hub import LOGIN, Hub
from tests.support.together import together
from work import claims, engine
from work.clock import from_now, now
from work.kinds import Postponed

SIGN_IN, LIST_AIRCRAFT, ALIVE, UPLOAD = "AuthenticateAPIUser", "GetAircraftList", "IsAlive", "UploadJobData"


def account() -> PartnerSystemUser:
    return PartnerSystemUser.objects.select_related("partner", "customer").get(partner_username=LOGIN)


def fail(times: int) -> None:
    for _ in range(times):
        pausing.note_failure(account(), RetryLater("no answer"))


def look_at_account(hub: Hub) -> None:
    """The account's next look, and no other work."""
    HealthCheck.objects.filter(system_user__isnull=True).update(due_at=None, rank_at=None)
    hub.work("default")


@pytest.fixture
def opened(hub: Hub) -> Hub:
    """The account's breaker is open, and a job waits for it."""
    hub.cloud.fault("status", status=503)
    fail(settings.HUB.failure_threshold)
    hub.assign()
    hub.work("job_sync")
    return hub


def test_failures_in_a_row_open_it_and_what_waits_uses_no_attempt(opened: Hub) -> None:
    upload = opened.upload()
    assert (upload.status, upload.attempts, upload.error) == ("pending", 0, "")
    assert opened.calls() == 0
    with pytest.raises(Postponed, match="fails, and is not called before it was looked at: no answer"), attempt(account()):
        pytest.fail("it was called")
    assert (account().health, account().failures) == ("unhealthy", 5)


def test_one_failure_fewer_leaves_it_closed(hub: Hub) -> None:
    fail(settings.HUB.failure_threshold - 1)
    pausing.check_may_call(account())
    assert account().health == "degraded"


def test_only_the_look_tries_again_and_pauses_grow(opened: Hub) -> None:
    pauses = []
    for _ in range(3):
        until = account().open_until
        assert until
        pauses.append(round((until - now()) / timedelta(minutes=1)))
        opened.later(minutes=pauses[-1])
        opened.work("job_sync")
        before = opened.calls()
        look_at_account(opened)
        assert opened.calls() - before == 1, "one call per interval, whatever waits"
    assert pauses == [1, 2, 4]


def test_no_pause_is_longer_than_a_quarter_of_an_hour(db: None) -> None:
    threshold, interval = settings.HUB.failure_threshold, settings.HUB.health_check_interval
    assert breaker.pause(threshold) == interval
    assert breaker.pause(threshold + 1000) == timedelta(minutes=15)


def test_a_good_look_closes_it_and_lets_go_on_what_waits(opened: Hub) -> None:
    opened.cloud.clear_faults()
    opened.later(seconds=61)
    look_at_account(opened)
    assert (account().failures, account().open_until, account().health) == (0, None, "degraded")
    opened.work("job_sync")
    assert opened.upload().status == "synced"


def test_what_was_under_way_when_it_opened_makes_no_pause_longer(opened: Hub) -> None:
    before = account().open_until
    fail(20)
    assert (account().failures, account().open_until) == (settings.HUB.failure_threshold, before)


def test_a_late_success_of_work_closes_it(opened: Hub) -> None:
    pausing.note_success(account())
    opened.cloud.clear_faults()
    opened.work("job_sync")
    assert opened.upload().status == "synced"


def test_a_look_that_is_answered_with_a_refusal_of_what_it_asked_for_closes_it(opened: Hub) -> None:
    opened.cloud.clear_faults()
    opened.cloud.fault("status", LIST_AIRCRAFT, status=422)
    opened.later(seconds=61)
    look_at_account(opened)
    assert account().failures == 0


def test_a_rejected_request_neither_opens_nor_closes_it(hub: Hub) -> None:
    fail(2)
    with pytest.raises(Rejected), attempt(account()):
        raise Rejected("wrong ids")
    assert account().failures == 2


@pytest.mark.parametrize("act", ["resume", "verify", "check"])
def test_a_person_closes_it(opened: Hub, act: str) -> None:
    opened.cloud.clear_faults()
    if act == "resume":
        system_users.resume(account(), actor="user ann")
    elif act == "verify":
        assert signing_in.verify(account(), actor="user ann").ok
    else:
        assert health.check_account(account(), actor="user ann").good
    opened.work("job_sync")
    assert opened.upload().status == "synced"
    if act != "resume":
        assert account().health == "healthy"


def test_a_person_s_look_that_fails_leaves_it_open(opened: Hub) -> None:
    assert not health.check_account(account(), actor="user ann").good
    with pytest.raises(Postponed):
        pausing.check_may_call(account())


def test_a_refusal_is_an_answer_and_closes_it(opened: Hub) -> None:
    opened.cloud.clear_faults()
    opened.cloud.set_password(LOGIN, "changed")
    opened.later(seconds=61)
    look_at_account(opened)
    assert (account().failures, account().open_until, account().refused_at is None) == (0, None, False)


def test_refused_credentials_whose_tries_fail_are_not_stuck(opened: Hub) -> None:
    """Refused, and then out of reach: the look goes on until one of both is known."""
    PartnerSystemUser.objects.update(refused_at=from_now(timedelta(0)), paused_until=from_now(timedelta(0)))
    opened.cloud.clear_faults()
    opened.later(seconds=61)
    look_at_account(opened)
    assert (account().open_until, account().refused_at) == (None, None)


def test_new_credentials_are_tried_at_once(opened: Hub) -> None:
    opened.cloud.clear_faults()
    opened.set_password("sky-high-5")
    assert account().health == "unknown"
    opened.work("job_sync")
    assert opened.upload().status == "synced"


@pytest.mark.parametrize("threshold", [3, 8])
def test_another_threshold_holds_at_once(opened: Hub, threshold: int) -> None:
    opened.set(failure_threshold=threshold)
    if threshold == 3:
        with pytest.raises(Postponed):
            pausing.check_may_call(account())
    else:
        pausing.check_may_call(account())
        fail(3)
        with pytest.raises(Postponed):
            pausing.check_may_call(account())
        assert account().open_until > now()  # type: ignore[operator]


def test_of_two_workers_one_looks(opened: Hub) -> None:
    opened.later(seconds=61)
    HealthCheck.objects.filter(system_user__isnull=True).update(due_at=None, rank_at=None)
    before = opened.calls()
    together(*(lambda number=number: engine.drain("default", 5, f"worker {number}") for number in range(3)))  # type: ignore[misc]
    assert opened.calls() - before == 1
    assert account().failures == settings.HUB.failure_threshold + 1


def test_after_a_killed_look_comes_the_next(opened: Hub) -> None:
    opened.cloud.clear_faults()
    opened.later(seconds=61)
    kind = next(kind for kind in [Check()])
    row = HealthCheck.objects.get(system_user__isnull=False)
    assert claims.claim(kind, row, "a worker that is killed")
    look_at_account(opened)
    assert account().open_until, "its lease still holds"
    opened.later(minutes=3)
    engine.reap(kind)
    look_at_account(opened)
    assert account().open_until is None
