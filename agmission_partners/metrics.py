"""`/metrics` for Prometheus: told from rows, so that it is the same whichever process answers, and nothing is lost by a restart.

Labels are bounded: queues, kinds, states and partners; never a customer, an account or an id.
"""

import hmac
import shutil
import threading
import time
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from http import HTTPStatus

from django.conf import settings
from django.db import DatabaseError
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from accounts.apart import real
from accounts.rest.problems import ProblemResponse
from agmission_partners.selectors import ACTIONS
from canary.selectors import standing
from partners.account_states import with_state
from partners.models import PartnerSystemUser
from partners.selectors import HEALTH_STATUSES, health_by_partner
from partners.states import AccountState
from work import queues
from work.clock import now
from work.models import Attention

KEPT_FOR = timedelta(seconds=5)
SILENT = timedelta(minutes=1)
SCHEME = "Bearer "


class _Cache:
    """What was told last, kept for a few seconds, so that scraping as often as one likes costs the database nothing."""

    lock = threading.Lock()
    text = b""
    until = 0.0


def has_scrape_token(request: HttpRequest) -> bool:
    """Whether the request carries METRICS_TOKEN, where there is one, as `Authorization: Bearer …`."""
    token = settings.HUB.observability.metrics_token
    given = request.headers.get("Authorization", "")
    return bool(token) and hmac.compare_digest(given.encode(), f"{SCHEME}{token}".encode())


def answer(request: HttpRequest) -> HttpResponse:
    """In Prometheus' text format; 503 where the database does not answer."""
    try:
        return HttpResponse(_told(), content_type=CONTENT_TYPE_PLAIN_0_0_4)
    except DatabaseError:
        return ProblemResponse(HTTPStatus.SERVICE_UNAVAILABLE, "The database, which metrics are told from, does not answer.")


def forget() -> None:
    """Let the next question be answered anew (for tests)."""
    _Cache.until = 0.0


def _told() -> bytes:
    with _Cache.lock:
        if time.monotonic() >= _Cache.until:
            registry = CollectorRegistry(auto_describe=False)
            registry.register(_Hub())
            _Cache.text, _Cache.until = generate_latest(registry), time.monotonic() + KEPT_FOR.total_seconds()
        return _Cache.text


class _Hub(Collector):
    """Everything, by the database as it is now."""

    def collect(self) -> Iterator[Metric]:
        at = now()
        yield from _queues(at)
        yield from _processes(at)
        yield from _attention()
        yield from _partners()
        yield from _canary()
        yield from _disk()


def _gauge(name: str, words: str, rows: Iterable[tuple[tuple[str, ...], float]], labels: Iterable[str] = ()) -> Metric:
    gauge = GaugeMetricFamily(f"agmission_{name}", words, labels=list(labels))
    for values, figure in rows:
        gauge.add_metric(list(values), figure)
    return gauge


def _queues(at: datetime) -> Iterator[Metric]:
    depths = [((depth.kind.queue, depth.kind.name), depth) for depth in queues.depths()]
    labels = ("queue", "kind")
    yield _gauge("work_waiting", "Rows that are due and nobody works on", [(key, row.waiting) for key, row in depths], labels)
    yield _gauge("work_active", "Rows that somebody works on", [(key, row.active) for key, row in depths], labels)
    oldest = [(key, _age(row.oldest_due, at)) for key, row in depths]
    yield _gauge("work_oldest_seconds", "How long the first of the waiting has been due; 0 where none waits", oldest, labels)


def _age(moment: datetime | None, at: datetime) -> float:
    return max((at - moment).total_seconds(), 0.0) if moment else 0.0


def _processes(at: datetime) -> Iterator[Metric]:
    seen: dict[str, list[float]] = {}
    for rows in queues.workers().values():
        for row in rows:
            seen.setdefault(row.queue, []).append(_age(row.last_seen, at))
    alive = [((queue,), float(sum(age < SILENT.total_seconds() for age in ages))) for queue, ages in seen.items()]
    yield _gauge("workers", "Workers that took a message from the queue within a minute", alive, ["queue"])
    newest = [((queue,), min(ages)) for queue, ages in seen.items()]
    yield _gauge("worker_age_seconds", "Since any worker took a message from the queue", newest, ["queue"])
    ticks = [_age(beat.last_tick, at) for beat in queues.beats()]
    yield _gauge("beats", "Beats that ticked within a minute", [((), float(sum(age < SILENT.total_seconds() for age in ticks)))])
    yield _gauge("beat_age_seconds", "Since the last tick of any beat", [((), min(ticks))] if ticks else [])


def _attention() -> Iterator[Metric]:
    rows = Attention.objects.filter(settled_at__isnull=True).values("kind").annotate(count=Count("pk")).order_by()
    counts = {row["kind"]: row["count"] for row in rows}
    known = [((kind,), float(counts.get(kind, 0))) for kind in ACTIONS]
    yield _gauge("attention_open", "What waits for a person", known, ["kind"])


def _partners() -> Iterator[Metric]:
    found = health_by_partner()
    states = [((code, one), float(one == status)) for code, status in found.items() for one in HEALTH_STATUSES]
    yield _gauge("partner_health", "1 for the status that the partner is in", states, ["partner", "status"])
    accounts = with_state(real(PartnerSystemUser.objects.filter(active=True))).values("state").annotate(count=Count("pk"))
    counts = {row["state"]: row["count"] for row in accounts.order_by()}
    known = [((state.value,), float(counts.get(state, 0))) for state in AccountState]
    yield _gauge("partner_accounts", "Active accounts at partners, by state", known, ["state"])


def _canary() -> Iterator[Metric]:
    """Nothing where it is off."""
    found = standing()
    if found is None:
        return
    yield _gauge("canary_up", "1 where the synthetic job came through the last time, not too long ago", [((), float(found.up))])
    if found.age is not None:
        yield _gauge("canary_last_success_age_seconds", "Since it last came through", [((), found.age.total_seconds())])
    if found.duration is not None:
        yield _gauge("canary_duration_seconds", "How long that took, click to records", [((), found.duration.total_seconds())])


def _disk() -> Iterator[Metric]:
    """Of the host that answers."""
    disk = shutil.disk_usage(settings.HUB.data_dir)
    yield _gauge("disk_free_bytes", "What is left of the disk of DATA_DIR", [((), float(disk.free))])
    yield _gauge("disk_size_bytes", "The disk of DATA_DIR", [((), float(disk.total))])
