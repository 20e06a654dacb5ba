"""Processes that hang, die, double or are told to stop: what `/readyz` says of them, and what becomes of their work."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from agmission_partners.variables import PROJECT_DIR
from tests.support.journey import LOGIN, Journey
from tests.support.processes import Stack
from tests.support.sandbox import SandboxProcess
from tests.support.waiting import wait_for

pytestmark = [pytest.mark.live, pytest.mark.timeout(300)]
LEASE_SECONDS = 120
"""Work of a worker that vanished waits so long; what was given back does not."""


@pytest.fixture(scope="module")
def journey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Journey]:
    """One hub for all of them; each leaves it ready."""
    place = tmp_path_factory.mktemp("processes")
    with SandboxProcess(place / "cloud.db", "--flight-delay", "0") as cloud:
        quick = {"PARTNER_FIRST_POLL_DELAY": "500", "PARTNER_MIN_POLL_INTERVAL": "1000", "PARTNER_TICK_INTERVAL": "500"}
        env = {"SATLOC_BASE_URL": cloud.base_url, "SATLOC_RATE_LIMIT": "6000", **quick}
        with Stack(env, place / "data") as stack:
            yield Journey(stack, cloud)


@pytest.fixture
def stack(journey: Journey) -> Iterator[Stack]:
    yield journey.stack
    journey.cloud.clear_faults()
    journey.stack.wait_until_ready()


def readiness(stack: Stack) -> tuple[int, dict[str, Any]]:
    answer = requests.get(f"{stack.url}/readyz", timeout=30)
    return answer.status_code, answer.json()


def wait_for_words(stack: Stack, kind: str, words: str, status: int) -> None:
    """Until `/readyz` says so, with this status."""

    def says_so() -> bool:
        code, told = readiness(stack)
        return code == status and any(words in sentence for sentence in told[kind])

    wait_for(says_so, lambda: f"{words!r}: {readiness(stack)}", 60)


def test_a_worker_that_hangs_is_named(stack: Stack) -> None:
    stack.kill("job_sync", signal.SIGSTOP)
    try:
        wait_for_words(stack, "problems", "workers: none took anything from the queue job_sync", 503)
    finally:
        stack.kill("job_sync", signal.SIGCONT)


def test_a_beat_that_is_gone_is_named(stack: Stack) -> None:
    """The supervisor, which would start it again in a second, is held meanwhile."""
    stack.kill("supervisor", signal.SIGSTOP)
    try:
        stack.kill("beat")
        wait_for_words(stack, "problems", "beat: no tick", 503)
    finally:
        stack.kill("supervisor", signal.SIGCONT)


def test_a_second_beat_is_seen_and_harmless(stack: Stack) -> None:
    command = [sys.executable, "-m", "celery", "--app", "agmission_partners", "beat", "--pidfile="]
    second = subprocess.Popen(command, cwd=PROJECT_DIR, env=stack.env, stderr=subprocess.DEVNULL)
    try:
        wait_for_words(stack, "warnings", "beats: more than one ticks at a time", 200)
        beats = stack.get("/api/v1/system/queues/").json()["beats"]
        assert {second.pid, stack.pid_of("beat")} <= {beat["pid"] for beat in beats}
    finally:
        second.kill()
        second.wait(30)


def upload_of(journey: Journey, number: int) -> dict[str, Any]:
    return dict(journey.all(f"/api/v1/assignments/?jobNumber={number}")[0]["syncState"]["jobUpload"])


def begun_upload(journey: Journey, seconds: float) -> int:
    """The number of a job whose upload is at the partner now, which answers after so long."""
    journey.cloud.fault("late", "UploadJobData", seconds=seconds, times=1)
    before = journey.cloud.calls().get("UploadJobData", 0)
    number, _ = journey.send_job(pollInterval=1000)
    wait_for(lambda: journey.cloud.calls().get("UploadJobData", 0) > before, "the upload to arrive")
    return number


def logs_of(journey: Journey, external_id: str, *states: str) -> list[dict[str, Any]]:
    """The log with this id, where it is in one of these states (any)."""
    return [one for one in journey.logs() if one["externalLogId"] == external_id and (not states or one["status"] in states)]


def test_what_can_finish_in_the_grace_time_finishes(stack: Stack, journey: Journey) -> None:
    number = begun_upload(journey, seconds=1.5)
    stack.kill("job_sync", signal.SIGTERM)
    wait_for(lambda: upload_of(journey, number)["status"] == "synced", "the upload", LEASE_SECONDS / 2)
    assert upload_of(journey, number)["attempts"] == 1
    assert [one["jobNumber"] for one in journey.cloud.uploads()].count(str(number)) == 1


def test_an_upload_that_cannot_finish_is_not_sent_twice(stack: Stack, journey: Journey) -> None:
    number = begun_upload(journey, seconds=60)
    stack.kill("job_sync", signal.SIGTERM)
    wait_for(lambda: upload_of(journey, number)["status"] in ("unconfirmed", "synced"), "its release", LEASE_SECONDS / 2)
    assert [one["jobNumber"] for one in journey.cloud.uploads()].count(str(number)) == 1


def test_a_download_that_cannot_finish_is_released_at_once(stack: Stack, journey: Journey) -> None:
    before = journey.cloud.calls().get("GetAircraftLogData", 0)
    journey.cloud.fault("late", "GetAircraftLogData", seconds=60, times=1)
    log = journey.cloud.add_log(LOGIN, journey.aircraft_id, 10, name="slow.log")
    wait_for(lambda: journey.cloud.calls().get("GetAircraftLogData", 0) > before, "the download to begin", 60)
    stack.kill("data_poll", signal.SIGTERM)
    given_back = ("discovered", 0)
    wait_for(lambda: [one for one in logs_of(journey, log) if (one["status"], one["attempts"]) == given_back], "its release", 30)


def test_a_parse_of_a_prefork_pool_finishes_or_is_released_at_once(stack: Stack, journey: Journey) -> None:
    records = 80_000
    log = journey.cloud.add_log(LOGIN, journey.aircraft_id, records, name="long.log", recordsPerSecond=10)

    wait_for(lambda: logs_of(journey, log, "parsing", "parsed"), "the parse to begin", 60)
    stack.kill("flight_data", signal.SIGTERM)
    parsed = wait_for(lambda: logs_of(journey, log, "parsed"), "the parse", LEASE_SECONDS - 20)
    assert journey.read(f"/api/v1/applications/{parsed[0]['applicationId']}/")["counts"]["records"] == records
