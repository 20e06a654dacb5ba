"""Two hosts over one PostgreSQL, one broker and one storage: each may go at any moment, and the other carries on."""

import hashlib
import os
import secrets
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import requests
from cryptography.fernet import Fernet

from agmission_partners.environment import load
from agmission_partners.variables import Variables
from tests.support import servers
from tests.support.hosts import Host, manage
from tests.support.journey import LOGIN, Journey
from tests.support.processes import clean_environment
from tests.support.sandbox import SandboxProcess
from tests.support.services import drop_database, drop_keys, make_database
from tests.support.waiting import wait_for

pytestmark = [pytest.mark.live, pytest.mark.servers, pytest.mark.timeout(300)]
WORKERS = ("tick", "job_sync", "data_poll", "flight_data")
QUICK = {
    "PARTNER_FIRST_POLL_DELAY": "1000",
    "PARTNER_MIN_POLL_INTERVAL": "1000",
    "PARTNER_TICK_INTERVAL": "500",
    "PARTNER_LEASE_DURATION": "3000",
    "SATLOC_RATE_LIMIT": "6000",
}


@pytest.fixture
def database(broker: str) -> Iterator[str]:
    """Of its own; beside Redis through a pooler, of which all processes share four connections."""
    address = make_database(os.environ["DATABASE_URL"], "agmission_hosts")
    with ExitStack() as stack:
        stack.callback(drop_database, address)
        yield stack.enter_context(servers.pooled(address)) if broker.startswith("redis") else address


@pytest.fixture(params=["redis", "rabbitmq"])
def broker(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "redis":
        yield os.environ["REDIS_URL"]
        return
    with servers.rabbitmq(tmp_path) as address:
        yield address


@pytest.fixture
def hosts(database: str, broker: str, cloud: SandboxProcess, tmp_path: Path) -> Iterator[list[Host]]:
    """Both with web and workers; the beat is on the first."""
    env = clean_environment(
        DATABASE_URL=database,
        BROKER_URL=broker,
        DATA_DIR=str(tmp_path / "storage"),
        SECRET_KEY=secrets.token_urlsafe(50),
        CREDENTIALS_KEYS=Fernet.generate_key().decode(),
        DJANGO_SUPERUSER_USERNAME="operator",
        DJANGO_SUPERUSER_PASSWORD=secrets.token_urlsafe(12),
        SATLOC_BASE_URL=cloud.base_url,
        **QUICK,
    )
    (tmp_path / "storage").mkdir()
    manage(env, "prepare")
    both = [Host(name, env, tmp_path) for name in ("north", "south")]
    both[0].start("web", *WORKERS, "beat")
    both[1].start("web", *WORKERS)
    try:
        wait_for(lambda: all(map(is_ready, both)), lambda: "\n".join(host.logs()[-2000:] for host in both), 60)
        yield both
    finally:
        for host in both:
            host.kill()
        if broker.startswith("redis"):
            drop_keys(broker, load(Variables(env)).broker_key_prefix)


def is_ready(host: Host) -> bool:
    try:
        return requests.get(f"{host.url}/readyz", timeout=5).status_code == 200
    except requests.RequestException:
        return False


def flown(journey: Journey, number: int) -> dict[str, Any]:
    """The log of that job, once it is parsed."""
    logs = wait_for(lambda: [log for log in journey.logs("parsed") if number in log["jobNumbers"]], f"job {number}'s log", 60)
    return logs[0]


def test_one_host_may_go_at_any_moment(hosts: list[Host], cloud: SandboxProcess) -> None:
    north, south = hosts
    journey = Journey(north, cloud)
    first, _ = journey.send_job(pollInterval=1000)
    flown(journey, first)
    second, _ = journey.send_job(pollInterval=1000)
    north.kill()
    south.start("beat")
    journey.stack = south
    third, _ = journey.send_job(pollInterval=1000)
    for number in (first, second, third):
        log = flown(journey, number)
        raw = south.get(f"/api/v1/logs/{log['id']}/download").content
        assert hashlib.sha256(raw).hexdigest() == log["sha256"]
        assert raw == cloud.log_content(LOGIN, log["externalLogId"])
    assert len(cloud.uploads()) == 3
    assert south.stop() == [0] * 6
