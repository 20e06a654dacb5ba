"""Whether the hub moves work, told by what its processes leave in the database: what is wrong, and what should be looked at."""

import logging
from collections.abc import Iterator
from datetime import timedelta
from functools import cache
from itertools import combinations

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models.functions import Now
from kombu.exceptions import OperationalError

from agmission_partners.celery import app
from canary.selectors import standing
from work.clock import from_now, now
from work.engine import FORGOTTEN_WORKER
from work.ids import first_id_at
from work.kinds import all_kinds, of_queue, queues
from work.models import BeatTick, WorkerHeartbeat

logger = logging.getLogger(__name__)

BROKER_SECONDS = 2
TICKS_BEFORE_SILENCE = 5
LEAST_SILENCE = timedelta(seconds=10)
SILENT_WORKER = timedelta(minutes=1)
"""A queue that many workers share leaves some of them without a message for a while."""


def problems() -> Iterator[str]:
    """One sentence for each thing that keeps work from moving."""
    try:
        _require_migrations()
        yield from silent_processes()
    except MigrationsMissing:
        yield "database: migrations are missing; run `manage.py migrate`"
    except DatabaseError as error:
        logger.warning("the database does not answer: %s", error)
        yield "database: it does not answer"
    yield from unreachable_broker()


def silent_processes() -> Iterator[str]:
    """Beat and workers that leave no sign."""
    yield from _silent_beat()
    yield from _silent_queues()


def warnings() -> Iterator[str]:
    """One sentence for each thing that a person should look at although work moves. Asked where there are no problems."""
    yield from _second_beats()
    yield from _silent_workers()
    canary = standing()
    if canary and not canary.up:
        yield f"canary: {canary.why_not}"


class MigrationsMissing(Exception):
    """The database is older than the program."""


@cache
def _require_migrations() -> None:
    """Raises MigrationsMissing. Asked once: a success is remembered, an exception is not."""
    if missing_migrations():
        raise MigrationsMissing


def missing_migrations() -> int:
    """How many the database lacks."""
    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def _silence() -> timedelta:
    """After how long without a sign a process counts as gone."""
    return max(LEAST_SILENCE, TICKS_BEFORE_SILENCE * settings.HUB.tick_interval)


def _silent_beat() -> Iterator[str]:
    """A tick is noted by the worker that took it: its trace shows beat, broker and the worker of `tick` at once."""
    if not BeatTick.objects.filter(last_tick__gt=from_now(-_silence())).exists():
        yield f"beat: no tick for {_silence().total_seconds():.0f} s; beat or the worker of the queue tick is missing"


def _second_beats() -> Iterator[str]:
    """Beats of which the younger one began, as its key tells, before the older one's last tick: a restart is no second beat."""
    ticking = BeatTick.objects.filter(last_tick__gt=from_now(-_silence())).order_by("pk")
    at_once = [pair for pair in combinations(ticking, 2) if pair[1].pk < first_id_at(pair[0].last_tick)]
    if at_once:
        names = ", ".join(sorted({str(beat) for pair in at_once for beat in pair}))
        yield f"beats: more than one ticks at a time ({names}); one is enough, so stop the others"


def _silent_queues() -> Iterator[str]:
    heard = WorkerHeartbeat.objects.filter(last_seen__gt=from_now(-_silence())).values_list("queue", flat=True)
    for queue in sorted(set(queues()).difference(heard)):
        if not _is_busy(queue):
            yield f"workers: none took anything from the queue {queue} for {_silence().total_seconds():.0f} s"


def _is_busy(queue: str) -> bool:
    """Whether somebody still renews a lease there: a worker whose hands are full takes no message."""
    renewed = from_now(settings.HUB.lease_duration / 2)
    return any(kind.model._default_manager.filter(lease_expires_at__gt=renewed).exists() for kind in of_queue(queue))


def _silent_workers() -> Iterator[str]:
    """Workers that took nothing lately while others of their queue did, have nothing in hand, and have not said goodbye."""
    silent = WorkerHeartbeat.objects.filter(last_seen__lte=from_now(-SILENT_WORKER), last_seen__gt=from_now(-FORGOTTEN_WORKER))
    for row in silent.order_by("name", "queue"):
        if not _works(row.name):
            since = (now() - row.last_seen).total_seconds()
            yield f"workers: {row.name} took nothing from the queue {row.queue} for {since:.0f} s; look whether it hangs"


def _works(worker: str) -> bool:
    live = {"leased_by": worker, "lease_expires_at__gt": Now()}
    return any(kind.model._default_manager.filter(**live).exists() for kind in all_kinds())


def unreachable_broker() -> Iterator[str]:
    """A sentence where it does not answer."""
    try:
        with app.connection_for_write(connect_timeout=BROKER_SECONDS) as broker:
            broker.ensure_connection(max_retries=1, interval_start=0, interval_step=0, timeout=BROKER_SECONDS)
    except (OperationalError, OSError) as error:
        logger.warning("the broker does not answer: %s", error)
        yield "broker: it does not answer"
