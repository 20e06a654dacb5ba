"""Readiness tells the truth about what moves the work. Rows are aged, not clocks."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from celery import Celery
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.db.models.functions import Now
from django.test import Client
from django.test.utils import CaptureQueriesContext

from agmission_partners import readiness
from agmission_partners.reached import Canary as Settings
from assignments.models import SyncOperation
from canary.models import Canary
from tests.support.api import as_user
from tests.support.ports import free_port
from tests.support.scene import a_user
from tests.support.world import a_tenant
from work import claims, kinds, tasks
from work.apart import OWNER
from work.clock import from_now, now
from work.models import BeatTick, WorkerHeartbeat

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _everything_runs() -> Iterator[None]:
    BeatTick.objects.create(host="here", pid=1, last_tick=Now())
    for queue in kinds.queues():
        WorkerHeartbeat.objects.create(name=f"{queue}@here", queue=queue, last_seen=Now())
    readiness._require_migrations.cache_clear()
    yield
    readiness._require_migrations.cache_clear()


def problems(client: Client) -> list[str]:
    answer = client.get("/readyz")
    assert answer.status_code == (503 if answer.json()["problems"] else 200)
    return list(answer.json()["problems"])


def test_it_is_ready_where_everything_runs(client: Client) -> None:
    assert problems(client) == []


@pytest.mark.parametrize("address", ["/healthz", "/readyz/"])
@pytest.mark.parametrize("method", ["POST", "DELETE", "BREW"])
def test_other_methods_are_refused_not_lost(client: Client, address: str, method: str) -> None:
    answer = client.generic(method, address)
    assert (answer.status_code, answer["Content-Type"], answer["Allow"]) == (405, "application/problem+json", "GET, HEAD")


def test_a_beat_that_fell_silent_is_named(client: Client) -> None:
    BeatTick.objects.update(last_tick=from_now(-timedelta(seconds=11)))
    assert [problem.split(":")[0] for problem in problems(client)] == ["beat"]


def test_a_queue_that_nobody_takes_from_is_named(client: Client) -> None:
    assert kinds.queues(), "there is work of some kind"
    for queue in kinds.queues():
        WorkerHeartbeat.objects.filter(queue=queue).update(last_seen=from_now(-timedelta(seconds=11)))
        assert [problem for problem in problems(client) if f"queue {queue} " in problem]
        WorkerHeartbeat.objects.filter(queue=queue).update(last_seen=Now())


def test_one_of_two_workers_is_enough(client: Client) -> None:
    for queue in kinds.queues():
        WorkerHeartbeat.objects.create(name="gone", queue=queue, last_seen=from_now(-timedelta(days=1)))
    assert problems(client) == []


def test_a_missing_migration_is_named(client: Client) -> None:
    MigrationRecorder.Migration.objects.filter(app="work").delete()
    assert problems(client)[0] == "database: migrations are missing; run `manage.py migrate`"


def test_a_broker_out_of_reach_is_named(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    away = Celery(broker=f"redis://127.0.0.1:{free_port()}", set_as_current=False)
    monkeypatch.setattr(readiness, "app", away)
    assert problems(client) == ["broker: it does not answer"]


@pytest.mark.parametrize("path", ["/healthz", "/healthz/", "/readyz/"])
def test_probes_know_the_process_by_its_address_alone(client: Client, path: str) -> None:
    answer = client.get(path, headers={"host": "10.1.2.3"})
    assert answer.status_code == 200
    assert answer.headers["X-Request-ID"]


def test_alive_asks_neither_database_nor_broker(client: Client) -> None:
    with CaptureQueriesContext(connection) as asked:
        assert client.get("/healthz").json() == {"status": "alive"}
    assert not asked


def test_a_probe_that_is_told_no_is_no_line_in_the_log(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    BeatTick.objects.all().delete()
    assert problems(client)
    client.get("/no/such/path")
    assert [record.getMessage() for record in caplog.records if record.name == "django.request"] == ["Not Found: /no/such/path"]


def warnings(client: Client) -> list[str]:
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["problems"]) == (200, [])
    return list(answer.json()["warnings"])


def test_where_all_is_well_nothing_is_to_be_looked_at(client: Client) -> None:
    assert warnings(client) == []


def test_a_second_beat_is_a_warning_and_both_are_shown(client: Client) -> None:
    BeatTick.objects.create(host="there", pid=2, last_tick=Now())
    BeatTick.objects.update(last_tick=from_now(timedelta(seconds=1)))
    assert warnings(client) == ["beats: more than one ticks at a time (here 1, there 2); one is enough, so stop the others"]
    shown = as_user(a_user(None)).get("/api/v1/system/queues/").json()["beats"]
    assert sorted((beat["host"], beat["pid"]) for beat in shown) == [("here", 1), ("there", 2)]


def test_a_beat_that_was_started_again_is_no_second_one(client: Client) -> None:
    BeatTick.objects.update(last_tick=from_now(-timedelta(seconds=3)))
    BeatTick.objects.create(host="here", pid=2, last_tick=Now())
    assert warnings(client) == []


def silence(**since: float) -> WorkerHeartbeat:
    return WorkerHeartbeat.objects.create(name="b@there", queue="job_sync", last_seen=from_now(-timedelta(**since)))


def test_a_worker_that_takes_nothing_beside_others_is_a_warning(client: Client) -> None:
    silence(seconds=75)
    assert [words.split(" for ")[0] for words in warnings(client)] == ["workers: b@there took nothing from the queue job_sync"]


@pytest.mark.parametrize("since", [{"seconds": 30}, {"minutes": 11}])
def test_neither_a_short_silence_nor_one_long_ago_is_a_warning(client: Client, since: dict[str, float]) -> None:
    silence(**since)
    assert warnings(client) == []


def test_a_worker_that_has_its_hands_full_is_no_warning(client: Client) -> None:
    silence(seconds=75)
    upload = SyncOperation.objects.create(
        assignment=a_tenant("prairie").assignment, operation="job_upload", status="pending", due_at=now(), rank_at=now()
    )
    assert claims.claim(next(kind for kind in kinds.all_kinds() if kind.name == "upload"), upload, "b@there")
    assert warnings(client) == []


def test_a_worker_that_ends_as_told_says_goodbye(client: Client) -> None:
    silence(seconds=75)
    tasks.say_goodbye(sender=SimpleNamespace(hostname="b@there"))
    assert warnings(client) == []


def test_a_canary_that_fails_is_a_warning(client: Client, settings: Any) -> None:
    settings.HUB = replace(settings.HUB, canary=Settings("http://127.0.0.1:1/api", timedelta(minutes=15)))
    assert warnings(client) == ["canary: it has not begun yet; a worker of the queue tick lets it begin"]
    Canary.objects.create(pk=OWNER, status="resting")
    assert warnings(client) == ["canary: no run has come through yet"]
    Canary.objects.update(failure="upload: refused")
    assert warnings(client) == ["canary: upload: refused"]
    Canary.objects.update(failure="", last_success_at=Now())
    assert warnings(client) == []
    Canary.objects.update(last_success_at=from_now(-timedelta(hours=1)))
    assert warnings(client)[0].startswith("canary: no run has come through for 36")
