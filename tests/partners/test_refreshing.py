"""Every account's aircraft are listed by the clock, seldom, and never while the account rests."""

from datetime import timedelta
from typing import Any

import pytest

from partners.adapters.base import Capabilities
from partners.adapters.satloc import SatLocAdapter
from partners.models import Aircraft, AircraftRefresh, CallCounter, PartnerCall, PartnerSystemUser
from partners.services import refreshing, system_users
from partners.states import RefreshStatus
from tests.support.hub import LOGIN, PASSWORD, TAIL, Hub
from tests.support.scene import a_customer, a_partner, an_account
from work.clock import now
from work.leases import due


@pytest.fixture
def listed(hub: Hub) -> Hub:
    """The hub's account, due for its first listing."""
    refreshing.schedule(hub.account)
    hub.later(hours=2)
    return hub


def operations() -> list[str]:
    return list(PartnerCall.objects.order_by("pk").values_list("operation", flat=True))


def test_the_aircraft_of_a_new_account_are_listed_by_the_clock(hub: Hub) -> None:
    fields = {"partner": hub.partner, "customer": hub.customer, "partner_username": "new@example.com", "api_secret": PASSWORD}
    hub.cloud.add_account("new@example.com", PASSWORD, aircraft=[{"tailNumber": "C-FARM"}])
    account = system_users.create_system_user(actor="test", **fields)
    assert hub.work("default") == 1  # the partner's own check
    hub.later(hours=1)
    hub.work("default")
    assert account.aircraft.get().name == "C-FARM"


def test_what_is_listed_is_taken_over_and_due_again_within_the_interval(listed: Hub) -> None:
    listed.work("default")
    aircraft, refresh = Aircraft.objects.get(), AircraftRefresh.objects.get()
    assert (aircraft.name, aircraft.listed_at is not None) == (TAIL, True)
    assert (refresh.status, refresh.error) == (RefreshStatus.IDLE, "")
    assert refresh.due_at is not None
    assert timedelta(minutes=29) < refresh.due_at - now() <= timedelta(hours=1)


def test_a_listing_without_news_is_one_count_and_touches_no_row_s_change(listed: Hub) -> None:
    listed.work("default")
    before = Aircraft.objects.get()
    listed.later(hours=2)
    listed.work("default")
    after = Aircraft.objects.get()
    assert operations() == ["sign_in", "list_aircraft"]
    assert CallCounter.objects.get().operation == "list_aircraft"
    assert after.updated_at == before.updated_at
    assert (after.listed_at or now()) > (before.listed_at or now())


def test_a_partner_that_fails_is_asked_again_later_and_says_why(listed: Hub) -> None:
    listed.cloud.fault("status", operation="GetAircraftList", status=503)
    listed.work("default")
    refresh = AircraftRefresh.objects.get()
    assert (refresh.status, refresh.error_code != "") == (RefreshStatus.IDLE, True)
    assert "503" in refresh.error
    assert refresh.due_at is not None
    assert refresh.due_at > now() + timedelta(minutes=29)


@pytest.mark.parametrize("columns", [{"paused_by_person": True}, {"active": False}])
def test_an_account_that_rests_is_not_called_until_it_goes_on(listed: Hub, columns: dict[str, Any]) -> None:
    PartnerSystemUser.objects.update(**columns)
    for _ in range(3):
        listed.work("default")
        listed.later(minutes=5)
    assert "list_aircraft" not in operations()
    assert AircraftRefresh.objects.filter(due_at__gt=now() + timedelta(hours=23)).exists()


def test_an_adapter_that_lists_none_is_not_asked(listed: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SatLocAdapter, "capabilities", Capabilities(upload=True, upload_formats=("json",)))
    listed.work("default")
    assert "sign_in" not in operations()
    assert AircraftRefresh.objects.get().due_at is not None


def test_more_aircraft_than_one_statement_holds_and_an_id_twice(hub: Hub) -> None:
    for number in range(12):
        hub.cloud.add_aircraft(LOGIN, f"N{number}", id=f"a{number}")
    refreshing.list_soon(hub.account)
    hub.work("default")
    assert Aircraft.objects.filter(listed_at__isnull=False).count() == 13


def test_ten_thousand_accounts_are_not_due_at_once(db: None, settings: Any) -> None:
    customer, partner = a_customer(), a_partner()
    for number in range(20):
        refreshing.schedule(an_account(customer, partner, f"u{number}"))
    times = sorted(AircraftRefresh.objects.values_list("due_at", flat=True))
    assert times[-1] - times[0] > timedelta(minutes=3)


def test_asking_soon_never_puts_a_listing_off(hub: Hub) -> None:
    refreshing.schedule(hub.account)
    AircraftRefresh.objects.update(**due(timedelta(minutes=-5), "low"))
    before = AircraftRefresh.objects.get().due_at
    refreshing.list_soon(hub.account)
    assert AircraftRefresh.objects.get().due_at == before
