"""Signing in and out, and how guessing is slowed."""

from datetime import timedelta
from typing import Any

import pytest
from django.db.models import F
from django.test import Client

from accounts.models import ApiToken, SignInLimit, User
from accounts.states import Role
from tests.support.api import as_user, complaints
from tests.support.scene import a_customer, a_user
from tests.support.together import together
from work.clock import now

LOGIN, LOGOUT, LIST = "/api/v1/auth/login", "/api/v1/auth/logout/", "/api/v1/customers/"
PASSWORD = "crop-duster-9"


def sign_in(username: str, password: str = PASSWORD, **more: Any) -> Any:
    return Client().post(LOGIN, {"username": username, "password": password}, content_type="application/json", **more)


def ask(token: str) -> int:
    return Client().get(LIST, headers={"Authorization": f"Token {token}"}).status_code


@pytest.fixture
def office(db: None) -> User:
    return a_user(a_customer(), Role.CUSTOMER, name="Otto")


def test_a_sign_in_gives_a_token_its_end_and_the_user(office: User) -> None:
    response = sign_in(office.username)
    answer = response.json()
    assert response.status_code == 200
    assert set(answer) == {"token", "expiry", "user"}
    assert answer["user"]["id"] == str(office.pk)
    assert (answer["user"]["role"], answer["user"]["customerId"]) == ("customer", str(office.customer_id))
    assert "password" not in answer["user"]
    assert answer["expiry"].endswith("Z")
    assert ask(answer["token"]) == 200
    assert response["Cache-Control"] == "no-store"


def test_the_token_itself_is_not_kept(office: User) -> None:
    token = sign_in(office.username).json()["token"]
    assert token not in str(list(ApiToken.objects.values()))


def test_a_sign_out_ends_this_token_alone(office: User) -> None:
    first, second = (sign_in(office.username).json()["token"] for _ in range(2))
    response = Client().post(LOGOUT, content_type="application/json", headers={"Authorization": f"Token {first}"})
    assert response.status_code == 204
    assert (ask(first), ask(second)) == (401, 200)


def test_a_sign_out_ends_a_session(office: User) -> None:
    client = as_user(office)
    assert client.post(LOGOUT).status_code == 204
    assert client.get(LIST).status_code == 401


@pytest.mark.parametrize("token", ["", "x", "agm_" + "0" * 64, "a b", "é", "%00"])
def test_a_token_that_is_none_is_refused(db: None, token: str) -> None:
    response = Client().get(LIST, headers={"Authorization": f"Token {token}"})
    assert response.status_code == 401
    assert response["WWW-Authenticate"] == "Token"


def test_a_token_ends(office: User) -> None:
    token = sign_in(office.username).json()["token"]
    ApiToken.objects.update(expiry=now() - timedelta(seconds=1))
    assert ask(token) == 401


def test_nobody_of_a_deactivated_customer_gets_in(office: User) -> None:
    token, session = sign_in(office.username).json()["token"], as_user(office)
    type(office.customer).objects.update(active=False)  # type: ignore[union-attr]
    assert ask(token) == 401
    assert session.get(LIST).status_code == 401
    assert sign_in(office.username).status_code == 401


def test_a_deactivated_user_does_not_get_in(office: User) -> None:
    token = sign_in(office.username).json()["token"]
    User.objects.update(is_active=False)
    assert (ask(token), sign_in(office.username).status_code) == (401, 401)


@pytest.mark.parametrize("password", ["wrong", PASSWORD + " ", " " + PASSWORD, PASSWORD.upper()])
def test_a_wrong_password_and_an_unknown_name_look_alike(office: User, password: str) -> None:
    wrong, unknown = sign_in(office.username, password), sign_in("nobody", password)
    assert wrong.status_code == unknown.status_code == 401
    assert wrong.json() == unknown.json()
    assert complaints(wrong) == {"": "badCredentials"}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({}, {"username": "required", "password": "required"}),
        ({"username": "a", "password": "b", "otp": 1}, {"otp": "unknownField"}),
        ({"username": "a\0", "password": "b"}, {"username": "nullCharactersNotAllowed"}),
        ({"username": ["a"], "password": {}}, {"username": "invalid", "password": "invalid"}),
    ],
)
def test_a_malformed_sign_in_names_its_fields(db: None, body: Any, expected: dict[str, str]) -> None:
    response = Client().post(LOGIN, body, content_type="application/json")
    assert response.status_code == 400
    assert complaints(response) == expected


def test_a_password_in_the_query_is_refused(office: User) -> None:
    body = {"username": office.username, "password": PASSWORD}
    response = Client().post(f"{LOGIN}?password=x&b=1&b=2", body, content_type="application/json")
    assert response.status_code == 400
    assert complaints(response) == {"password": "unknownParameter", "b": "unknownParameter"}


def test_failures_are_slowed_per_name_also_with_the_right_password_after_them(office: User) -> None:
    statuses = [sign_in(office.username, "wrong").status_code for _ in range(11)]
    assert statuses == [401] * 10 + [429]
    response = sign_in(office.username)
    assert response.status_code == 429
    assert 1 <= int(response["Retry-After"]) <= 60
    assert complaints(response) == {"": "throttled"}


def test_others_are_not_slowed_by_ones_failures(office: User) -> None:
    for _ in range(12):
        sign_in("somebody-else", "wrong")
    assert sign_in(office.username).status_code == 200


def test_failures_for_many_names_are_slowed_per_address(office: User) -> None:
    statuses = [sign_in(f"name{number}", "wrong", REMOTE_ADDR="10.0.0.9").status_code for number in range(75)]
    # Patience comes back while a slow machine works them off, ten a minute.
    assert statuses[:50] == [401] * 50
    assert 429 in statuses
    SignInLimit.objects.update(next_call_at=F("next_call_at") + timedelta(seconds=30))  # none comes back before the next two
    assert sign_in(office.username, REMOTE_ADDR="10.0.0.9").status_code == 429
    assert sign_in(office.username, REMOTE_ADDR="10.0.0.8").status_code == 200


def test_sign_ins_that_succeed_do_not_count(office: User) -> None:
    assert {sign_in(office.username).status_code for _ in range(60)} == {200}


def test_patience_comes_back_with_time(office: User) -> None:
    for _ in range(11):
        sign_in(office.username, "wrong")
    SignInLimit.objects.update(next_call_at=F("next_call_at") - timedelta(minutes=1))
    assert sign_in(office.username).status_code == 200


def test_names_are_counted_without_being_kept(db: None) -> None:
    sign_in("my-password-by-mistake", "x")
    assert "my-password" not in str(list(SignInLimit.objects.values()))


@pytest.mark.django_db(transaction=True)
def test_guesses_at_the_same_moment_are_counted_each() -> None:
    user = a_user(None)
    statuses = together(*[lambda: sign_in(user.username, "wrong").status_code] * 16)
    assert sorted(statuses) == [401] * 10 + [429] * 6


def test_the_admins_login_is_slowed_too(db: None) -> None:
    User.objects.create_superuser("root", password=PASSWORD)

    def admin_login(password: str) -> bool:
        client = Client()
        client.post("/admin/login/", {"username": "root", "password": password})
        return "_auth_user_id" in client.session

    assert admin_login(PASSWORD)
    assert not any(admin_login("wrong") for _ in range(10))
    assert not admin_login(PASSWORD)
