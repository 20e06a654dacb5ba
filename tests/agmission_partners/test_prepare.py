"""What a start needs of the database, made by one command and made once."""

import os
import subprocess
import sys
from dataclasses import replace
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command

from accounts.models import User
from agmission_partners.environment import Superuser
from agmission_partners.variables import PROJECT_DIR
from assignments.models import Sweep
from tests.support.ports import free_port

pytestmark = pytest.mark.django_db
OLIVE = Superuser("olive", "rows-of-barley-7", "olive@example.com")


def prepare() -> str:
    """What it says."""
    out = StringIO()
    call_command("prepare", stdout=out)
    return out.getvalue().strip()


def test_the_first_login_is_made_once(settings: Any) -> None:
    settings.HUB = replace(settings.HUB, superuser=OLIVE)
    assert [prepare(), prepare()] == ["made the ops user olive", "olive is there already"]
    assert User.objects.get(username="olive").check_password(OLIVE.password)


def test_nobody_is_made_whom_nobody_named(settings: Any) -> None:
    settings.HUB = replace(settings.HUB, superuser=None)
    assert prepare() == ""
    assert not User.objects.filter(role="ops").exists()


@pytest.mark.django_db(transaction=True)
def test_the_database_is_brought_up_to_date(settings: Any) -> None:
    settings.HUB = replace(settings.HUB, superuser=None)
    Sweep.objects.all().delete()
    prepare()
    assert Sweep.objects.exists(), "what each migration ends with"


def test_a_database_that_is_away_is_said_in_one_line() -> None:
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "agmission_partners.settings",
        "DATABASE_URL": f"postgres://hub:wheat@127.0.0.1:{free_port()}/hub",
    }
    command = [sys.executable, "manage.py", "prepare"]
    done = subprocess.run(command, cwd=PROJECT_DIR, env=environment, capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert line.startswith("CommandError: the database cannot be brought up to date: ")
    assert "DATABASE_URL" in line
    assert "wheat" not in line
