"""`customers/`."""

import json
from typing import Any

import pytest

from accounts.models import Customer, User
from accounts.states import Role
from tests.support.api import as_user, complaints
from tests.support.scene import a_customer, a_user
from tests.support.together import together
from work import history

PATH = "/api/v1/customers/"


@pytest.fixture
def ops(db: None) -> User:
    return a_user(None)


def test_ops_make_read_change_and_deactivate(ops: User) -> None:
    client = as_user(ops)
    made = client.post(PATH, {"code": "north", "name": "North Air", "units": "us", "timeZone": "America/Chicago"})
    assert made.status_code == 201
    path = f"{PATH}{made.json()['id']}/"
    assert client.patch(path, {"name": "North"}).json() == {**client.get(path).json(), "name": "North"}
    assert client.delete(path).status_code == 204
    assert client.get(path).json()["active"] is False
    events = [event.name for event in history.of("customer", made.json()["id"])]
    assert events == ["changed", "changed", "created"]


def test_a_customer_shows_its_fields_and_no_others(ops: User) -> None:
    a_customer()
    row = as_user(ops).get(PATH).json()["results"][0]
    assert set(row) == {"id", "code", "name", "units", "timeZone", "active", "createdAt", "updatedAt"}
    assert row["createdAt"].endswith("Z")


def test_what_was_read_can_be_put_back(ops: User) -> None:
    a_customer()
    client = as_user(ops)
    row = client.get(PATH).json()["results"][0]
    response = client.put(f"{PATH}{row['id']}/", row)
    assert response.status_code == 200
    assert response.json() == row
    assert not history.of("customer", row["id"])


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("code", "", "blank"),
        ("code", "x" * 41, "maxLength"),
        ("name", None, "null"),
        ("name", "a\0b", "nullCharactersNotAllowed"),
        ("name", "\ud800", "surrogateCharactersNotAllowed"),
        ("units", "imperial", "invalidChoice"),
        ("timeZone", "Mars/Olympus", "unknownTimeZone"),
        ("active", "maybe", "invalid"),
        ("time_zone", "UTC", "unknownField"),
        ("surprise", 1, "unknownField"),
    ],
)
def test_a_wrong_field_is_named(ops: User, field: str, value: Any, code: str) -> None:
    body = json.dumps({"code": "a", "name": "A", field: value})
    response = as_user(ops).post(PATH, body, content_type="application/json")
    assert response.status_code == 400
    assert complaints(response) == {field: code}


def test_a_code_that_is_taken_is_a_conflict(ops: User) -> None:
    first, second = a_customer("one"), a_customer("two")
    client = as_user(ops)
    for response in (
        client.post(PATH, {"code": "one", "name": "A"}),
        client.patch(f"{PATH}{second.pk}/", {"code": "one"}),
    ):
        assert response.status_code == 409
        assert complaints(response) == {"": "codeTaken"}
    assert client.patch(f"{PATH}{first.pk}/", {"code": "one"}).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_of_two_who_take_a_code_at_the_same_moment_one_gets_it() -> None:
    ops = a_user(None)
    statuses = together(*[lambda: as_user(ops).post(PATH, {"code": "a", "name": "A"}).status_code] * 4)
    assert sorted(statuses) == [201, 409, 409, 409]
    assert Customer.objects.count() == 1


def test_a_customers_people_read_their_own_and_write_nothing(db: None) -> None:
    customer = a_customer()
    client = as_user(a_user(customer, Role.CUSTOMER))
    path = f"{PATH}{customer.pk}/"
    assert client.get(path).status_code == 200
    statuses = [
        client.post(PATH, {"code": "x", "name": "X"}).status_code,
        client.put(path, {}).status_code,
        client.patch(path, {"name": "X"}).status_code,
        client.delete(path).status_code,
    ]
    assert statuses == [403] * 4
