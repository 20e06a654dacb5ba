"""Celery carries nudges and nothing else: the database is the queue of record (docs/architecture.md).

A nudge may be lost, late or doubled, so it is acked early, keeps no result and expires after two ticks.
"""

import os
import socket
import warnings
from logging.config import dictConfig
from typing import Any
from urllib.parse import parse_qsl

from celery import Celery
from celery.signals import beat_init, setup_logging, worker_process_shutdown

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "agmission_partners.settings")
# Celery would run Django's checks, which load every page, and ignore what they find. `serve` asks the doctor's questions instead.
os.environ.setdefault("CELERY_SKIP_CHECKS", "true")

from django.conf import settings  # the settings module must be named before

from agmission_partners import tracing

# It warns of what it could unpickle, and unpickles nothing.
warnings.filterwarnings("ignore", "You're running the worker with superuser privileges")

QUEUES = ("tick", "default", "job_sync", "data_poll", "flight_data")

app = Celery("agmission_partners")
app.set_default()  # for every thread: a web request sends nudges too


def broker_settings(url: str) -> dict[str, Any]:
    """Redis is shared by key prefix; RabbitMQ has virtual hosts for that. A broker that is away is noticed soon.

    Sentinels are `sentinel://host:port;sentinel://host:port?master_name=NAME`, by default the master `mymaster`.
    """
    if url.startswith("amqp"):
        return {"broker_url": url}
    options: dict[str, Any] = {
        "global_keyprefix": settings.HUB.broker_key_prefix,
        "socket_timeout": 30,
        "socket_connect_timeout": 5,
        "socket_keepalive": True,
        "health_check_interval": 10,
    }
    if url.startswith("sentinel"):
        url, _, query = url.partition("?")
        options |= {"master_name": "mymaster", **dict(parse_qsl(query))}
    return {"broker_url": url, "broker_transport_options": options}


app.conf.update(
    **broker_settings(settings.HUB.broker_url),
    broker_connection_retry_on_startup=True,
    broker_connection_max_retries=None,
    result_backend=None,
    task_ignore_result=True,
    task_acks_late=False,
    task_serializer="json",
    accept_content=["json"],
    task_default_queue="default",
    task_create_missing_queues=True,
    task_publish_retry=False,  # what could not be sent is sent by the next tick
    worker_prefetch_multiplier=1,
    worker_max_tasks_per_child=500,
    worker_hijack_root_logger=False,
    worker_enable_remote_control=False,
    worker_send_task_events=False,
    worker_cancel_long_running_tasks_on_connection_loss=False,
    timezone="UTC",
    enable_utc=True,
    beat_scheduler="celery.beat:Scheduler",  # in memory: it only ticks, everything periodic is a due row
    beat_max_loop_interval=settings.HUB.tick_interval.total_seconds(),
    beat_schedule={
        "tick": {
            "task": "work.tick",
            "schedule": settings.HUB.tick_interval,
            "kwargs": {"host": socket.gethostname(), "pid": os.getpid()},
            "options": {"queue": "tick", "expires": 2 * settings.HUB.tick_interval.total_seconds()},
        }
    },
)
app.autodiscover_tasks()


@setup_logging.connect
def _log_as_django_does(**_: Any) -> None:
    dictConfig(settings.LOGGING)


@beat_init.connect
def _sign_ticks(**_: Any) -> None:
    """This module may have been loaded by another process, of which beat is a copy."""
    app.conf.beat_schedule["tick"]["kwargs"]["pid"] = os.getpid()


@worker_process_shutdown.connect
def _send_traces(**_: Any) -> None:
    """A child of the pool ends without the interpreter's usual farewell."""
    tracing.flush()
