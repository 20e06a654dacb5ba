"""`partners/{id}/health/` and `check/`, and what health does to other answers."""

from datetime import timedelta
from typing import Any

import pytest

from accounts.models import User
from accounts.states import Role
from partners.models import HealthResult, Partner, PartnerSystemUser
from partners.services import health_changes, pausing
from partners.services.health_changes import Verdict
from partners.states import HealthStatus
from tests.support.api import as_user, complaints
from tests.support.hub import Hub
from tests.support.scene import a_user
from tests.support.world import Tenant, a_tenant
from work import history
from work.clock import from_now

HEALTH = {"status", "responseTime", "checkedAt", "error"}
SUMMARY = HEALTH | {"since", "failures", "nextCheckAt", "lastDay"}


def path(partner: Partner, action: str = "") -> str:
    return f"/api/v1/partners/{partner.pk}/{action}"


@pytest.fixture
def ops(db: None) -> User:
    return a_user(None)


def test_a_check_asks_now_and_answers_what_it_found(hub: Hub) -> None:
    client = as_user(a_user(None))
    good = client.post(path(hub.partner, "check/")).json()
    assert set(good) == HEALTH
    assert (good["status"], good["error"], good["checkedAt"][-1]) == ("healthy", None, "Z")
    assert 0 <= good["responseTime"] < 2000
    assert client.get(path(hub.partner)).json()["health"] == {
        **good,
        "checkedAt": client.get(path(hub.partner)).json()["health"]["checkedAt"],
    }
    hub.cloud.fault("status", status=503)
    bad = client.post(path(hub.partner, "check")).json()
    assert (bad["status"], bad["responseTime"], "HTTP 503" in bad["error"]) == ("degraded", None, True)
    assert [event.name for event in history.of("partner", hub.partner.pk) if event.name == "checked"] == ["checked"] * 2


def test_health_has_a_history_in_pages_and_a_summary(ops: User) -> None:
    tenant = a_tenant("prairie")
    for number in range(3):
        HealthResult.objects.create(
            partner=tenant.partner, healthy=number < 2, status="healthy" if number < 2 else "degraded",
            response_time=timedelta(milliseconds=10 * number) if number < 2 else None, error="" if number < 2 else "gone",
        )  # fmt: skip
    HealthResult.objects.create(partner=tenant.partner, system_user=tenant.account, healthy=False, error="an account's")
    Partner.objects.update(health="degraded", health_error="gone", failures=1, health_since=from_now(timedelta(0)))
    client = as_user(ops)
    first = client.get(path(tenant.partner, "health/"), {"pageSize": 2}).json()
    assert set(first) == {"next", "previous", "results", "summary"}
    assert [row["error"] for row in first["results"]] == ["gone", None]
    assert set(first["results"][0]) == HEALTH
    assert set(first["summary"]) == SUMMARY
    assert (first["summary"]["status"], first["summary"]["error"], first["summary"]["failures"]) == ("degraded", "gone", 1)
    assert first["summary"]["lastDay"] == {"checks": 3, "failed": 1, "averageResponseTime": 5}
    assert first["summary"]["nextCheckAt"].endswith("Z")
    second = client.get(first["next"]).json()
    assert ([row["responseTime"] for row in second["results"]], second["next"]) == ([0], None)


def test_a_partner_never_looked_at_has_an_empty_history(ops: User) -> None:
    partner = a_tenant("prairie").partner
    answer = as_user(ops).get(path(partner, "health/")).json()
    assert (answer["results"], answer["summary"]["status"]) == ([], "unknown")
    assert answer["summary"]["lastDay"] == {"checks": 0, "failed": 0, "averageResponseTime": None}


@pytest.mark.parametrize(("role", "status"), [(Role.CUSTOMER, 403), (Role.PARTNER, 409)])
def test_a_partner_may_check_itself_and_a_customer_may_look(db: None, role: Role, status: int) -> None:
    own = a_tenant("prairie")
    Partner.objects.update(adapter="gone")
    client = as_user(own.person(role))
    assert client.get(path(own.partner, "health/")).status_code == 200
    answer = client.post(path(own.partner, "check/"))
    assert (answer.status_code, complaints(answer)) == (status, {"": {403: "roleMayNot", 409: "unknownAdapter"}[status]})


def test_an_inactive_partner_is_not_checked(ops: User) -> None:
    partner = a_tenant("prairie", partner_active=False).partner
    answer = as_user(ops).post(path(partner, "check/"))
    assert (answer.status_code, complaints(answer)) == (409, {"": "partnerInactive"})


def test_what_the_machine_knows_of_health_is_no_change_to_a_client(ops: User) -> None:
    tenant, client = a_tenant("prairie"), as_user(ops)
    for row, address in ((tenant.partner, path(tenant.partner)), (tenant.account, account_path(tenant))):
        tag = client.get(address)["ETag"]
        health_changes.follow(row, lambda current: Verdict(HealthStatus.UNHEALTHY, "it is down"))
        type(row)._default_manager.update(failures=3, checked_at=from_now(timedelta(0)), open_until=from_now(timedelta(0)))
        assert client.patch(address, {"active": True}, headers={"If-Match": tag}).status_code == 200


def account_path(tenant: Tenant) -> str:
    return f"/api/v1/partner-system-users/{tenant.account.pk}/"


@pytest.mark.parametrize(
    ("of_account", "of_partner", "state"),
    [
        ({"failures": 5, "open_until": 60}, {}, "unreachable"),
        ({}, {"failures": 5, "open_until": 60}, "unreachable"),
        ({}, {"failures": 4, "open_until": 60}, "unverified"),
        ({"paused_by_person": True}, {"failures": 5, "open_until": 60}, "paused"),
    ],
)
def test_an_account_is_unreachable_while_a_breaker_is_open(
    db: None, of_account: dict[str, Any], of_partner: dict[str, Any], state: str
) -> None:
    own = a_tenant("prairie")
    for model, columns in ((PartnerSystemUser, of_account), (Partner, of_partner)):
        moment = {"open_until": from_now(timedelta(seconds=60))} if "open_until" in columns else {}
        if columns:
            model._default_manager.update(**{**columns, **moment})
    row = as_user(own.office).get(account_path(own)).json()
    assert row["state"] == state
    assert bool(row["pausedUntil"]) == (of_account.get("failures", of_partner.get("failures")) == 5)


def test_resuming_closes_the_account_s_breaker(db: None) -> None:
    own = a_tenant("prairie")
    PartnerSystemUser.objects.update(failures=7, open_until=from_now(timedelta(hours=1)))
    row = as_user(own.office).post(f"{account_path(own)}resume/").json()
    assert (row["state"], row["pausedUntil"]) == ("unverified", None)
    pausing.check_may_call(PartnerSystemUser.objects.get())


def test_what_customers_read_of_a_partner_counts_no_accounts(hub: Hub) -> None:
    """How many accounts others have there is nobody's business."""
    from partners.services import outages, partner_health
    from partners.services.looking import Look

    PartnerSystemUser.objects.update(failures=5, open_until=from_now(timedelta(hours=1)))
    words = partner_health._complaint(hub.partner, Look(timedelta(0)))
    for text in (words, outages.WORDS):
        assert text
        assert not any(letter.isdigit() for letter in text)
