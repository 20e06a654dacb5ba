"""Partners are looked at on their interval, accounts where they were silent, and neither waits for another."""

from datetime import timedelta
from uuid import UUID

import pytest
from django.conf import settings
from django.db.models.functions import Now

from partners.adapters.errors import RetryLater
from partners.models import HealthCheck, HealthResult, Partner, PartnerSystemUser
from partners.services import check_rows, pausing, system_users
from tests.support.hub import LOGIN, WORKER, Hub
from tests.support.scene import a_partner, an_account
from tests.support.together import in_thread
from tests.support.waiting import wait_for
from work import engine
from work.clock import from_now, now
from work.models import Attention


def look(hub: Hub, **later: float) -> Partner:
    """The partner after its next look."""
    hub.later(**(later or {"minutes": 1}))
    hub.work("default")
    return Partner.objects.get(pk=hub.partner.pk)


def account(hub: Hub) -> PartnerSystemUser:
    return PartnerSystemUser.objects.select_related("partner", "customer").get(pk=hub.account.pk)


def used(hub: Hub) -> None:
    """The account works: a job was sent by it."""
    hub.assign()
    hub.work("job_sync")
    assert account(hub).health == "healthy"


def test_a_look_keeps_what_the_partner_answered_and_is_due_again(hub: Hub) -> None:
    hub.work("default")
    hub.cloud.fault("status", status=503)
    partner = look(hub)
    results = list(hub.partner.health_results.order_by("pk"))
    assert [(result.healthy, result.status) for result in results] == [(True, "healthy"), (False, "degraded")]
    assert results[0].response_time is not None
    assert "HTTP 503" in results[1].error
    assert (partner.health, partner.failures, partner.response_time) == ("degraded", 1, None)
    assert hub.partner.checks.get().due_at is not None


def test_an_inactive_partner_is_not_called_and_its_health_is_not_known(hub: Hub) -> None:
    hub.work("default")
    calls = hub.cloud.calls()
    hub.partner.active = False
    hub.partner.save()
    assert look(hub).health == "unknown"
    assert (hub.cloud.calls(), hub.partner.checks.get().due_at) == (calls, None)
    hub.partner.active = True
    hub.partner.save()
    hub.work("default")
    assert Partner.objects.get().health == "healthy"


def test_a_partner_without_its_adapter_is_not_known(hub: Hub) -> None:
    Partner.objects.update(adapter="gone")
    partner = look(hub)
    assert (partner.health, partner.health_error) == ("unknown", "There is no adapter gone here.")


def test_a_failure_is_looked_into_soon_and_not_after_a_whole_interval(hub: Hub) -> None:
    hub.work("default")
    hub.cloud.fault("status", status=503)
    assert look(hub, seconds=61).failures == 1
    assert look(hub, seconds=6).failures == 2
    assert look(hub, seconds=6).failures == 2, "and then less soon"
    assert look(hub, seconds=6).failures == 3


def test_what_failed_is_healthy_again_once_it_has_been_well_for_a_while(hub: Hub) -> None:
    hub.work("default")
    hub.cloud.fault("status", status=503, times=1)
    assert look(hub).health == "degraded"
    partner = look(hub)
    assert (partner.health, partner.failures) == ("degraded", 0)
    assert "It works again" in partner.health_error
    partner = look(hub, minutes=6)
    assert (partner.health, partner.health_error) == ("healthy", "")


def test_a_slow_answer_is_no_good_health(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("partners.services.partner_health.SLOW", timedelta(0))
    hub.work("default")
    partner = Partner.objects.get()
    assert partner.health == "degraded"
    assert "ms to answer" in partner.health_error


def test_a_partner_that_says_it_is_well_while_its_accounts_fail_is_not_believed(hub: Hub) -> None:
    accounts = [an_account(hub.customer, hub.partner, f"{number}") for number in range(4)]
    open_ = {"failures": 5, "open_until": from_now(timedelta(hours=1))}
    PartnerSystemUser.objects.filter(pk=hub.account.pk).update(**open_)
    hub.work("default")
    assert Partner.objects.get().health == "healthy", "one in five"
    PartnerSystemUser.objects.filter(pk=accounts[0].pk).update(**open_)
    partner = look(hub)
    assert (partner.health, "more than a fifth" in partner.health_error) == ("degraded", True)


def test_history_is_kept_for_a_week(hub: Hub) -> None:
    hub.work("default")
    old = UUID(int=hub.partner.health_results.get().pk.int - (8 * 86_400_000 << 80))
    HealthResult.objects.create(pk=old, partner=hub.partner, healthy=True)
    look(hub)
    assert not HealthResult.objects.filter(pk=old).exists()
    assert HealthResult.objects.count() == 2


def test_a_hanging_partner_holds_nobody_up(hub: Hub) -> None:
    """One worker hangs in the look at the first partner, another goes on with the second."""
    hub.cloud.fault("late", "IsAlive", seconds=5, times=1)
    second = a_partner("SECOND")
    with in_thread(lambda: engine.drain("default", 1, "a worker that hangs")) as hanging:
        hanging.start()
        wait_for(lambda: hub.cloud.calls().get("IsAlive"), "the first look to begin")
        engine.drain("default", 1, WORKER)
        assert second.health_results.get().healthy
        assert not hanging.ended()
        assert not hub.partner.health_results.exists()
    assert not hub.partner.health_results.get().healthy


def test_an_account_that_works_is_known_by_its_calls(hub: Hub) -> None:
    used(hub)
    calls = hub.cloud.calls()
    hub.later(seconds=61)
    PartnerSystemUser.objects.update(last_success_at=Now())
    hub.work("default")
    assert hub.cloud.calls() == {**calls, "IsAlive": 1}
    row = HealthCheck.objects.get(system_user=hub.account)
    assert row.due_at is not None
    assert timedelta(seconds=50) < row.due_at - now() <= timedelta(seconds=60)


def test_a_silent_account_is_looked_at_with_one_call_and_no_sign_in(hub: Hub) -> None:
    used(hub)
    calls = hub.cloud.calls()
    look(hub)
    assert hub.cloud.calls() == {**calls, "IsAlive": 1, "GetAircraftList": 1}
    assert account(hub).last_success_at is not None
    assert not HealthResult.objects.filter(system_user=hub.account).exists(), "nothing new is no history"


def test_an_account_that_never_worked_is_left_alone(hub: Hub) -> None:
    check_rows.look_within(hub.account, timedelta(0))
    look(hub)
    assert set(hub.cloud.calls()) == {"IsAlive"}
    assert (account(hub).health, HealthCheck.objects.get(system_user=hub.account).due_at) == ("unknown", None)


def test_a_paused_account_is_not_called_until_it_is_resumed(hub: Hub) -> None:
    used(hub)
    system_users.pause(account(hub), actor="user ann")
    calls = hub.cloud.calls()
    look(hub)
    assert (account(hub).health, account(hub).health_error) == ("unknown", "It was paused by a person.")
    assert hub.cloud.calls() == {**calls, "IsAlive": 1}
    system_users.resume(account(hub), actor="user ann")
    hub.work("default")
    assert account(hub).health == "healthy"


def test_a_silent_account_whose_password_was_changed_is_found_out(hub: Hub) -> None:
    used(hub)
    hub.cloud.set_password(LOGIN, "changed")
    look(hub)
    assert account(hub).refused_at
    assert (account(hub).health, HealthResult.objects.get(system_user=hub.account).error_code) == ("unhealthy", "AUTH_ERROR")
    assert Attention.objects.get().kind == "credentialsRejected"


def test_a_look_keeps_to_the_account_s_own_limit(hub: Hub) -> None:
    used(hub)
    hub.later(minutes=2)
    PartnerSystemUser.objects.update(rate_limit=1, next_call_at=from_now(timedelta(minutes=1)))
    calls = hub.cloud.calls()
    hub.work("default")
    assert hub.cloud.calls() == {**calls, "IsAlive": 1}
    row = HealthCheck.objects.get(system_user=hub.account)
    assert (row.attempts, account(hub).failures) == (0, 0)


def test_many_accounts_share_what_one_partner_is_asked(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    interval = settings.HUB.health_check_interval
    assert check_rows.pace(hub.partner) == interval
    for number in range(4):
        an_account(hub.customer, hub.partner, f"{number}")
    monkeypatch.setattr(check_rows, "LOOKS_PER_INTERVAL", 2)
    assert check_rows.pace(hub.partner) == 3 * interval


def test_a_deactivated_account_is_not_called_and_is_looked_at_when_it_is_activated(hub: Hub) -> None:
    used(hub)
    system_users.change_system_user(account(hub), actor="user ann", active=False)
    look(hub)
    assert (account(hub).health, account(hub).health_error) == ("unknown", "It is deactivated.")
    system_users.change_system_user(account(hub), actor="user ann", active=True)
    hub.work("default")
    assert account(hub).health == "healthy"


def test_a_single_failed_call_is_no_news_of_an_account(hub: Hub) -> None:
    used(hub)
    pausing.note_failure(account(hub), RetryLater("no answer"))
    assert (account(hub).health, account(hub).failures) == ("healthy", 1)
    pausing.note_failure(account(hub), RetryLater("no answer"))
    assert (account(hub).health, account(hub).health_error) == ("degraded", "no answer")
    pausing.note_success(account(hub))
    assert account(hub).health == "degraded", "not well for long enough"
    hub.later(minutes=6)
    pausing.note_success(account(hub))
    assert (account(hub).health, account(hub).health_error) == ("healthy", "")


def test_a_failed_call_makes_the_partner_be_looked_at_soon_once_for_many(hub: Hub) -> None:
    used(hub)
    hub.work("default")
    hub.later(seconds=15)
    for _ in range(3):
        pausing.note_failure(account(hub), RetryLater("no answer"))
    assert hub.work("default") == 1
    pausing.note_failure(account(hub), RetryLater("no answer"))
    assert hub.work("default") == 0
    assert hub.cloud.calls()["IsAlive"] == 2
