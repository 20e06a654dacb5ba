"""Health in the admin: lists, pages, and looking at a partner or an account now."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.test import Client

from accounts.models import User
from partners.models import Partner, PartnerSystemUser
from tests.support.hub import Hub
from work import history
from work.clock import from_now

PARTNERS, ACCOUNTS = "/admin/partners/partner/", "/admin/partners/partnersystemuser/"


@pytest.fixture
def ops(hub: Hub) -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("root", password="crop-duster-9"))
    return client


def said(response: Any) -> list[str]:
    return [str(message) for message in get_messages(response.wsgi_request)]


def fail(model: Any) -> None:
    moments = {"health_since": from_now(-timedelta(hours=3)), "open_until": from_now(timedelta(minutes=7))}
    model._default_manager.update(health="unhealthy", health_error="no answer since noon", failures=6, **moments)


@pytest.mark.parametrize(("model", "address"), [(Partner, PARTNERS), (PartnerSystemUser, ACCOUNTS)])
def test_list_and_page_say_how_it_is_since_when_and_why(ops: Client, model: Any, address: str) -> None:
    fail(model)
    row = model._default_manager.get()
    for page in (address, f"{address}{row.pk}/change/"):
        shown = ops.get(page).content.decode()
        assert "hub-bad" in shown
        assert "unhealthy" in shown
        assert "no answer since noon" in shown
    assert "3 h ago" in ops.get(address).content.decode()
    assert ops.get(f"{address}?health=unhealthy").context["cl"].result_count == 1
    assert ops.get(f"{address}?health=healthy").context["cl"].result_count == 0


@pytest.mark.parametrize(("model", "address"), [(Partner, PARTNERS), (PartnerSystemUser, ACCOUNTS)])
def test_checking_now_asks_first_and_says_what_it_found(ops: Client, hub: Hub, model: Any, address: str) -> None:
    fail(model)
    row = model._default_manager.get()
    action = f"{address}{row.pk}/do/check/"
    assert action in ops.get(f"{address}{row.pk}/change/").content.decode()
    assert "breaker is closed" in ops.get(action).content.decode()
    assert hub.cloud.calls() == {}
    words = said(ops.post(action))
    assert "1 done" in words[0]
    assert "it is healthy and answered in" in words[1] or "it works." in words[1]
    row.refresh_from_db()
    assert (row.health, row.open_until) == ("healthy", None)
    object_type = "partner" if model is Partner else "partnerSystemUser"
    assert history.of(object_type, row.pk).filter(name="checked").get().actor == "user root"


def test_an_account_that_fails_is_skipped_with_the_reason(ops: Client, hub: Hub) -> None:
    hub.cloud.fault("status", status=503)
    body = {"action": "check", "index": "0", "_selected_action": [str(hub.account.pk)], "confirmed": "yes"}
    (words,) = said(ops.post(ACCOUNTS, body))
    assert "was skipped" in words
    assert "HTTP 503" in words


@pytest.mark.parametrize(("model", "address"), [(Partner, PARTNERS), (PartnerSystemUser, ACCOUNTS)])
def test_what_is_deactivated_is_not_checked(ops: Client, hub: Hub, model: Any, address: str) -> None:
    model._default_manager.update(active=False)
    key = str(model._default_manager.get().pk)
    assert f"{address}{key}/do/check/" not in ops.get(f"{address}{key}/change/").content.decode()
    (words,) = said(ops.post(f"{address}{key}/do/check/"))
    assert "deactivated" in words
    assert hub.cloud.calls() == {}


def test_the_start_page_says_how_partners_are_and_asks_for_a_check(ops: Client, hub: Hub) -> None:
    hub.cloud.fault("status", status=503)
    for _ in range(5):
        hub.later(minutes=1)
        hub.work("default")
    shown = ops.get("/admin/").content.decode()
    assert "Partner out of order" in shown
    assert f"{PARTNERS}{hub.partner.pk}/do/check/" in shown
    assert "HTTP 503" in shown
