"""The account form: secrets go in and never come out, a corrected password works at once, and a sign-in can be tried first."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from partners.models import PartnerCall, PartnerSystemUser
from tests.support.hub import LOGIN, PASSWORD, Hub
from tests.support.world import Tenant, a_tenant
from work import history
from work.models import Attention

ADD = "/admin/partners/partnersystemuser/add/"


def form_of(account: PartnerSystemUser, **fields: Any) -> dict[str, Any]:
    """What a browser sends for the form as it is shown, with these fields filled in."""
    shown = {
        "name": account.name, "partner_username": account.partner_username, "api_secret": "", "api_key": "",
        "partner_user_id": "", "company_id": "", "active": "on", "logs_since_0": "2026-01-02", "logs_since_1": "03:04:05",
        "log_time_zone": "UTC", "log_altitude_unit": "m", "log_speed_unit": "m/s", "rate_limit": "",
    }  # fmt: skip
    return {**shown, **fields}


def page_of(account: PartnerSystemUser) -> str:
    return reverse("admin:partners_partnersystemuser_change", args=[account.pk])


@pytest.fixture
def root(transactional_db: None) -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("root", password="crop-duster-9"))
    return client


def test_an_account_is_added_with_its_password_encrypted(ops: Client, tenant: Tenant) -> None:
    other = a_tenant("delta")
    body = form_of(tenant.account, partner=tenant.partner.pk, customer=other.customer.pk, api_secret=" se cret ")
    assert ops.post(ADD, body).status_code == 302
    made = PartnerSystemUser.objects.get(customer=other.customer, partner=tenant.partner)
    assert made.api_secret == " se cret "
    assert [(event.name, event.actor) for event in history.of("partnerSystemUser", made.pk)] == [("created", "user root")]


def test_the_same_account_twice_is_refused_in_the_form(ops: Client, tenant: Tenant) -> None:
    answer = ops.post(ADD, form_of(tenant.account, partner=tenant.partner.pk, customer=tenant.customer.pk))
    assert answer.status_code == 200
    assert PartnerSystemUser.objects.count() == 1
    other = PartnerSystemUser.objects.create(partner=tenant.partner, customer=tenant.customer, partner_username="second")
    answer = ops.post(page_of(other), form_of(other, partner_username=tenant.account.partner_username))
    assert answer.status_code == 200
    other.refresh_from_db()
    assert other.partner_username == "second"


def test_an_empty_password_keeps_the_stored_one(ops: Client, tenant: Tenant) -> None:
    assert ops.post(page_of(tenant.account), form_of(tenant.account, name="Renamed")).status_code == 302
    tenant.account.refresh_from_db()
    assert (tenant.account.name, tenant.account.api_secret) == ("Renamed", "sky-high-5")
    assert tenant.account.credentials_version == 1


@pytest.mark.parametrize("fault", [{}, {"rate_limit": "many"}])
def test_no_secret_is_ever_in_a_page(ops: Client, tenant: Tenant, fault: dict[str, str]) -> None:
    PartnerSystemUser.objects.update(api_key="key-of-the-sky", sign_in="kept-sign-in")
    typed = form_of(tenant.account, api_secret="typed-just-now", log_time_zone="", **fault)
    pages = [ops.get(page_of(tenant.account)), ops.post(page_of(tenant.account), typed), ops.get(page_of(tenant.account))]
    shown = "".join(page.content.decode() for page in pages)
    assert not [word for word in ("sky-high-5", "key-of-the-sky", "kept-sign-in", "typed-just-now") if word in shown]


def test_a_corrected_password_lets_waiting_uploads_through_at_once(hub: Hub, root: Client) -> None:
    hub.set_password("wrong")
    hub.assign()
    hub.work("job_sync")
    assert Attention.objects.filter(settled_at__isnull=True).count() == 1
    assert root.post(page_of(hub.account), form_of(hub.account, api_secret=PASSWORD)).status_code == 302
    assert not Attention.objects.filter(settled_at__isnull=True).exists()
    hub.work("job_sync")
    assert hub.upload().status == "synced"


def test_a_sign_in_is_tried_with_what_was_typed_and_nothing_is_changed(hub: Hub, root: Client) -> None:
    before = PartnerSystemUser.objects.values().get()
    address = reverse("admin:partners_partnersystemuser_test", args=[hub.account.pk])
    wrong = root.post(address, form_of(hub.account, api_secret="wrong")).json()
    assert (wrong["ok"], "refused the login" in wrong["words"]) == (False, True)
    stored = root.post(address, form_of(hub.account)).json()
    assert stored["ok"]
    after = PartnerSystemUser.objects.values().get()
    assert {name for (name, value), old in zip(after.items(), before.values(), strict=True) if value != old} == {"next_call_at"}
    assert PartnerCall.objects.count() == 2


def test_a_sign_in_is_tried_before_the_account_is_saved(hub: Hub, root: Client) -> None:
    address = reverse("admin:partners_partnersystemuser_test_new")
    other = a_tenant("delta")
    body = form_of(hub.account, partner=hub.partner.pk, customer=other.customer.pk, api_secret=PASSWORD, partner_username=LOGIN)
    assert root.post(address, body).json()["ok"]
    assert PartnerSystemUser.objects.count() == 2


def test_a_trial_says_what_is_missing_and_asks_no_inactive_partner(ops: Client, tenant: Tenant) -> None:
    new = reverse("admin:partners_partnersystemuser_test_new")
    assert "Login at the partner" in ops.post(new, {}).json()["words"]
    type(tenant.partner)._default_manager.update(active=False)
    address = reverse("admin:partners_partnersystemuser_test", args=[tenant.account.pk])
    assert "deactivated" in ops.post(address, form_of(tenant.account)).json()["words"]
    assert not PartnerCall.objects.exists()
    assert ops.get(address).status_code == 405


def test_trials_and_verifications_are_for_ops(tenant: Tenant) -> None:
    client = Client()
    client.force_login(tenant.office)
    address = reverse("admin:partners_partnersystemuser_test", args=[tenant.account.pk])
    assert client.post(address, form_of(tenant.account)).status_code == 302
    assert not PartnerCall.objects.exists()


@pytest.mark.parametrize("action", ["verify", "list-aircraft"])
@pytest.mark.parametrize(("password", "words"), [(PASSWORD, "1 done"), ("wrong", "refused the login")])
def test_the_partner_is_asked_by_an_action(hub: Hub, root: Client, action: str, password: str, words: str) -> None:
    hub.set_password(password)
    address = reverse("admin:partners_partnersystemuser_do", args=[hub.account.pk, action])
    assert root.get(address).status_code == 200
    assert not PartnerCall.objects.exists()
    shown = root.post(address, follow=True).content.decode()
    assert words in shown
    assert PASSWORD not in shown
