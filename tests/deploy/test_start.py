"""What a process looks at before it starts in production."""

import secrets
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from agmission_partners.variables import PROJECT_DIR
from tests.support.processes import clean_environment
from tests.support.second import SecondProcess

pytestmark = pytest.mark.thorough

STARTED_BY_A_COMMAND = """
from agmission_partners.supervisor.fork_server import go_on_as
from work.provenance import Provenance, told_by
with told_by(lambda: Provenance(via="manage.py serve")):
    go_on_as(["tests.workbench.origin"])
"""


def run(place: Path, *arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
    """A command as production has it."""
    told = {
        "DATA_DIR": str(place),
        "SECRET_KEY": secrets.token_urlsafe(50),
        "CREDENTIALS_KEYS": Fernet.generate_key().decode(),
        "BROKER_URL": "redis://127.0.0.1:1/0",
        "PUBLIC_URL": "https://hub.example.com",
        "TRUSTED_PROXIES": "127.0.0.1",
        **env,
    }
    command = [sys.executable, "manage.py", *arguments]
    return subprocess.run(command, cwd=PROJECT_DIR, env=clean_environment(**told), capture_output=True, text=True, timeout=60)


def test_django_s_own_checks_for_production_are_clean(tmp_path: Path) -> None:
    done = run(tmp_path, "check", "--deploy", "--fail-level", "WARNING")
    assert (done.returncode, done.stdout.split("(")[0]) == (0, "System check identified no issues "), done.stderr


@pytest.mark.parametrize(
    ("told", "finding"),
    [({"SECRET_KEY": "changeme" * 8}, "agmission.E001"), ({}, "agmission.E010")],
    ids=["a dummy key", "migrations that are missing"],
)
def test_a_process_that_cannot_go_well_is_not_started(tmp_path: Path, told: dict[str, str], finding: str) -> None:
    done = run(tmp_path, "serve", "web", **told)
    assert done.returncode == 2
    refusal = done.stderr.splitlines()[-1]
    assert refusal.startswith("agmission-partners cannot start: ")
    assert finding in refusal


def test_a_name_that_is_none_is_refused_with_those_there_are(tmp_path: Path) -> None:
    done = run(tmp_path, "serve", "webb")
    assert done.returncode == 2
    assert "job_sync" in done.stderr


def test_who_started_a_process_is_not_the_source_of_what_it_does(second_process: Callable[..., SecondProcess]) -> None:
    said, errors = second_process(STARTED_BY_A_COMMAND).communicate(timeout=30)
    assert said == "by ''\n", errors
