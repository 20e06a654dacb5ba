"""Who signed in, who could not, and from where is on record, whichever door it was."""

from typing import Any

import pytest
from django.test import Client
from django.test.client import MULTIPART_CONTENT

from accounts.models import AuditEntry, User
from tests.support.doors import DOORS, PASSWORD, knock
from work import history


@pytest.fixture
def root(db: None) -> User:
    return User.objects.create_superuser("root", password=PASSWORD)


def trail() -> list[AuditEntry]:
    return list(AuditEntry.objects.exclude(name="created").order_by("id"))


@pytest.mark.parametrize("door", DOORS)
def test_a_sign_in(root: User, door: str) -> None:
    knock(door, guess=PASSWORD)
    (entry,) = trail()
    via = "token sign-in" if door.startswith("/api") else "session"
    assert (entry.name, entry.object_type, entry.object_id) == ("signed in", "user", str(root.pk))
    assert (entry.actor, entry.actor_id, entry.via, entry.address) == ("user root", root.pk, via, "192.0.2.66")
    root.refresh_from_db()
    assert root.last_login is not None


@pytest.mark.parametrize("door", DOORS)
def test_a_failure_of_somebody_known(root: User, door: str) -> None:
    knock(door, guess="almost-right-9")
    (entry,) = trail()
    assert (entry.name, entry.object_id, entry.data) == ("sign-in failed", str(root.pk), {"username": "root"})
    assert (entry.actor, entry.actor_id, entry.via, entry.address) == ("anybody", None, "", "192.0.2.66")
    assert "almost-right" not in str(list(AuditEntry.objects.values()))


@pytest.mark.parametrize("door", DOORS)
def test_a_failure_of_nobody_keeps_no_name(root: User, door: str) -> None:
    knock(door, username="my-secret-by-mistake")
    (entry,) = trail()
    assert (entry.name, entry.object_id, entry.data, entry.address) == ("sign-in failed", "", {}, "192.0.2.66")
    assert "my-secret" not in str(list(AuditEntry.objects.values()))


def test_the_right_password_of_somebody_who_may_not_sign_in_is_a_failure(root: User) -> None:
    User.objects.update(is_active=False)
    assert knock(DOORS[0], guess=PASSWORD).status_code == 401
    assert [entry.name for entry in trail()] == ["sign-in failed"]


@pytest.mark.parametrize("path", ["/logout/", "/admin/logout/", "/api/v1/auth/logout/"])
def test_a_sign_out_of_a_session(root: User, path: str) -> None:
    client: Any = Client(REMOTE_ADDR="192.0.2.66")
    client.force_login(root)
    client.post(path, content_type="application/json" if "api" in path else MULTIPART_CONTENT)
    newest = history.of("user", root.pk).first()
    assert newest is not None
    assert (newest.name, newest.actor, newest.via, newest.address) == ("signed out", "user root", "session", "192.0.2.66")


def test_a_sign_out_of_a_token(root: User) -> None:
    token = knock(DOORS[0], guess=PASSWORD).json()["token"]
    Client().post("/api/v1/auth/logout/", content_type="application/json", headers={"Authorization": f"Token {token}"})
    assert [(entry.name, entry.via) for entry in trail()] == [("signed in", "token sign-in"), ("signed out", "token sign-in")]
