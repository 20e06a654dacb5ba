"""What the hub consists of, in the order in which it is started; it stops in the order of `STOPS`."""

import os
import sys
from pathlib import Path
from urllib.parse import urlsplit

from agmission_partners.environment import Hub
from agmission_partners.supervisor.processes import Service

# Seconds to end in, ten in all. A worker takes four to finish what it is at before it lets go of it (`work.tasks`).
WEB_GRACE, BEAT_GRACE, WORKER_GRACE = 1.6, 1.2, 5.2
STOPS = (("web",), ("beat",), ("tick", "job_sync", "data_poll", "flight_data"), ("sandbox", "canary"), ("broker",))


def manage(name: str, *arguments: str) -> Service:
    """A Django command that runs to its end."""
    return _of_hub(name, "manage", *arguments)


def sandbox(directory: Path, base_url: str) -> Service:
    """The simulated SatLoc cloud of the demo."""
    return _sandbox("sandbox", directory, base_url)


def canary(directory: Path, base_url: str) -> Service:
    """The simulated cloud that the canary's jobs go through: another process, with a file of its own, that does not grow."""
    return _sandbox("canary", directory, base_url, "--keep", "10")


def _sandbox(name: str, directory: Path, base_url: str, *options: str) -> Service:
    place = ["--bind", urlsplit(base_url).netloc, "--state", str(directory / f"{name}.db")]
    return Service(name, [sys.executable, "-m", "sandbox", *place, *options])


def lasting(hub: Hub) -> list[Service]:
    """Web, workers and beat. Parsing has processes of its own, as it needs processors; the rest waits for networks."""
    return [
        _of_hub("web", "gunicorn", "agmission_partners.wsgi:application", grace_seconds=WEB_GRACE),
        # As many threads as may hang in looks at partners, and some that go on ticking.
        _worker("tick", "tick,default", "threads", 10),
        _worker("job_sync", "job_sync", "threads", 5),
        _worker("data_poll", "data_poll", "threads", hub.poll_concurrency),
        _worker("flight_data", "flight_data", "prefork", min(2, os.cpu_count() or 1), "--include", "flightdata.computing"),
        _celery("beat", "beat", "--pidfile=", grace_seconds=BEAT_GRACE),
    ]


def _of_hub(name: str, module: str, *arguments: str, grace_seconds: float = 0.8) -> Service:
    return Service(name, [sys.executable, "-m", module, *arguments], grace_seconds, of_hub=True)


def _celery(name: str, command: str, *options: str, grace_seconds: float) -> Service:
    of_hub = ("--quiet", "--app", "agmission_partners", command, "--loglevel", "INFO")
    return _of_hub(name, "celery", *of_hub, *options, grace_seconds=grace_seconds)


def _worker(name: str, queues: str, pool: str, concurrency: int, *more: str) -> Service:
    options = ("--hostname", f"{name}@%h", "--queues", queues, "--pool", pool, "--concurrency", str(concurrency))
    # Workers need not know of each other: the database is what they agree by.
    alone = ("--without-gossip", "--without-mingle", "--without-heartbeat")
    return _celery(name, "worker", *options, *alone, *more, grace_seconds=WORKER_GRACE)
