"""Somebody who guesses passwords, by every door and from many places."""

from dataclasses import replace
from datetime import timedelta
from ipaddress import ip_network
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from accounts.models import SignInLimit, User
from accounts.services.signing_in import FORGOTTEN_AFTER, PER_NAME
from accounts.states import Role
from tests.support.doors import DOORS, PASSWORD, knock
from tests.support.scene import a_customer, a_user
from tests.support.together import together
from work.clock import now


@pytest.fixture
def root(db: None) -> User:
    return User.objects.create_superuser("root", password=PASSWORD)


def is_in(response: Any) -> bool:
    return response.status_code in (200, 302) and ("token" in str(response.content) or response.status_code == 302)


@pytest.mark.parametrize("door", DOORS)
def test_one_too_many_is_told_when_to_come_again(root: User, door: str) -> None:
    for number in range(10):
        assert knock(DOORS[number % 3]).status_code in (200, 401)
    response = knock(door, guess=PASSWORD)
    assert response.status_code == 429
    assert 1 <= int(response["Retry-After"]) <= 60
    assert "try again in" in response.content.decode()


def test_a_form_that_refuses_is_still_a_form(root: User) -> None:
    for _ in range(11):
        response = knock("/login/")
    assert response["Content-Type"] == "text/html; charset=utf-8"
    assert 'name="password"' in response.content.decode()


def test_whose_password_is_guessed_gets_in_from_elsewhere(root: User) -> None:
    for _ in range(20):
        knock(DOORS[0])
    assert knock(DOORS[0], guess=PASSWORD).status_code == 429
    assert [is_in(knock(door, guess=PASSWORD, address="198.51.100.1")) for door in DOORS] == [True] * 3


def test_many_addresses_have_together_no_more_than_a_name_bears(root: User) -> None:
    statuses = [knock(DOORS[0], address=f"10.0.{number // 9}.1").status_code for number in range(9 * 12)]
    assert statuses[: PER_NAME.at_once] == [401] * PER_NAME.at_once
    assert 429 in statuses[PER_NAME.at_once :]


def test_all_addresses_of_one_network_are_one_client(root: User) -> None:
    statuses = [knock(DOORS[0], address=f"2001:db8:0:1::{number:x}").status_code for number in range(11)]
    assert statuses == [401] * 10 + [429]
    assert knock(DOORS[0], address="2001:db8:0:2::1").status_code == 401


def test_an_address_that_one_gives_oneself_does_not_help(root: User) -> None:
    statuses = [knock(DOORS[0], **{"X-Forwarded-For": f"198.51.100.{number}"}).status_code for number in range(11)]
    assert statuses == [401] * 10 + [429]


def test_clients_behind_a_trusted_proxy_are_told_apart(root: User, settings: Any) -> None:
    settings.HUB = replace(settings.HUB, trusted_proxies=(ip_network("192.0.2.66"),))
    first = [knock(DOORS[0], **{"X-Forwarded-For": "198.51.100.1"}).status_code for _ in range(11)]
    assert first == [401] * 10 + [429]
    assert is_in(knock(DOORS[0], guess=PASSWORD, **{"X-Forwarded-For": "198.51.100.2"}))


@pytest.mark.parametrize("spelling", [" root", "root ", "\uff52\uff4f\uff4f\uff54"])
@pytest.mark.parametrize("door", DOORS[1:])
def test_another_spelling_of_a_name_is_the_same_name(root: User, door: str, spelling: str) -> None:
    for _ in range(10):
        knock(door, spelling)
    assert knock(DOORS[0], guess=PASSWORD).status_code == 429


@pytest.mark.parametrize("body", [{}, {"username": "root"}, {"password": "x"}, {"username": "", "password": ""}])
@pytest.mark.parametrize("door", DOORS)
def test_a_form_that_is_not_filled_in_is_no_guess(root: User, door: str, body: dict[str, str]) -> None:
    Client().post(door, body, **({"content_type": "application/json"} if door.startswith("/api") else {}))  # type: ignore[arg-type]
    assert not SignInLimit.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_guesses_at_the_same_moment_by_all_doors_are_counted_each() -> None:
    User.objects.create_superuser("root", password=PASSWORD)
    statuses = together(*[lambda door=DOORS[number % 3]: knock(door).status_code for number in range(15)])
    assert statuses.count(429) == 5


def test_a_count_that_is_forgotten_meanwhile_begins_anew(root: User) -> None:
    """Whoever types a name for the first time takes old counts away, perhaps just before another one is taken from."""
    knock(DOORS[0])
    SignInLimit.objects.update(next_call_at=now() - FORGOTTEN_AFTER - timedelta(minutes=1))
    forgotten: list[str] = []

    def forget(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith("UPDATE") and "signinlimit" in sql and not forgotten:
            forgotten.append(sql)
            SignInLimit.objects.all().delete()
        return execute(sql, params, many, context)

    with connection.execute_wrapper(forget):
        assert knock(DOORS[0]).status_code == 401
    assert forgotten


def test_nobody_can_tell_names_that_exist_from_those_that_do_not(root: User) -> None:
    a_user(a_customer(), Role.PILOT)
    statements = []
    for name in ("root", "nobody"):
        knock(DOORS[0], name)  # the first makes its counters
        with connection.execute_wrapper(lambda execute, sql, *rest: statements.append(sql.split()[0]) or execute(sql, *rest)):
            knock(DOORS[0], name)
    assert statements[: len(statements) // 2] == statements[len(statements) // 2 :]
