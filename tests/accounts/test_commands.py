"""What is done by commands is in the audit trail, with the system's user."""

import io
import os
import pwd
import subprocess
import sys
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from accounts.models import AuditEntry, User
from accounts.services import tokens
from agmission_partners.variables import PROJECT_DIR
from tests.support.api import as_user
from work import history

ME = f"command {pwd.getpwuid(os.getuid()).pw_name}"


def typed(monkeypatch: pytest.MonkeyPatch, *passwords: str) -> None:
    """Somebody answers the prompts."""
    answers = iter(passwords)
    monkeypatch.setattr("accounts.management.commands.changepassword.getpass", lambda prompt: next(answers))


@pytest.fixture
def anna(db: None) -> User:
    return User.objects.create_user("anna", password="crop-duster-9", role="ops")


def test_the_first_user_is_on_record(transactional_db: None) -> None:
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "DJANGO_SUPERUSER_PASSWORD": "rows-of-barley-7",
        "LOGNAME": "somebody-else",
    }
    command = ["manage.py", "createsuperuser", "--noinput", "--username", "root", "--email", "root@example.com"]
    subprocess.run([sys.executable, *command], cwd=PROJECT_DIR, env=environment, check=True, timeout=60)
    (entry,) = AuditEntry.objects.all()
    assert (entry.name, entry.object_id) == ("created", str(User.objects.get().pk))
    assert (entry.actor, entry.via, entry.address) == (ME, "manage.py createsuperuser", None)
    assert entry.after == {"username": "root", "role": "ops"}


def test_a_new_password_ends_tokens_and_sessions_and_is_on_record(anna: User, monkeypatch: pytest.MonkeyPatch) -> None:
    token, session = tokens.make(anna)[1], as_user(anna)
    typed(monkeypatch, "rows-of-barley-7", "rows-of-barley-7")
    call_command("changepassword", "anna", stdout=io.StringIO())
    anna.refresh_from_db()
    assert anna.check_password("rows-of-barley-7")
    assert Client().get("/api/v1/customers/", headers={"Authorization": f"Token {token}"}).status_code == 401
    assert session.get("/api/v1/customers/").status_code == 401
    told = [(entry.name, entry.actor) for entry in history.of("user", anna.pk)]
    assert told[:2] == [("tokens ended", ME), ("changed", ME)]


@pytest.mark.parametrize(
    ("username", "passwords", "words"),
    [
        ("anna", ("rows-of-barley-7", "rows-of-clover-8"), "differ"),
        ("anna", ("short", "short"), "too short"),
        ("berta", (), "no user berta"),
    ],
)
def test_a_password_that_cannot_be_changes_nothing(
    anna: User, monkeypatch: Any, username: str, passwords: Any, words: str
) -> None:
    typed(monkeypatch, *passwords)
    with pytest.raises(CommandError, match=words):
        call_command("changepassword", username)
    anna.refresh_from_db()
    assert anna.check_password("crop-duster-9")
    assert not history.of("user", anna.pk)


@pytest.mark.django_db
def test_the_demo_is_on_record() -> None:
    call_command("seed_demo", stdout=io.StringIO())
    made = set(AuditEntry.objects.values_list("object_type", flat=True))
    assert {"customer", "user", "partner", "partnerSystemUser", "job", "assignment"} <= made
