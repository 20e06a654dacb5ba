"""Verifying an account, trying credentials out, and listing its aircraft, against a simulated cloud."""

import pytest

from accounts.states import Role
from partners.models import Aircraft, PartnerCall, PartnerSystemUser
from partners.services import signing_in
from partners.states import AttentionKind
from tests.support.api import as_user
from tests.support.hub import PASSWORD, TAIL, Hub
from tests.support.partners import KEPT
from tests.support.scene import a_customer, a_user
from work.models import Attention

NEVER_STORED = ("sign_in", "credentials_version", "verified_at", "last_success_at", "refused_at", "failures", "paused_until")


def path(hub: Hub, action: str) -> str:
    return f"/api/v1/partner-system-users/{hub.account.pk}/{action}/"


def test_a_good_sign_in_is_noted_and_is_all_that_is_asked(hub: Hub) -> None:
    answer = as_user(a_user(None)).post(path(hub, "verify"))
    assert answer.status_code == 200
    told = answer.json()
    assert (told["state"], told["verified"], told["errorCode"]) == ("ok", True, None)
    assert PASSWORD not in answer.content.decode()
    assert PartnerSystemUser.objects.get().verified_at is not None
    assert hub.cloud.calls() == {"AuthenticateAPIUser": 1}


@pytest.mark.parametrize("kept", [None, KEPT.to_json()])
def test_a_verification_neither_reads_nor_writes_the_kept_sign_in(hub: Hub, kept: str | None) -> None:
    PartnerSystemUser.objects.update(sign_in=kept)
    assert as_user(a_user(None)).post(path(hub, "verify")).json()["verified"]
    assert PartnerSystemUser.objects.get().sign_in == kept
    assert hub.cloud.calls() == {"AuthenticateAPIUser": 1}


def test_a_good_verification_has_the_aircraft_listed_by_a_worker(hub: Hub) -> None:
    as_user(a_user(None)).post(path(hub, "verify"))
    assert Aircraft.objects.get().listed_at is None
    hub.work("default")
    assert Aircraft.objects.get().name == TAIL
    assert Aircraft.objects.get().listed_at is not None


def test_a_wrong_password_pauses_the_account_and_asks_a_person(hub: Hub) -> None:
    hub.set_password("wrong")
    told = as_user(a_user(None)).post(path(hub, "verify")).json()
    assert (told["state"], told["verified"], told["errorCode"]) == ("credentialsRejected", False, "AUTH_ERROR")
    assert Attention.objects.filter(kind=AttentionKind.CREDENTIALS_REJECTED, settled_at__isnull=True).count() == 1


def test_a_corrected_password_that_is_verified_settles_it_and_wakes_what_waits(hub: Hub) -> None:
    hub.set_password("wrong")
    hub.assign()
    hub.work("job_sync")
    assert hub.upload().status == "pending"
    PartnerSystemUser.objects.update(api_secret=PASSWORD)
    assert as_user(a_user(None)).post(path(hub, "verify")).json()["state"] == "ok"
    assert not Attention.objects.filter(settled_at__isnull=True).exists()
    hub.work("job_sync")
    assert hub.upload().status == "synced"


def test_a_partner_that_cannot_be_reached_is_said_so(hub: Hub) -> None:
    hub.cloud.stop()
    told = as_user(a_user(None)).post(path(hub, "verify")).json()
    assert (told["verified"], told["errorCode"]) == (False, "NETWORK_ERROR")
    assert PartnerSystemUser.objects.get().failures == 1


@pytest.mark.parametrize("table", ["partner", "account"])
def test_what_is_deactivated_is_not_called(hub: Hub, table: str) -> None:
    row = hub.partner if table == "partner" else hub.account
    type(row)._default_manager.update(active=False)
    assert as_user(a_user(None)).post(path(hub, "verify")).status_code == 409
    assert not PartnerCall.objects.exists()


@pytest.mark.parametrize("password", [PASSWORD, "wrong"])
def test_a_trial_leaves_nothing_but_the_record_of_its_call(hub: Hub, password: str) -> None:
    before = PartnerSystemUser.objects.values(*NEVER_STORED).get()
    account = PartnerSystemUser.objects.select_related("partner").get()
    account.api_secret = password
    assert signing_in.try_out(account).ok == (password == PASSWORD)
    assert PartnerSystemUser.objects.values(*NEVER_STORED).get() == before
    assert [call.operation for call in PartnerCall.objects.all()] == ["sign_in"]
    assert not Attention.objects.exists()


def test_credentials_are_tried_before_they_are_saved(hub: Hub) -> None:
    unsaved = PartnerSystemUser(partner=hub.partner, partner_username=hub.account.partner_username, api_secret=PASSWORD)
    assert signing_in.try_out(unsaved).ok
    assert PartnerCall.objects.get().system_user is None


def test_a_trial_keeps_to_the_account_s_limit(hub: Hub) -> None:
    PartnerSystemUser.objects.update(rate_limit=1)
    account = PartnerSystemUser.objects.select_related("partner").get()
    assert signing_in.try_out(account).ok
    verdict = signing_in.try_out(account)
    assert (verdict.error_code, PartnerCall.objects.count()) == (signing_in.NOT_NOW, 1)


def test_aircraft_are_taken_over_as_listed_and_stay_when_they_are_listed_no_more(hub: Hub) -> None:
    gone = Aircraft.objects.create(system_user=hub.account, external_id="gone", name="Old")
    answer = as_user(a_user(None)).post(path(hub, "aircraft"))
    assert answer.status_code == 200
    assert {one["externalId"]: one["name"] for one in answer.json()["results"]} == {hub.aircraft_id: TAIL, "gone": "Old"}
    gone.refresh_from_db()
    assert gone.listed_at is None
    assert as_user(a_user(None)).get(path(hub, "aircraft")).json()["results"] == answer.json()["results"]


def test_aircraft_that_cannot_be_listed_are_refused_with_the_partner_s_words(hub: Hub) -> None:
    hub.set_password("wrong")
    answer = as_user(a_user(None)).post(path(hub, "aircraft"))
    assert answer.status_code == 409
    assert "refused the login" in answer.json()["detail"]


def test_another_customer_s_account_does_not_exist(hub: Hub) -> None:
    stranger = as_user(a_user(a_customer("delta"), Role.CUSTOMER))
    assert stranger.post(path(hub, "verify")).status_code == 404
    assert stranger.post(path(hub, "aircraft")).status_code == 404
