"""How deep the queues are, and whether somebody works on them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from accounts.admin_base.columns import in_words, to_list
from agmission_partners.start_page.figure import Figure
from work import queues
from work.models import BeatTick, WorkerHeartbeat

LATE = timedelta(minutes=1)
SILENT = timedelta(minutes=1)
WORDS = {
    "upload": "Uploads",
    "listing": "Listings",
    "download": "Downloads",
    "parse": "Parsing",
    "coverage": "Coverage",
    "export": "Exports",
    "health": "Health checks",
    "mail": "Mail to ops",
}


@dataclass(frozen=True)
class KindFigures:
    """One kind of work."""

    words: str
    queue: str
    waiting: Figure
    active: Figure
    oldest: str
    late: bool


def figures(at: datetime) -> list[KindFigures]:
    """Every kind of work that a person can look at, by queue."""
    return [_figures(depth, at) for depth in queues.depths() if _has_page(depth.kind.model)]


def _figures(depth: queues.Depth, at: datetime) -> KindFigures:
    age = at - depth.oldest_due if depth.oldest_due else None
    model = depth.kind.model
    return KindFigures(
        words=WORDS.get(depth.kind.name, depth.kind.name.capitalize()),
        queue=depth.kind.queue,
        waiting=Figure("waiting", f"{depth.waiting:,}", to_list(model, waits="now")),
        active=Figure("under way", f"{depth.active:,}", to_list(model, waits="running")),
        oldest=in_words(age) if age else "—",
        late=bool(age and age > LATE),
    )


def _has_page(model: Any) -> bool:
    from django.contrib import admin

    return admin.site.is_registered(model)


def processes(at: datetime) -> list[Figure]:
    """Workers and beats that left a trace within a minute."""
    alive = [rows for rows in queues.workers().values() if at - max(row.last_seen for row in rows) < SILENT]
    ticking = [beat for beat in queues.beats() if at - beat.last_tick < SILENT]
    return [
        Figure("workers", str(len(alive)), to_list(WorkerHeartbeat), "" if alive else "bad"),
        Figure("beats", str(len(ticking)), to_list(BeatTick), "" if ticking else "bad"),
    ]
