"""The canary of a test: switched on, with a simulated cloud, its work done by hand."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from agmission_partners.reached import Canary as Settings
from canary.models import Canary, Run
from canary.services import cast
from tests.support.hub import move_back, time_passes
from tests.support.ports import free_port
from tests.support.sandbox import SandboxProcess
from work import engine, kinds
from work.models import Attention

WORKER = "test worker"
INTERVAL = timedelta(minutes=15)


class CanaryHub:
    """`tick()` and `work()` do what beat and workers do; `later()` lets time pass for every row."""

    def __init__(self, cloud: SandboxProcess, settings: Any, data_dir: Path) -> None:
        self.cloud = cloud
        self._settings = settings
        nobody = f"http://127.0.0.1:{free_port()}"
        satloc = replace(settings.HUB.satloc, base_url=nobody, retry_attempts=0, timeout=timedelta(seconds=2), rate_limit=6000)
        self.set(satloc=satloc, data_dir=data_dir, first_poll_delay=timedelta(0), canary=Settings(cloud.base_url, INTERVAL))
        cloud.add_account(cast.CLOUD_LOGIN, cast.CLOUD_PASSWORD, aircraft=[{"tailNumber": "N9021X", "id": cast.AIRCRAFT_ID}])

    @property
    def settings(self) -> Any:
        """The settings of the hub."""
        return self._settings.HUB

    def set(self, **values: Any) -> None:
        """Change settings of the hub."""
        self._settings.HUB = replace(self._settings.HUB, **values)

    def tick(self) -> None:
        engine.tick("here", 1)

    def work(self, *queues: str) -> None:
        """Drain these queues (all), each once."""
        for queue in queues or kinds.queues():
            engine.drain(queue, 50, WORKER)

    def work_without(self) -> None:
        """What is there besides the canary is done."""
        on = self.settings.canary
        self.set(canary=None)
        self.tick()
        self.work()
        self.set(canary=on)

    def look(self) -> None:
        """The canary looks once at its run."""
        self.later(seconds=2)
        self.work("default")

    def later(self, **by: float) -> None:
        """Time passes."""
        passed = timedelta(**by)
        time_passes(passed)
        move_back(Canary, ("started_at", "last_success_at"), passed)

    def begin(self) -> None:
        """A run begins: its job is assigned, and nothing is sent yet."""
        self.tick()
        self.look()
        self.look()

    def begin_again(self) -> None:
        """The time of the next run has come."""
        self.later(minutes=15)
        self.look()

    def fly_slowly(self) -> Run:
        """As `fly`, where time has to pass before a verdict."""
        before = Run.objects.count()
        for _ in range(25):
            self.later(seconds=30)
            self.work("job_sync", "data_poll", "flight_data", "default")
            if Run.objects.count() > before:
                return Run.objects.latest("pk")
        raise AssertionError(f"the run has not ended; {self.row().step}: {self.row().waits_for}")

    def fly(self, rounds: int = 10) -> Run:
        """Let everybody work until the run has ended; its verdict."""
        before = Run.objects.count()
        for _ in range(rounds):
            self.later(seconds=2)
            self.work("job_sync", "data_poll", "flight_data", "default")
            if Run.objects.count() > before:
                return Run.objects.latest("pk")
        raise AssertionError(f"the run has not ended; {self.row().step}: {self.row().waits_for}")

    def row(self) -> Canary:
        return Canary.objects.get()

    def asks(self) -> list[str]:
        """Why ops are asked to look."""
        return list(Attention.objects.filter(settled_at__isnull=True).values_list("reason", flat=True))
