"""Sending nudges: a courtesy that saves a tick of waiting. Losing one costs that tick and nothing else."""

import logging
import time
from dataclasses import dataclass
from datetime import timedelta

from celery import current_app
from django.conf import settings
from django.db import transaction
from kombu.exceptions import OperationalError

logger = logging.getLogger(__name__)

ROWS_PER_NUDGE = 20
SILENCE = timedelta(seconds=5)


@dataclass(frozen=True)
class Nudge:
    """«Look into this queue, and work off up to so many rows»: names no row, so losing or doubling it changes nothing."""

    queue: str
    up_to: int


class _Broker:
    """When it was last out of reach: whoever finds out waits for a time-out, the next few need not."""

    away_until = 0.0


def send(nudge: Nudge) -> bool:
    """Send one nudge; False, and a line in the log, where the broker is out of reach."""
    if time.monotonic() < _Broker.away_until:
        return False
    try:
        _send(nudge)
    except OperationalError as error:
        _Broker.away_until = time.monotonic() + SILENCE.total_seconds()
        logger.warning("no nudge sent to %s, a later tick will: the broker is out of reach (%s)", nudge.queue, error)
        return False
    return True


def _send(nudge: Nudge) -> None:
    with current_app.producer_or_acquire() as producer:
        producer.connection.ensure_connection(max_retries=0)  # Kombu itself would try again for seconds
        current_app.send_task(
            "work.drain",
            kwargs={"queue": nudge.queue, "up_to": nudge.up_to},
            queue=nudge.queue,
            expires=2 * settings.HUB.tick_interval.total_seconds(),
            ignore_result=True,
            retry=False,
            producer=producer,
        )


def nudge_on_commit(queue: str) -> None:
    """Say that a queue has something due as soon as the transaction at hand is committed."""
    transaction.on_commit(lambda: send(Nudge(queue, ROWS_PER_NUDGE)), robust=True)
