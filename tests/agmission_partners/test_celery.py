"""How Celery is told to reach its broker, and what beat sends."""

import os
import threading

import pytest
from celery import current_app
from django.conf import settings

from agmission_partners.celery import app, broker_settings


@pytest.mark.parametrize("url", ["redis://:secret@localhost:6379/2", "rediss://localhost"])
def test_a_redis_is_shared_by_key_prefix(url: str) -> None:
    told = broker_settings(url)
    assert told["broker_url"] == url
    assert told["broker_transport_options"]["global_keyprefix"] == settings.HUB.broker_key_prefix


def test_rabbitmq_is_told_nothing_of_redis() -> None:
    assert broker_settings("amqp://hub@localhost/hub") == {"broker_url": "amqp://hub@localhost/hub"}


def test_sentinels_are_asked_for_the_master_that_the_address_names() -> None:
    told = broker_settings("sentinel://a:26379/0;sentinel://b:26379/0?master_name=hub")
    assert told["broker_url"] == "sentinel://a:26379/0;sentinel://b:26379/0"
    assert told["broker_transport_options"]["master_name"] == "hub"


def test_beat_only_ticks_and_says_who_it_is() -> None:
    (entry,) = app.conf.beat_schedule.values()
    assert entry["task"] == "work.tick"
    assert entry["kwargs"]["pid"] == os.getpid()
    assert entry["options"] == {"queue": "tick", "expires": 2 * settings.HUB.tick_interval.total_seconds()}


def test_every_thread_sends_by_the_hubs_broker() -> None:
    seen: list[object] = []
    thread = threading.Thread(target=lambda: seen.append(current_app.conf.broker_url))
    thread.start()
    thread.join()
    assert seen == [settings.HUB.broker_url]
