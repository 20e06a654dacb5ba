"""`api-tokens/`."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import ApiToken, RememberedRequest, User
from accounts.services import tokens
from accounts.services.users import change_user
from accounts.states import Role
from tests.support.api import as_user, complaints
from tests.support.scene import a_customer, a_user
from tests.support.together import together
from work import history
from work.clock import now

PATH, LIST = "/api/v1/api-tokens/", "/api/v1/customers/"


@pytest.fixture
def office(db: None) -> User:
    return a_user(a_customer(), Role.CUSTOMER)


def ask(token: str, path: str = LIST) -> int:
    return Client().get(path, headers={"Authorization": f"Token {token}"}).status_code


def test_a_token_is_shown_once(office: User) -> None:
    client = as_user(office)
    made = client.post(PATH, {"name": "crop planner"})
    row = made.json()
    assert made.status_code == 201
    assert set(row) == {"id", "name", "expiresAt", "lastUsedAt", "createdAt", "updatedAt", "token"}
    assert made["Cache-Control"] == "no-store"
    token = row.pop("token")
    assert token.startswith("agm_")
    assert ask(token) == 200
    shown = client.get(f"{PATH}{row['id']}/").json()
    assert shown == {**row, "lastUsedAt": shown["lastUsedAt"]}
    assert "token" not in client.get(PATH).json()["results"][0]
    assert token not in repr([list(ApiToken.objects.values()), list(history.of("apiToken", row["id"]).values())])


def test_a_person_has_several_and_ends_one(office: User) -> None:
    client = as_user(office)
    first, second = (client.post(PATH, {"name": name}).json() for name in ("planner", "planner"))
    assert client.delete(f"{PATH}{first['id']}/").status_code == 204
    assert (ask(first["token"]), ask(second["token"])) == (401, 200)
    assert client.get(f"{PATH}{first['id']}/").status_code == 404
    assert [row["id"] for row in client.get(PATH).json()["results"]] == [second["id"]]


def test_a_program_may_end_the_token_it_uses(office: User) -> None:
    made = as_user(office).post(PATH, {"name": "planner"}).json()
    client = Client(headers={"Authorization": f"Token {made['token']}"})
    assert client.delete(f"{PATH}{made['id']}/").status_code == 204
    assert client.get(PATH).status_code == 401


def test_sign_ins_are_among_them(office: User) -> None:
    body = {"username": office.username, "password": "crop-duster-9"}
    token = Client().post("/api/v1/auth/login", body, content_type="application/json").json()["token"]
    (row,) = Client().get(PATH, headers={"Authorization": f"Token {token}"}).json()["results"]
    assert row["name"] == "sign-in"


@pytest.mark.parametrize("role", list(Role))
def test_everybody_has_its_own_and_sees_no_other(office: User, role: Role) -> None:
    theirs = tokens.make(office)[0]
    person = a_user(None, Role.OPS)
    User.objects.filter(pk=person.pk).update(role=role, customer=office.customer if role in ("customer", "pilot") else None)
    client = as_user(User.objects.get(pk=person.pk))
    own = client.post(PATH, {"name": "mine"}).json()["id"]
    assert [row["id"] for row in client.get(PATH).json()["results"]] == [own]
    statuses = [getattr(client, method)(f"{PATH}{theirs.pk}/").status_code for method in ("get", "patch", "put", "delete")]
    assert statuses == [404] * 4
    assert ApiToken.objects.filter(pk=theirs.pk).exists()


@pytest.mark.parametrize(
    ("days", "status"),
    [(-1, 400), (0, 400), (1, 201), (366, 201), (367, 400), (365 * 900, 400)],
)
def test_its_end_can_be_chosen_within_a_year(office: User, days: int, status: int) -> None:
    wanted = now() + timedelta(days=days) - timedelta(minutes=5)
    response = as_user(office).post(PATH, {"name": "a", "expiresAt": wanted.isoformat()})
    assert response.status_code == status
    if status == 201:
        assert response.json()["expiresAt"] == wanted.isoformat().replace("+00:00", "Z")
    else:
        assert complaints(response) == {"expiresAt": "outOfBounds"}


def test_it_ends_after_90_days_where_nobody_says(office: User) -> None:
    as_user(office).post(PATH, {"name": "a"})
    left = ApiToken.objects.get().expiry - now()
    assert timedelta(days=89, hours=23) < left <= timedelta(days=90)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({}, {"name": "required"}),
        ({"name": ""}, {"name": "blank"}),
        ({"name": "x" * 101}, {"name": "maxLength"}),
        ({"name": "a", "expiresAt": None}, {"expiresAt": "null"}),
        ({"name": "a", "expiresAt": "soon"}, {"expiresAt": "invalid"}),
        ({"name": "a", "scope": "all"}, {"scope": "unknownField"}),
    ],
)
def test_what_is_wrong_is_named(office: User, body: Any, expected: dict[str, str]) -> None:
    response = as_user(office).post(PATH, body)
    assert response.status_code == 400
    assert complaints(response) == expected


def test_it_can_be_called_otherwise_and_does_not_live_longer(office: User) -> None:
    client = as_user(office)
    made = client.post(PATH, {"name": "a"}).json()
    path = f"{PATH}{made['id']}/"
    assert client.patch(path, {"name": "b"}).json()["name"] == "b"
    later = (now() + timedelta(days=200)).isoformat()
    refused = client.patch(path, {"expiresAt": later})
    assert complaints(refused) == {"expiresAt": "fixed"}
    assert client.patch(path, {"name": "c"}, headers={"If-Match": '"other"'}).status_code == 412


def test_a_repeated_request_makes_no_second_one_and_shows_nothing_again(office: User) -> None:
    client = as_user(office)
    first, second = (client.post(PATH, {"name": "a"}, headers={"Idempotency-Key": "k1"}) for _ in range(2))
    assert first.json() == {**second.json(), "token": first.json()["token"]}
    assert (second.status_code, second["Idempotency-Replayed"]) == (201, "true")
    assert ApiToken.objects.count() == 1
    assert "agm_" not in str(list(RememberedRequest.objects.values()))


def test_one_that_ended_is_shown_for_a_week_and_forgotten(office: User) -> None:
    client = as_user(office)
    made = client.post(PATH, {"name": "a"}).json()
    ApiToken.objects.update(expiry=now() - timedelta(days=6))
    assert ask(made["token"]) == 401
    client.post(PATH, {"name": "b"})
    assert ApiToken.objects.count() == 2
    ApiToken.objects.filter(name="a").update(expiry=now() - timedelta(days=8))
    client.post(PATH, {"name": "c"})
    assert sorted(ApiToken.objects.values_list("name", flat=True)) == ["b", "c"]


@pytest.mark.parametrize("fields", [{"password": "rows-of-barley-7"}, {"is_active": False}])
def test_a_new_password_or_deactivation_ends_them_all(office: User, fields: dict[str, Any]) -> None:
    made = [as_user(office).post(PATH, {"name": "a"}).json()["token"] for _ in range(2)]
    change_user(office, actor="test", **fields)
    assert [ask(token) for token in made] == [401, 401]
    ended = history.of("user", office.pk).get(name="tokens ended")
    assert (ended.data, ended.actor) == ({"tokens": 2}, "test")


def writes(token: str) -> int:
    with CaptureQueriesContext(connection) as asked:
        assert ask(token) == 200
    return sum(query["sql"].startswith("UPDATE") for query in asked)


def test_its_use_is_noted_once_an_hour_and_costs_other_requests_nothing(office: User) -> None:
    token = tokens.make(office)[1]
    assert [writes(token) for _ in range(3)] == [1, 0, 0]
    used = ApiToken.objects.get().last_used_at
    ApiToken.objects.update(last_used_at=now() - timedelta(minutes=61))
    assert [writes(token) for _ in range(2)] == [1, 0]
    assert ApiToken.objects.get().last_used_at >= used  # type: ignore[operator]


def test_a_request_with_a_token_costs_one_statement_more_than_its_answer(office: User) -> None:
    token = tokens.make(office)[1]
    ask(token)
    with CaptureQueriesContext(connection) as asked:
        ask(token)
    assert len(asked) == 2


@pytest.mark.django_db(transaction=True)
def test_of_many_first_uses_at_once_all_are_let_in() -> None:
    token = tokens.make(a_user(None))[1]
    assert together(*[lambda: ask(token)] * 6) == [200] * 6
    assert ApiToken.objects.get().last_used_at is not None
