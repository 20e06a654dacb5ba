"""What a scraper reads: the truth of the database, in few statements, for whoever may."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from prometheus_client.parser import text_string_to_metric_families

from accounts.states import Role
from agmission_partners import metrics
from agmission_partners.reached import Canary as Settings
from assignments.models import Sweep, SyncOperation
from assignments.states import Operation, SyncStatus
from canary.models import Canary
from partners.models import Partner
from tests.support.api import as_user, complaints
from tests.support.scene import a_user
from tests.support.world import Tenant, a_tenant
from work import attention, kinds
from work.apart import OWNER
from work.clock import from_now, now
from work.leases import due
from work.models import BeatTick, WorkerHeartbeat

pytestmark = pytest.mark.django_db
TOKEN = "scrape-me-every-15-seconds"
STATEMENTS = 26


@pytest.fixture(autouse=True)
def _nothing_told_before() -> Iterator[None]:
    metrics.forget()
    yield
    metrics.forget()


@pytest.fixture
def scraper(settings: Any) -> Client:
    settings.HUB = replace(settings.HUB, observability=replace(settings.HUB.observability, metrics_token=TOKEN))
    return Client(headers={"authorization": f"Bearer {TOKEN}"})


@pytest.fixture
def tenant() -> Tenant:
    return a_tenant("prairie")


def scrape(client: Client) -> dict[tuple[str, ...], float]:
    """Each sample by its name and the values of its labels, which are sorted by their names."""
    answer = client.get("/metrics")
    assert answer.status_code == 200
    assert answer["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    families = text_string_to_metric_families(answer.content.decode())
    return {(one.name, *one.labels.values()): one.value for family in families for one in family.samples}


def test_anonymous_requests_are_asked_to_sign_in(client: Client, settings: Any) -> None:
    for token in ("", TOKEN):
        settings.HUB = replace(settings.HUB, observability=replace(settings.HUB.observability, metrics_token=token))
        for given in ("", "Bearer ", "Bearer x", f"Token {TOKEN}", TOKEN, "Bearer ünïcode"):
            answer = client.get("/metrics", headers={"authorization": given} if given else {})
            assert answer.status_code == 401, given
            assert complaints(answer) is not None


@pytest.mark.parametrize("role", list(Role))
def test_of_people_ops_alone_read_them(tenant: Tenant, role: Role) -> None:
    user = a_user(None) if role == Role.OPS else tenant.person(role)
    assert as_user(user).get("/metrics").status_code == (200 if role == Role.OPS else 403)


def test_the_scrape_token_is_good_for_metrics_alone_on_any_host_name(scraper: Client) -> None:
    assert scraper.get("/metrics/", headers={"host": "10.1.2.3"}).status_code == 200
    assert scraper.get("/metrics", headers={"accept": "text/plain"}).status_code == 200
    assert scraper.post("/metrics").status_code == 405
    assert scraper.get("/api/v1/system/queues/").status_code == 401


def test_an_idle_hub_tells_every_queue_and_kind(scraper: Client) -> None:
    Sweep.objects.update(**due(timedelta(hours=1), "low"))  # it is due five minutes after the tables were made
    told = scrape(scraper)
    for kind in kinds.all_kinds():
        if kind.counted:
            assert told["agmission_work_waiting", kind.name, kind.queue] == 0
    assert told["agmission_beats",] == 0
    assert not [name for name, *_ in told if "canary" in name]


def test_work_is_told_by_its_rows(scraper: Client, tenant: Tenant) -> None:
    SyncOperation.objects.create(
        assignment=tenant.assignment, operation=Operation.JOB_UPLOAD, status=SyncStatus.PENDING,
        **due(-timedelta(seconds=90), "normal"),
    )  # fmt: skip
    attention.raise_once("logFailed", "log", tenant.log.pk, tenant_id=tenant.customer.pk, reason="r")
    Partner.objects.filter(pk=tenant.partner.pk).update(health="unhealthy")
    told = scrape(scraper)
    assert told["agmission_work_waiting", "upload", "job_sync"] == 1
    assert 90 <= told["agmission_work_oldest_seconds", "upload", "job_sync"] < 900
    assert told["agmission_attention_open", "logFailed"] == 1
    assert told["agmission_attention_open", "uploadGaveUp"] == 0
    assert told["agmission_partner_health", tenant.partner.code, "unhealthy"] == 1
    assert told["agmission_partner_health", tenant.partner.code, "healthy"] == 0
    assert told["agmission_partner_accounts", "unverified"] == 1


def test_processes_are_told_by_their_traces(scraper: Client) -> None:
    BeatTick.objects.create(host="here", pid=1, last_tick=now())
    WorkerHeartbeat.objects.create(name="a", queue="job_sync", last_seen=now())
    WorkerHeartbeat.objects.create(name="b", queue="job_sync", last_seen=from_now(-timedelta(minutes=5)))
    told = scrape(scraper)
    assert (told["agmission_beats",], told["agmission_workers", "job_sync"]) == (1, 1)
    assert told["agmission_worker_age_seconds", "job_sync"] < 60


def test_the_canary_is_one_of_them(scraper: Client, settings: Any) -> None:
    settings.HUB = replace(settings.HUB, canary=Settings("http://127.0.0.1:1/api", timedelta(minutes=15)))
    assert scrape(scraper)["agmission_canary_up",] == 0
    passed = {"last_success_at": from_now(-timedelta(minutes=1)), "last_duration": timedelta(seconds=40)}
    Canary.objects.create(pk=OWNER, status="resting", **passed)
    metrics.forget()
    told = scrape(scraper)
    assert (told["agmission_canary_up",], told["agmission_canary_duration_seconds",]) == (1, 40)
    assert 60 <= told["agmission_canary_last_success_age_seconds",] < 600
    Canary.objects.update(failure="upload: no", failures=1)
    metrics.forget()
    assert scrape(scraper)["agmission_canary_up",] == 0


def test_no_label_names_a_customer_or_an_id(scraper: Client, tenant: Tenant) -> None:
    attention.raise_once("logFailed", "log", tenant.log.pk, tenant_id=tenant.customer.pk, reason="r")
    text = scraper.get("/metrics").content.decode()
    assert set(re.findall(r'[{,](\w+)="', text)) == {"queue", "kind", "partner", "status", "state"}
    assert not [key for key in tenant.keys().values() if len(str(key)) > 8 and str(key) in text]


def test_as_many_customers_as_one_likes_make_no_more_series_and_no_more_statements(scraper: Client, tenant: Tenant) -> None:
    first = scrape(scraper).keys()
    for number in range(5):
        a_tenant(f"tenant-{number}", partner_active=False)
    metrics.forget()
    with CaptureQueriesContext(connection) as asked:
        assert scrape(scraper).keys() == first
    assert len(asked) <= STATEMENTS


def test_scraping_more_often_asks_the_database_nothing(scraper: Client) -> None:
    first = scraper.get("/metrics").content
    with CaptureQueriesContext(connection) as asked:
        assert [scraper.get("/metrics").content for _ in range(20)] == [first] * 20
    assert len(asked) == 0


def test_a_database_that_is_away_is_said_so(scraper: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: Any, **__: Any) -> None:
        raise DatabaseError("gone")

    monkeypatch.setattr(connection, "cursor", away)
    answer = scraper.get("/metrics")
    assert (answer.status_code, answer["Content-Type"]) == (503, "application/problem+json")
