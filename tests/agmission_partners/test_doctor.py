"""The doctor finds what was broken on purpose, names it, and says what to do."""

import base64
import json
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from cryptography.fernet import Fernet
from django.core.checks import CheckMessage
from django.db import connection
from django.db.utils import ConnectionHandler

from agmission_partners.doctor import Findings, data, running, services, starting
from agmission_partners.variables import PROJECT_DIR
from assignments.models import SyncOperation
from flightdata import store
from partners.models import Partner, PartnerSystemUser
from tests.flightdata.conftest import TakeIn, take_in
from tests.support.scene import a_customer
from tests.support.world import Tenant, a_tenant
from work.clock import from_now, now
from work.models import Attention, BeatTick

__all__ = ["take_in"]  # a fixture

pytestmark = pytest.mark.django_db
Told = Callable[..., None]


@pytest.fixture
def told(settings: Any) -> Told:
    """Changes what the hub is told."""

    def tell(**values: Any) -> None:
        settings.HUB = replace(settings.HUB, **values)

    return tell


@pytest.fixture
def tenant() -> Tenant:
    return a_tenant("prairie")


def found(findings: Findings) -> list[str | None]:
    """The ids; each finding says what to do."""
    messages: list[CheckMessage] = list(findings)
    assert all(message.hint for message in messages)
    return [message.id for message in messages]


@pytest.mark.parametrize("key", ["changeme" * 8, "django-insecure-3f9sKd82mLqpW7xZt5vRb1nYc6hJg4", "short-1A", "a" * 64])
def test_a_dummy_secret_key(told: Told, key: str) -> None:
    assert found(starting.secret_key()) == []
    told(secret_key=key)
    assert found(starting.secret_key()) == ["agmission.E001"]


def test_a_dummy_credentials_key(told: Told) -> None:
    told(credentials_keys=(Fernet.generate_key().decode(), base64.urlsafe_b64encode(bytes(32)).decode()))
    assert found(starting.credentials_keys()) == ["agmission.E002"]


def test_debug_any_host_name_and_a_network_without_tls(told: Told) -> None:
    told(debug=False, allowed_hosts=("hub.example.com",), http_bind="127.0.0.1:8000")
    assert found([*starting.debug(), *starting.addresses()]) == []
    told(debug=True, allowed_hosts=("*",), http_bind="0.0.0.0:8000")
    assert found([*starting.debug(), *starting.addresses()]) == ["agmission.W003", "agmission.W004", "agmission.W005"]
    told(debug=False, allowed_hosts=("hub.example.com",), public_url="https://hub.example.com")
    assert found([*starting.debug(), *starting.addresses()]) == []


def test_a_secret_that_everybody_can_read(told: Told, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    open_to_all = Path(os.path.realpath(os.environ.get("TMPDIR", "/tmp"))) / f"agmission-secret-{os.getpid()}"
    open_to_all.write_text("secret")
    monkeypatch.setenv("SECRET_KEY_FILE", str(open_to_all))
    try:
        open_to_all.chmod(0o644)
        assert found(starting.secrets_on_disk()) == ["agmission.E006"]
        open_to_all.chmod(0o640)
        assert found(starting.secrets_on_disk()) == []
    finally:
        open_to_all.unlink()


def test_a_data_dir_that_cannot_be_written(told: Told, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    told(data_dir=tmp_path / "file")
    assert found(starting.data_dir()) == ["agmission.E007"]


@pytest.mark.parametrize(("free", "ids"), [(10**8, ["agmission.E008"]), (9 * 10**9, ["agmission.W008"]), (2 * 10**10, [])])
def test_a_full_disk(free: int, ids: list[str]) -> None:
    assert found(starting.disk(lambda _: (10**11, 10**11 - free, free))) == ids


@pytest.mark.parametrize(("ahead", "ids"), [(0, []), (-9, ["agmission.W012"]), (400, ["agmission.E012"])])
def test_a_clock_that_goes_wrong(ahead: float, ids: list[str]) -> None:
    assert found(services.clock(lambda: time.time() + ahead)) == ids


def test_an_old_database() -> None:
    assert found(services.migrations()) == []
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'flightdata'")
    assert found(services.migrations()) == ["agmission.E010"]


def test_services_that_are_away() -> None:
    env = {**os.environ, "DATABASE_URL": "postgres://127.0.0.1:1/none", "BROKER_URL": "redis://127.0.0.1:1/0"}
    command = [sys.executable, "manage.py", "doctor", "--json"]
    done = subprocess.run(command, cwd=PROJECT_DIR, env=env, capture_output=True, text=True, timeout=60)
    answers = json.loads(done.stdout)["answers"]
    faults = {finding["id"] for answer in answers for finding in answer["findings"] if finding["fault"]}
    assert (done.returncode, faults) == (1, {"agmission.E009", "agmission.E011"})
    assert [answer["notAsked"] for answer in answers if answer["about"] == "leases"] == ["the database does not answer"]


def test_a_beat_and_workers_that_are_gone() -> None:
    assert set(found(running.processes())) == {"agmission.E020"}


def test_two_beats() -> None:
    for host in ("north", "south"):
        BeatTick.objects.create(host=host, pid=1, last_tick=from_now(timedelta(seconds=2)))
    assert found(running.doubts()) == ["agmission.W021"]


def test_leases_that_nobody_takes_back(tenant: Tenant) -> None:
    lease = {"lease_token": uuid4(), "leased_by": "gone", "lease_expires_at": now() - timedelta(minutes=5)}
    SyncOperation.objects.create(assignment=tenant.assignment, operation="job_upload", status="syncing", **lease)
    assert found(running.leases()) == ["agmission.E022"]


def test_work_that_waits_for_long(tenant: Tenant) -> None:
    at = now() - timedelta(hours=1)
    SyncOperation.objects.create(assignment=tenant.assignment, operation="job_upload", status="pending", due_at=at, rank_at=at)
    assert found(running.overdue()) == ["agmission.W023"]


def test_a_partner_that_does_not_answer_and_a_login_that_is_refused(tenant: Tenant) -> None:
    assert found(running.partners()) == []
    Partner.objects.update(health="unhealthy")
    PartnerSystemUser.objects.update(refused_at=now())
    assert found(running.partners()) == ["agmission.W024", "agmission.W025"]


def test_what_has_waited_for_a_person_for_long(tenant: Tenant) -> None:
    Attention.objects.create(kind="uploadGaveUp", object_type="assignment", object_id="1", since=now() - timedelta(days=2))
    Attention.objects.create(kind="logFailed", object_type="log", object_id="1")
    assert found(running.people()) == ["agmission.W026"]


def test_credentials_whose_key_is_lost(told: Told, tenant: Tenant) -> None:
    assert found(data.credentials()) == []
    told(credentials_keys=(Fernet.generate_key().decode(),))
    assert found(data.credentials()) == ["agmission.E030"]


def test_raw_files_that_are_missing_or_changed(take_in: TakeIn) -> None:
    customer = a_customer()
    files = [take_in(customer, text * 9, file_name="a.log").file for text in (b"one", b"two", b"three")]
    assert found(data.newest_files()) == found(data.all_files()) == []
    store.path_of(files[0].storage_key).unlink()
    store.path_of(files[1].storage_key).write_bytes(b"other")
    assert sorted(map(str, found(data.newest_files()))) == ["agmission.E031", "agmission.E032"]
    assert sorted(map(str, found(data.all_files()))) == ["agmission.E031", "agmission.E032"]


def test_a_damaged_database_file(tmp_path: Path) -> None:
    path = tmp_path / "hub.sqlite3"
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE logs (name TEXT)")
        database.executemany("INSERT INTO logs VALUES (?)", [("x" * 500,)] * 100)
    content = bytearray(path.read_bytes())
    content[8192:12288] = b"\xff" * 4096
    path.write_bytes(content)
    connections = ConnectionHandler({"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": path}})
    with connections["default"].cursor() as cursor:
        assert found(data.broken_pages(cursor)) == ["agmission.E033"]


def test_mail_that_nobody_gets(told: Told) -> None:
    told(debug=False)
    assert found(data.mail()) == ["agmission.W034"]
