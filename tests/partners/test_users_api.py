"""`users/`."""

from typing import Any

import pytest
from django.test import Client

from accounts.models import ApiToken, User
from accounts.selectors import find_by_uid
from accounts.services import tokens
from accounts.states import Role
from tests.support.api import as_user, complaints
from tests.support.scene import a_customer, a_partner, a_user
from tests.support.together import together

PATH = "/api/v1/users/"
SECRET = "rows-of-barley-7"


@pytest.fixture
def ops(db: None) -> User:
    return a_user(None)


def new(**fields: Any) -> dict[str, Any]:
    return {"username": "anna", "password": SECRET, "role": "ops", **fields}


def may_sign_in(username: str, password: str = SECRET) -> bool:
    body = {"username": username, "password": password}
    return Client().post("/api/v1/auth/login", body, content_type="application/json").status_code == 200


def test_a_new_user_can_sign_in_and_its_password_is_never_shown(ops: User) -> None:
    customer = a_customer()
    response = as_user(ops).post(
        PATH, new(role="pilot", customerId=str(customer.pk), legacyId="5f1e", name="Anna", email="a@b.co")
    )
    row = response.json()
    assert response.status_code == 201
    assert SECRET not in response.content.decode()
    expected = {
        "id",
        "legacyId",
        "username",
        "role",
        "customerId",
        "partnerId",
        "name",
        "email",
        "active",
        "createdAt",
        "updatedAt",
    }
    assert set(row) == expected
    assert (row["legacyId"], row["customerId"], row["partnerId"], row["active"]) == ("5f1e", str(customer.pk), None, True)
    assert may_sign_in("anna")


def test_without_a_password_nobody_can_sign_in(ops: User) -> None:
    assert as_user(ops).post(PATH, {"username": "anna", "role": "ops"}).status_code == 201
    assert not User.objects.get(username="anna").has_usable_password()


@pytest.mark.parametrize("password", ["short", "password", "12345678", "annaanna", ""])
def test_an_easy_password_is_refused(ops: User, password: str) -> None:
    response = as_user(ops).post(PATH, new(username="annaanna", password=password))
    assert response.status_code == 400
    assert set(complaints(response)) == {"password"}


@pytest.mark.parametrize(
    ("role", "belongs", "culprit"),
    [
        ("ops", {"customer"}, "customerId"),
        ("customer", set(), "customerId"),
        ("pilot", set(), "customerId"),
        ("pilot", {"customer", "partner"}, "partnerId"),
        ("partner", set(), "partnerId"),
        ("partner", {"customer", "partner"}, "customerId"),
    ],
)
def test_role_and_belonging_must_agree(ops: User, role: str, belongs: set[str], culprit: str) -> None:
    ids = {"customerId": str(a_customer().pk)} if "customer" in belongs else {}
    ids |= {"partnerId": str(a_partner().pk)} if "partner" in belongs else {}
    response = as_user(ops).post(PATH, new(role=role, **ids))
    assert response.status_code == 400
    assert set(complaints(response)) == {culprit}


def test_a_partners_further_login_belongs_to_it(ops: User) -> None:
    partner = a_partner()
    row = as_user(ops).post(PATH, new(role="partner", partnerId=str(partner.pk))).json()
    assert row["partnerId"] == str(partner.pk)
    shown = as_user(User.objects.get(username="anna")).get("/api/v1/partners/").json()["results"]
    assert [one["id"] for one in shown] == [str(partner.pk)]


def test_a_user_stays_with_its_customer(ops: User) -> None:
    pilot, client = a_user(a_customer()), as_user(ops)
    path = f"{PATH}{pilot.pk}/"
    moved = client.patch(path, {"customerId": str(a_customer("delta").pk)})
    promoted = client.patch(path, {"role": "ops", "customerId": None})
    assert (moved.status_code, promoted.status_code) == (400, 400)
    assert client.patch(path, {"role": "customer"}).status_code == 200


def test_what_was_read_can_be_put_back_without_a_password(ops: User) -> None:
    pilot, client = a_user(a_customer()), as_user(ops)
    row = client.get(f"{PATH}{pilot.pk}/").json()
    assert client.put(f"{PATH}{pilot.pk}/", row).json() == row
    assert may_sign_in(pilot.username, "crop-duster-9")


@pytest.mark.parametrize("change", [{"password": SECRET}, {"active": False}])
def test_a_new_password_or_deactivation_ends_tokens(ops: User, change: dict[str, Any]) -> None:
    pilot = a_user(a_customer())
    tokens.make(pilot)
    assert as_user(ops).patch(f"{PATH}{pilot.pk}/", change).status_code == 200
    assert not ApiToken.objects.exists()


@pytest.mark.parametrize("field", ["username", "legacyId"])
def test_a_name_or_old_id_that_is_taken_is_a_conflict(ops: User, field: str) -> None:
    client = as_user(ops)
    client.post(PATH, new(legacyId="5f1e"))
    taken = {"username": "bert", "legacyId": "5f1f", field: {"username": "anna", "legacyId": "5f1e"}[field]}
    response = client.post(PATH, new(**taken))
    assert response.status_code == 409
    assert complaints(response) == {"": "userTaken"}


def test_users_without_an_old_id_do_not_conflict(ops: User) -> None:
    statuses = [as_user(ops).post(PATH, new(username=name, legacyId=None)).status_code for name in ("a1", "a2")]
    assert statuses == [201, 201]


@pytest.mark.django_db(transaction=True)
def test_of_two_who_take_a_name_at_the_same_moment_one_gets_it() -> None:
    ops = a_user(None)
    statuses = together(*[lambda: as_user(ops).post(PATH, new()).status_code] * 3)
    assert sorted(statuses) == [201, 409, 409]


def test_ops_cannot_lock_themselves_out(ops: User) -> None:
    client, path = as_user(ops), f"{PATH}{ops.pk}/"
    statuses = [client.delete(path).status_code, client.patch(path, {"active": False}).status_code]
    assert statuses == [409, 409]


def test_the_admin_follows_the_role(ops: User) -> None:
    as_user(ops).post(PATH, new())
    assert User.objects.get(username="anna").is_superuser
    pilot = as_user(ops).post(PATH, new(username="bert", role="pilot", customerId=str(a_customer().pk)))
    assert not User.objects.get(pk=pilot.json()["id"]).is_staff


def test_a_customers_people_see_each_other_and_write_nothing(db: None) -> None:
    customer = a_customer()
    office, pilot = a_user(customer, Role.CUSTOMER), a_user(customer)
    client = as_user(office)
    shown = {row["id"] for row in client.get(PATH).json()["results"]}
    assert shown == {str(office.pk), str(pilot.pk)}
    assert client.post(PATH, new()).status_code == 403
    assert client.patch(f"{PATH}{pilot.pk}/", {"role": "customer"}).status_code == 403


@pytest.mark.parametrize(("text", "found"), [("ann", 1), ("ANN", 1), ("zzz", 0), ("%", 0)])
def test_search(ops: User, text: str, found: int) -> None:
    client = as_user(ops)
    client.post(PATH, new())
    assert len(client.get(PATH, {"search": text}).json()["results"]) == found


def test_a_uid_is_an_id_or_an_old_id(ops: User) -> None:
    old = User.objects.create(username="old", role=Role.OPS, legacy_id="5f1e")
    rows = User.objects.all()
    assert find_by_uid(rows, "5f1e") == find_by_uid(rows, str(old.pk)) == old
    assert find_by_uid(rows, "nobody") is None
    assert find_by_uid(rows.exclude(pk=old.pk), "5f1e") is None


def test_an_old_id_that_looks_like_an_id_is_refused(ops: User) -> None:
    response = as_user(ops).post(PATH, new(legacyId=str(ops.pk)))
    assert response.status_code == 400
    assert set(complaints(response)) == {"legacyId"}
