"""What is shipped to start the hub with: every file is read by the program that it is for, or by its schema."""

import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings

from agmission_partners.environment import load
from agmission_partners.supervisor.services import lasting
from agmission_partners.variables import PROJECT_DIR, Variables
from tests.support.needed import program

BIN = Path(sys.executable).parent
UNITS = PROJECT_DIR / "deploy" / "systemd"
PROCESSES = {service.name for service in lasting(settings.HUB)}


def passes(*command: str | Path) -> None:
    done = subprocess.run(command, capture_output=True, text=True, cwd=PROJECT_DIR)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load((PROJECT_DIR / "docker" / "compose.yaml").read_text())
    return read


def test_the_image_s_recipe_is_sound() -> None:
    passes(BIN / "hadolint", "docker/Dockerfile")


def test_the_composition_is_one() -> None:
    passes(BIN / "check-jsonschema", "--builtin-schema", "vendor.compose-spec", "docker/compose.yaml")


def test_each_process_is_a_service_and_a_unit(compose: dict[str, Any]) -> None:
    commands = [service.get("command", [""]) for service in compose["services"].values()]
    assert {command[1] for command in commands if command[0] == "serve"} == PROCESSES
    target = (UNITS / "agmission-partners.target").read_text()
    assert {name for name in PROCESSES if f"agmission-partners@{name}.service" in target} == PROCESSES


def test_services_have_least_privilege_and_limits(compose: dict[str, Any]) -> None:
    for name, service in compose["services"].items():
        assert service["deploy"]["resources"]["limits"].keys() == {"cpus", "memory"}, name
        if service.get("image") == "agmission-partners":
            assert service["read_only"], name
            assert service["cap_drop"] == ["ALL"], name
            assert not [key for key in service["environment"] if "SECRET" in key and not key.endswith("_FILE")], name


def test_the_broker_keeps_what_it_has_on_disk(compose: dict[str, Any]) -> None:
    command = compose["services"]["broker"]["command"]
    assert command[command.index("--appendonly") + 1] == "yes"
    assert command[command.index("--maxmemory-policy") + 1] == "noeviction"


def test_the_secrets_are_made_once_and_are_what_the_hub_expects(compose: dict[str, Any], tmp_path: Path) -> None:
    shutil.copy(PROJECT_DIR / "docker" / "secrets.sh", tmp_path)
    passes(tmp_path / "secrets.sh")
    made = {path.name: path.read_text() for path in (tmp_path / "secrets").iterdir()}
    assert set(made) == set(compose["secrets"])
    assert stat.S_IMODE((tmp_path / "secrets").stat().st_mode) == 0o700
    passes(tmp_path / "secrets.sh")
    assert {path.name: path.read_text() for path in (tmp_path / "secrets").iterdir()} == made
    told = compose["services"]["web"]["environment"]
    layer = {name: value.replace("/run/secrets", str(tmp_path / "secrets")) for name, value in told.items() if "$" not in value}
    hub = load(Variables(layer))
    assert hub.database_url == f"postgres://hub:{made['database_password']}@database:5432/hub"
    assert made["credentials_keys"] in hub.credentials_keys


def test_the_units_are_ones_that_systemd_takes(tmp_path: Path) -> None:
    analyze = program("systemd-analyze", "systemd")
    for unit in UNITS.iterdir():  # the program lies elsewhere in a test
        text = unit.read_text().replace("/opt/agmission-partners/.venv/bin/python", sys.executable)
        (tmp_path / unit.name.replace("@.", "@web.")).write_text(text.replace("/opt/agmission-partners", str(PROJECT_DIR)))
    units = [str(path) for path in sorted(tmp_path.iterdir())]
    done = subprocess.run([analyze, "verify", *units], capture_output=True, text=True, env={**os.environ, "LANG": "C"})
    ours = [line for line in done.stderr.splitlines() if "agmission" in line and "Failed to prepare filename" not in line]
    assert (ours, done.returncode) == ([], 0), done.stderr


def test_what_the_image_holds_is_named_and_is_all_that_running_needs() -> None:
    named = {line[1:] for line in (PROJECT_DIR / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    assert all((PROJECT_DIR / name).exists() for name in named)
    ours = {path.name for path in PROJECT_DIR.iterdir() if (path / "__init__.py").exists()} - {"tests", "benchmarks"}
    assert ours <= named
