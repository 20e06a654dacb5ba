"""Nudges are a courtesy: sent twice, late or never, the same work is done."""

import itertools
import logging
from collections.abc import Callable
from contextlib import nullcontext
from datetime import timedelta
from typing import Any

import pytest
from celery import current_app
from django.conf import settings
from django.db import transaction
from kombu.exceptions import OperationalError

from tests.workbench.bench import an_errand, later, row
from tests.workbench.kinds import QUEUE, Errands, fail_once
from tests.workbench.models import Effect, Errand
from work import engine, nudging, tasks
from work.clock import now
from work.models import BeatTick, WorkerHeartbeat
from work.nudging import Nudge


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What was handed to Celery, instead of to a broker."""
    messages: list[dict[str, Any]] = []
    monkeypatch.setattr(current_app, "send_task", lambda name, **options: messages.append({"task": name, **options}))
    return messages


@pytest.fixture(autouse=True)
def _broker_is_near(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nudging._Broker, "away_until", 0.0)


def deliver(nudge: Nudge) -> None:
    tasks.drain.run(nudge.queue, nudge.up_to)


def twice(nudges: list[Nudge]) -> list[Nudge]:
    return [*nudges, *nudges]


def never(nudges: list[Nudge]) -> list[Nudge]:
    return []


def once(nudges: list[Nudge]) -> list[Nudge]:
    return nudges


@pytest.mark.parametrize("arrival", [once, twice, never, "late"])
def test_however_they_arrive_the_end_is_the_same(bench: Callable[..., Errands], arrival: Any) -> None:
    """Rows that fail once, so that two rounds are needed. «late»: after their rows were worked off by somebody else."""
    bench(fail_once)
    for priority in ("low", "normal", "high") * 10:
        an_errand(priority=priority)
    kept: list[Nudge] = []
    for _ in range(4):
        nudges = [Nudge(QUEUE, 20), *engine.tick("host", 1)]
        if arrival in ("late", never):
            engine.drain(QUEUE, 100, "somebody")
            kept += nudges
        else:
            for nudge in arrival(nudges):
                deliver(nudge)
        later(seconds=10)
    for nudge in kept if arrival == "late" else []:
        deliver(nudge)
    assert set(Errand.objects.values_list("status", "attempts", "losses", "due_at")) == {("done", 2, 0, None)}
    assert Effect.objects.count() == 30


def test_ticks_alone_bring_work_to_its_end(errands: Errands) -> None:
    """Every nudge but the tick's own was lost, and a tick nudges enough for all that is due."""
    for _ in range(50):
        an_errand()
    for nudge in engine.tick("host", 1):
        deliver(nudge)
    assert Effect.objects.count() == 50


@pytest.mark.parametrize(("due", "nudges"), [(0, 1), (1, 1), (20, 1), (21, 2), (400, 16)])
def test_a_queue_gets_a_nudge_for_twenty_rows_and_one_at_least(errands: Errands, due: int, nudges: int) -> None:
    for _ in range(due):
        an_errand()
    assert engine.tick("host", 1) == [Nudge(QUEUE, 20)] * nudges


def test_a_tick_and_a_drain_leave_one_trace_each(errands: Errands) -> None:
    for _ in range(3):
        engine.tick("host", 1)
        engine.drain(QUEUE, 5, "ann")
    engine.tick("host", 2)
    assert sorted(BeatTick.objects.values_list("host", "pid")) == [("host", 1), ("host", 2)]
    assert list(WorkerHeartbeat.objects.values_list("name", "queue")) == [("ann", QUEUE)]


def test_a_nudge_names_no_row_goes_to_its_queue_and_expires_after_two_ticks(sent: list[dict[str, Any]]) -> None:
    assert nudging.send(Nudge("parcels", 20))
    (message,) = sent
    assert (message["task"], message["queue"], message["kwargs"]) == (
        "work.drain",
        "parcels",
        {"queue": "parcels", "up_to": 20},
    )
    assert message["expires"] == 2 * settings.HUB.tick_interval.total_seconds()
    assert message["ignore_result"]
    assert not message["retry"]


def test_the_tasks_are_acked_early_and_keep_no_result() -> None:
    for task in (tasks.tick, tasks.drain):
        assert task.ignore_result
        assert not task.acks_late
    assert {tasks.tick.name, tasks.drain.name} <= set(current_app.tasks)


def test_the_tick_task_sends_what_the_tick_says(errands: Errands, sent: list[dict[str, Any]]) -> None:
    for _ in range(25):
        an_errand()
    tasks.tick.run("host", 1)
    assert [message["queue"] for message in sent] == [QUEUE] * 2


@pytest.mark.django_db(transaction=True)
def test_a_nudge_leaves_when_its_transaction_is_committed_and_not_otherwise(sent: list[dict[str, Any]]) -> None:
    with transaction.atomic():
        nudging.nudge_on_commit("parcels")
        assert sent == []
    assert len(sent) == 1
    with transaction.atomic():
        nudging.nudge_on_commit("parcels")
        transaction.set_rollback(True)
    assert len(sent) == 1


def test_a_real_message_arrives_as_it_was_sent() -> None:
    """Over a real broker connection, in memory where the run has no Redis."""
    assert nudging.send(Nudge("nobody-listens", 7))
    with current_app.connection_for_read() as connection:
        queue = connection.SimpleQueue("nobody-listens")
        message = queue.get(timeout=10)
        message.ack()
        queue.close()
    assert message.headers["task"] == "work.drain"
    assert message.payload[:2] == [[], {"queue": "nobody-listens", "up_to": 7}]


@pytest.fixture
def _broker_away(monkeypatch: pytest.MonkeyPatch) -> None:
    """The broker is at a port where nobody listens; who pauses before asking again fails."""

    def pause(seconds: float) -> None:
        pytest.fail(f"waited {seconds} s for the broker")

    nobody = current_app.amqp.Producer(current_app.connection_for_write("redis://127.0.0.1:1/0"), auto_declare=False)
    monkeypatch.setattr("kombu.utils.functional.sleep", pause)
    monkeypatch.setattr(current_app, "producer_or_acquire", lambda *_: nullcontext(nobody))


@pytest.mark.usefixtures("_broker_away")
def test_a_broker_out_of_reach_is_logged_and_no_error_and_costs_no_time(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        assert not nudging.send(Nudge("parcels", 20))
    assert "no nudge sent to parcels" in caplog.text
    assert "out of reach" in caplog.text


def test_after_a_failure_the_next_nudges_do_not_ask_the_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = itertools.count()

    def refuse(nudge: Nudge) -> None:
        next(asked)
        raise OperationalError("away")

    monkeypatch.setattr(nudging, "_send", refuse)
    assert not any(nudging.send(Nudge("parcels", 20)) for _ in range(5))
    assert next(asked) == 1
    monkeypatch.setattr(nudging._Broker, "away_until", 0.0)
    monkeypatch.setattr(nudging, "_send", lambda nudge: None)
    assert nudging.send(Nudge("parcels", 20))


def test_a_committed_request_succeeds_without_a_broker(
    transactional_db: None, bench: Callable[..., Errands], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(nudge: Nudge) -> None:
        raise RuntimeError("something nobody foresaw")

    monkeypatch.setattr(nudging, "_send", refuse)
    bench()
    with transaction.atomic():
        errand = an_errand()
        nudging.nudge_on_commit(QUEUE)
    assert engine.drain(QUEUE, 1, "ann") == 1
    assert row(errand).status == "done"


def test_an_idle_queue_is_nudged_until_all_its_workers_proved_that_they_consume(bench: Callable[..., Errands]) -> None:
    bench()
    ann = WorkerHeartbeat.objects.filter(name="ann")
    assert nudged() == 1, "nobody was seen yet"
    for name in ("ann", "bob"):
        engine.drain(QUEUE, 20, name)
    assert nudged() == 0
    ann.update(last_seen=now() - timedelta(seconds=4))
    assert nudged() == 1, "bob may be the only one who consumes"
    ann.update(last_seen=now() - timedelta(minutes=11))
    assert nudged() == 0, "ann is nobody's worker any more"
    an_errand()
    assert nudged() == 1, "there is work"


def nudged() -> int:
    return [nudge.queue for nudge in engine.tick("host", 1)].count(QUEUE)
