"""A partner that is down costs one call per interval, however many accounts and jobs wait for it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings

from partners.account_states import with_state
from partners.models import Aircraft, HealthCheck, Partner, PartnerSystemUser
from partners.services import check_rows, health, signing_in
from tests.support.hub import LOGIN, Hub
from tests.support.scene import an_account
from tests.support.together import together
from tests.support.waiting import wait_for
from work import engine
from work.clock import from_now
from work.errors import Refused

ALIVE, SIGN_IN = "IsAlive", "AuthenticateAPIUser"
DRAIN = "from work import engine; engine.drain('default', 1, 'the victim')"


@pytest.fixture
def down(hub: Hub) -> Hub:
    hub.cloud.fault("status", status=503)
    for _ in range(settings.HUB.failure_threshold):
        hub.later(minutes=1)
        hub.work("default")
    for number in range(3):
        other = an_account(hub.customer, hub.partner, f"{number}", last_success_at=from_now(timedelta(0)))
        hub.account, hub.aircraft = other, Aircraft.objects.create(system_user=other, external_id=f"{number}")
        hub.assign()
    return hub


def test_nothing_but_the_look_calls_it(down: Hub) -> None:
    before = down.calls()
    down.work()
    assert down.calls() == before
    partner = Partner.objects.get()
    assert (partner.health, partner.failures) == ("unhealthy", 5)
    for pause in (1, 2, 4):
        down.later(minutes=pause)
        before = down.calls()
        down.work()
        assert down.calls() - before == 1
    assert set(down.cloud.calls()) == {ALIVE}


def test_its_good_look_lets_go_on_all_that_waits(down: Hub) -> None:
    down.work("job_sync")
    down.cloud.clear_faults()
    down.later(seconds=61)
    down.work("default")
    assert Partner.objects.get().open_until is None
    before = down.cloud.calls().get(SIGN_IN, 0)
    down.work("job_sync")
    assert down.cloud.calls()[SIGN_IN] - before == 3, "one for each account, at once"


def test_a_person_s_check_closes_it(down: Hub) -> None:
    down.work("job_sync")
    assert health.check(Partner.objects.get(), actor="user ann").status == "unhealthy"
    down.cloud.clear_faults()
    assert health.check(Partner.objects.get(), actor="user ann").status == "healthy"
    down.work("job_sync")
    assert down.cloud.calls()[SIGN_IN] == 3


def test_a_sign_in_by_a_person_closes_it(down: Hub) -> None:
    down.cloud.clear_faults()
    account = PartnerSystemUser.objects.select_related("partner", "customer").get(partner_username=LOGIN)
    assert signing_in.verify(account, actor="user ann").ok
    partner = Partner.objects.get()
    assert (partner.open_until, partner.health) == (None, "healthy")


def test_its_accounts_are_unreachable_and_their_own_breakers_closed(down: Hub) -> None:
    states = with_state(PartnerSystemUser.objects.all()).values_list("state", "failures", "health")
    assert {(state, failures) for state, failures, _ in states} == {("unreachable", 0)}


def test_accounts_are_not_looked_at_meanwhile(down: Hub) -> None:
    check_rows.look_within(down.account, timedelta(0))
    before = down.calls()
    down.work("default")
    row = HealthCheck.objects.get(system_user=down.account)
    assert (down.calls(), row.attempts) == (before, 0)


def test_of_two_workers_one_looks(down: Hub) -> None:
    down.later(minutes=1)
    before = down.calls()
    together(*(lambda number=number: engine.drain("default", 5, f"worker {number}") for number in range(3)))  # type: ignore[misc]
    assert down.calls() - before == 1
    assert Partner.objects.get().failures == settings.HUB.failure_threshold + 1


def test_it_is_not_called_when_it_is_deactivated(down: Hub) -> None:
    Partner.objects.update(active=False)
    with pytest.raises(Refused, match="deactivated"):
        health.check(Partner.objects.get(), actor="user ann")


@pytest.mark.race
def test_after_a_look_whose_process_is_killed_comes_the_next(hub: Hub, second_process: Callable[..., Any]) -> None:
    Partner.objects.update(failures=5, open_until=from_now(timedelta(0)), health="unhealthy")
    hub.cloud.fault("late", ALIVE, seconds=20, times=1)
    victim = second_process(DRAIN, SATLOC_BASE_URL=hub.cloud.base_url)
    wait_for(lambda: hub.cloud.calls().get(ALIVE), "the victim to look")
    assert hub.work("default") == 0, "one look at a time"
    victim.kill()
    victim.wait()
    hub.later(minutes=3)
    engine.tick("host", 1)
    hub.work("default")
    assert (Partner.objects.get().open_until, hub.cloud.calls()[ALIVE]) == (None, 2)
