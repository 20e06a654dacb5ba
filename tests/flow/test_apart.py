"""Several customers at one partner: each with its own credentials, sign-in, aircraft and pauses."""

from typing import Any

import pytest

from accounts.states import Role
from assignments.models import JobAssignment
from assignments.services import uploads
from partners.models import Aircraft, PartnerSystemUser
from tests.support.api import as_user
from tests.support.hub import LOGIN, PASSWORD, Hub
from tests.support.scene import a_customer, a_job, a_user, an_account


@pytest.fixture
def delta(hub: Hub) -> PartnerSystemUser:
    """Another customer's account at the same partner, with an aircraft of its own there."""
    hub.cloud.add_account("delta@example.com", "other-secret")
    account = an_account(a_customer("delta"), hub.partner, "delta@example.com")
    PartnerSystemUser.objects.filter(pk=account.pk).update(api_secret="other-secret")
    account.aircraft.create(external_id=hub.cloud.add_aircraft("delta@example.com", "N-DELTA"))
    return account


def send(account: PartnerSystemUser) -> JobAssignment:
    assignment = JobAssignment.objects.create(
        job=a_job(account.customer),
        user=a_user(account.customer),
        partner_type="satloc",
        system_user=account,
        aircraft=account.aircraft.get(),
    )
    uploads.enqueue(assignment, actor="test")
    return assignment


def statuses(hub: Hub) -> dict[str, str]:
    rows: list[Any] = as_user(a_user(None)).get("/api/v1/assignments/").json()["results"]
    return {row["customerId"]: row["syncState"]["jobUpload"]["status"] for row in rows}


def test_each_goes_out_by_its_own_account(hub: Hub, delta: PartnerSystemUser) -> None:
    send(hub.account), send(delta)
    hub.work("job_sync")
    assert sorted(upload["account"] for upload in hub.cloud.uploads()) == ["delta@example.com", LOGIN]
    kept = {row.partner_username: row.sign_in for row in PartnerSystemUser.objects.all()}
    assert len({*kept.values()} - {None}) == 2


def test_one_s_wrong_password_stops_nobody_else(hub: Hub, delta: PartnerSystemUser) -> None:
    hub.set_password("wrong")
    send(hub.account), send(delta)
    hub.work("job_sync")
    assert statuses(hub) == {str(hub.customer.pk): "paused", str(delta.customer_id): "synced"}
    refused = PartnerSystemUser.objects.filter(refused_at__isnull=False)
    assert [row.pk for row in refused] == [hub.account.pk]


def test_two_customers_with_the_same_login_share_nothing(hub: Hub) -> None:
    twin = an_account(a_customer("delta"), hub.partner, LOGIN)
    PartnerSystemUser.objects.filter(pk=twin.pk).update(api_secret="wrong")
    for customer, account in ((hub.customer, hub.account), (twin.customer, twin)):
        office = as_user(a_user(customer, Role.CUSTOMER))
        office.post(f"/api/v1/partner-system-users/{account.pk}/verify/")
    own, other = PartnerSystemUser.objects.get(pk=hub.account.pk), PartnerSystemUser.objects.get(pk=twin.pk)
    assert (own.refused_at, own.verified_at is not None) == (None, True)
    assert (other.refused_at is not None, other.verified_at) == (True, None)
    hub.work("default")
    assert not Aircraft.objects.filter(system_user=twin).exists()
    assert (own.api_secret, other.api_secret) == (PASSWORD, "wrong")


@pytest.mark.parametrize("action", ["verify", "pause", "resume", "aircraft"])
def test_one_does_nothing_with_the_other_s_account(hub: Hub, delta: PartnerSystemUser, action: str) -> None:
    office = as_user(a_user(hub.customer, Role.CUSTOMER))
    path = f"/api/v1/partner-system-users/{delta.pk}/"
    assert [office.post(f"{path}{action}/").status_code, office.delete(path).status_code] == [404, 404]
    assert office.patch(path, {"apiSecret": "mine now"}).status_code == 404
    assert hub.cloud.calls() == {}
