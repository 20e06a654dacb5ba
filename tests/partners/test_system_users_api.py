"""`partner-system-users/`, and `createSystemUser`."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models.functions import Now

from accounts.models import User
from accounts.states import Role
from partners.adapters.errors import CredentialsRejected
from partners.models import Aircraft, Partner, PartnerSystemUser
from partners.services import pausing
from tests.support.api import as_user, complaints
from tests.support.scene import a_customer, a_partner, a_user, an_account
from tests.support.together import together
from tests.support.world import Tenant, a_tenant
from work.clock import from_now, now
from work.models import Attention

PATH, CREATE = "/api/v1/partner-system-users/", "/api/partner/createSystemUser"
SECRETS = ("key-of-the-house", "sky-high-forty-two")


@pytest.fixture
def own(db: None) -> Tenant:
    return a_tenant("prairie")


def new(partner: Partner, **fields: Any) -> dict[str, Any]:
    secrets = {"apiKey": SECRETS[0], "apiSecret": SECRETS[1]}
    return {"partnerId": str(partner.pk), "partnerUsername": "pilot@prairie.example", **secrets, **fields}


def address(account: PartnerSystemUser) -> str:
    return f"{PATH}{account.pk}/"


@pytest.mark.parametrize("path", [CREATE, PATH])
@pytest.mark.parametrize("role", [Role.OPS, Role.CUSTOMER])
def test_an_account_is_made_and_its_secrets_are_never_shown(own: Tenant, path: str, role: Role) -> None:
    client = as_user(a_user(None) if role == Role.OPS else own.office)
    fields = {"customerId": str(own.customer.pk), "name": "Ours", "partnerUserId": "u1", "companyId": "c1", "active": True}
    response = client.post(path, new(own.partner, **fields))
    row = response.json()
    assert response.status_code == 201, row
    shown = [response.content, client.get(f"{PATH}{row['id']}/").content, client.get(PATH).content]
    assert not [secret for secret in SECRETS for text in shown if secret in text.decode()]
    assert not {"apiKey", "apiSecret"} & set(row)
    stored = PartnerSystemUser.objects.get(pk=row["id"])
    assert (stored.api_key, stored.api_secret, stored.customer) == (*SECRETS, own.customer)


def test_an_account_shows_its_fields_and_no_others(own: Tenant) -> None:
    row = as_user(own.office).get(address(own.account)).json()
    expected = {"id", "partnerId", "customerId", "name", "partnerUserId", "partnerUsername", "companyId", "active"}
    expected |= {"logsSince", "logTimeZone", "logAltitudeUnit", "logSpeedUnit", "rateLimit", "state", "pausedUntil"}
    assert set(row) == expected | {"lastSuccessAt", "createdAt", "updatedAt"}


def test_logs_are_taken_since_seven_days_before(own: Tenant) -> None:
    row = as_user(own.office).post(CREATE, new(own.partner)).json()
    since = PartnerSystemUser.objects.get(pk=row["id"]).logs_since
    assert timedelta(days=7) <= now() - since < timedelta(days=7, minutes=5)
    assert row["logsSince"].endswith("Z")
    assert (row["state"], row["customerId"], row["rateLimit"]) == ("unverified", str(own.customer.pk), None)


@pytest.mark.parametrize("role", [Role.OPS, Role.CUSTOMER])
def test_the_same_account_again_is_a_conflict(own: Tenant, role: Role) -> None:
    client = as_user(a_user(None) if role == Role.OPS else own.office)
    body = new(own.partner, customerId=str(own.customer.pk))
    assert client.post(CREATE, body).status_code == 201
    again = client.post(PATH, body)
    renamed = client.patch(address(own.account), {"partnerUsername": "pilot@prairie.example"})
    for response in (again, renamed):
        assert (response.status_code, complaints(response)) == (409, {"": "systemUserExists"})


def test_two_customers_may_each_have_the_login(own: Tenant) -> None:
    other, client = a_customer("delta"), as_user(a_user(None))
    statuses = [client.post(CREATE, new(own.partner, customerId=str(one.pk))).status_code for one in (own.customer, other)]
    assert statuses == [201, 201]


@pytest.mark.django_db(transaction=True)
def test_of_two_who_make_an_account_at_the_same_moment_one_does() -> None:
    own = a_tenant("prairie")
    statuses = together(*[lambda: as_user(own.office).post(CREATE, new(own.partner)).status_code] * 4)
    assert sorted(statuses) == [201, 409, 409, 409]


@pytest.mark.parametrize("field", ["customerId", "partnerId"])
def test_anothers_id_in_a_body_reads_like_none(own: Tenant, field: str) -> None:
    other = a_tenant("delta", partner_active=False)
    foreign = {"customerId": other.customer.pk, "partnerId": other.partner.pk}[field]
    answers = []
    for key in (foreign, own.job.customer_id.hex[::-1], "nonsense", 7, True, [], {}, "\0"):
        response = as_user(own.office).post(CREATE, new(own.partner, **{field: key if not hasattr(key, "hex") else str(key)}))
        answers.append((response.status_code, response.json()["errors"]))
    assert all(answer == answers[0] for answer in answers), answers
    assert answers[0][0] == 404
    assert answers[0][1][0]["field"] == field


def test_partner_and_customer_stay(own: Tenant) -> None:
    other, ops = a_customer("delta"), as_user(a_user(None))
    response = ops.patch(address(own.account), {"customerId": str(other.pk), "partnerId": str(a_partner().pk)})
    assert response.status_code == 400
    assert complaints(response) == {"customerId": "fixed", "partnerId": "fixed"}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("logTimeZone", "Prairie"),
        ("logAltitudeUnit", "yd"),
        ("logSpeedUnit", "mach"),
        ("rateLimit", 0),
        ("rateLimit", -5),
        ("rateLimit", 10**30),
        ("logsSince", "yesterday"),
        ("partnerUsername", ""),
        ("apiSecret", "a\0b"),
        ("password", "x"),
    ],
)
def test_a_wrong_field_is_named(own: Tenant, field: str, value: Any) -> None:
    response = as_user(own.office).patch(address(own.account), {field: value})
    assert response.status_code == 400
    assert set(complaints(response)) == {field}


@pytest.mark.parametrize("field", ["apiSecret", "apiKey", "partnerUsername", "partnerUserId", "companyId"])
def test_new_credentials_take_effect_at_once(own: Tenant, field: str) -> None:
    account = own.account
    pausing.note_refusal(account, CredentialsRejected("no"))
    PartnerSystemUser.objects.update(sign_in="kept", signed_in_user_id="u9", failures=9)
    assert as_user(own.office).get(address(account)).json()["state"] == "credentialsRejected"
    row = as_user(own.office).patch(address(account), {field: "new-value"}).json()
    account.refresh_from_db()
    assert (row["state"], row["pausedUntil"]) == ("unverified", None)
    assert (account.credentials_version, account.sign_in, account.refused_at, account.failures) == (2, None, None, 0)
    assert not Attention.objects.filter(settled_at__isnull=True).exists()


def test_the_same_secret_again_is_no_change(own: Tenant) -> None:
    as_user(own.office).patch(address(own.account), {"apiSecret": "sky-high-5"})
    own.account.refresh_from_db()
    assert own.account.credentials_version == 1


@pytest.mark.parametrize(
    ("columns", "state"),
    [
        ({}, "unverified"),
        ({"verified_at": Now()}, "ok"),
        ({"verified_at": Now(), "failures": 4}, "ok"),
        ({"verified_at": Now(), "failures": 5}, "unreachable"),
        ({"paused_by_person": True, "failures": 5}, "paused"),
        ({"paused_until": from_now(timedelta(hours=1))}, "paused"),
        ({"paused_until": from_now(-timedelta(hours=1))}, "unverified"),
        ({"refused_at": Now(), "paused_by_person": True}, "credentialsRejected"),
    ],
)
def test_the_state_is_computed_when_read(own: Tenant, columns: dict[str, Any], state: str) -> None:
    PartnerSystemUser.objects.update(**columns)
    assert as_user(own.office).get(address(own.account)).json()["state"] == state


def test_ids_of_the_sign_in_win_over_those_entered(own: Tenant) -> None:
    PartnerSystemUser.objects.update(partner_user_id="entered", company_id="entered", signed_in_user_id="told")
    row = as_user(own.office).get(address(own.account)).json()
    assert (row["partnerUserId"], row["companyId"]) == ("told", "entered")


def test_what_was_read_can_be_put_back_without_a_change(own: Tenant) -> None:
    PartnerSystemUser.objects.update(partner_user_id="entered", signed_in_user_id="told", signed_in_company_id="c7")
    client = as_user(own.office)
    row = client.get(address(own.account)).json()
    assert (row["partnerUserId"], row["companyId"]) == ("told", "c7")
    assert client.put(address(own.account), row).json() == row
    own.account.refresh_from_db()
    assert (own.account.partner_user_id, own.account.company_id, own.account.credentials_version) == ("entered", "", 1)
    assert client.patch(address(own.account), {"partnerUserId": "else"}).json()["partnerUserId"] == "else"


def test_a_person_pauses_and_resumes(own: Tenant) -> None:
    client = as_user(own.office)
    assert client.post(f"{address(own.account)}pause/").json()["state"] == "paused"
    assert client.post(f"{address(own.account)}pause").status_code == 200
    assert client.post(f"{address(own.account)}resume/").json()["state"] == "unverified"


def test_resuming_tries_refused_credentials_again(own: Tenant) -> None:
    pausing.note_refusal(own.account, CredentialsRejected("no"))
    as_user(own.office).post(f"{address(own.account)}resume/")
    own.account.refresh_from_db()
    pausing.check_may_call(own.account)
    assert not Attention.objects.filter(settled_at__isnull=True).exists()


def test_deleting_deactivates(own: Tenant) -> None:
    client = as_user(own.office)
    assert client.delete(address(own.account)).status_code == 204
    assert client.get(address(own.account)).json()["active"] is False


def test_aircraft_of_the_account_alone(own: Tenant) -> None:
    second = an_account(own.customer, own.partner, "second@prairie.example")
    Aircraft.objects.create(system_user=second, external_id="N1")
    rows = as_user(own.office).get(f"{address(own.account)}aircraft/").json()["results"]
    expected = {"id", "partnerSystemUserId", "externalId", "name", "type", "status", "lastSeen", "createdAt", "updatedAt"}
    assert [row["externalId"] for row in rows] == ["prairie-1"]
    assert set(rows[0]) == expected
    assert rows[0]["partnerSystemUserId"] == str(own.account.pk)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"search": "PRAIRIE@"}, ["prairie@example.com"]),
        ({"search": "second"}, ["b@example.com"]),
        ({"search": "sky-high"}, []),
        ({"state": "paused"}, ["b@example.com"]),
        ({"state": "unverified"}, ["prairie@example.com"]),
        ({"state": "credentialsRejected"}, []),
        ({"ordering": "partnerUsername"}, ["b@example.com", "prairie@example.com"]),
        ({"ordering": "-name"}, ["b@example.com", "prairie@example.com"]),
        ({"active": "false"}, []),
    ],
)
def test_accounts_are_searched_filtered_and_ordered(own: Tenant, query: dict[str, str], found: list[str]) -> None:
    a_tenant("delta")
    an_account(own.customer, own.partner, "b@example.com", name="Second", paused_by_person=True)
    rows = as_user(own.office).get(PATH, query).json()["results"]
    assert [row["partnerUsername"] for row in rows] == found


@pytest.mark.parametrize(
    ("query", "found"), [({"search": "KING"}, ["N2"]), ({"externalId": "N1"}, ["N1"]), ({"search": "x"}, [])]
)
def test_aircraft_are_searched_and_filtered(own: Tenant, query: dict[str, str], found: list[str]) -> None:
    account = an_account(own.customer, own.partner, "fleet")
    for key, name in (("N1", "Thrush"), ("N2", "King Air")):
        Aircraft.objects.create(system_user=account, external_id=key, name=name)
    rows = as_user(own.office).get(f"{address(account)}aircraft/", query).json()["results"]
    assert [row["externalId"] for row in rows] == found


def test_secrets_are_encrypted_in_the_database(own: Tenant) -> None:
    as_user(own.office).post(CREATE, new(own.partner))
    with connection.cursor() as cursor:
        cursor.execute("SELECT api_key, api_secret FROM partners_partnersystemuser")
        stored = str(cursor.fetchall())
    assert len(stored) > 100
    assert not [secret for secret in SECRETS if secret in stored]


def test_ops_say_whose_account_it_is(db: None) -> None:
    ops: User = a_user(None)
    response = as_user(ops).post(CREATE, new(a_partner()))
    assert response.status_code == 400
    assert complaints(response) == {"customerId": "required"}
