"""The hub of the flow tests: its cast, and how its work and its time move."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.db.models import F, Model

from assignments.models import JobAssignment, PollTarget, SyncOperation
from assignments.services import uploads
from flightdata.models import Application, PartnerLog
from partners.models import Aircraft, Partner, PartnerSystemUser
from partners.services import pausing
from tests.support.sandbox import SandboxProcess
from tests.support.scene import a_customer, a_job, a_partner, a_user, an_account
from work import engine, kinds

LOGIN, PASSWORD, TAIL = "prairie@example.com", "sky-high-5", "N502AG"
WORKER = "test worker"
OF_HEALTH = ("health_since", "troubled_at", "checked_at", "open_until", "refused_at")
OF_WORK = ("due_at", "rank_at", "lease_expires_at", "last_attempt_at")
MOMENTS: dict[type[Model], tuple[str, ...]] = {
    Partner: OF_HEALTH,
    PartnerSystemUser: (*OF_HEALTH, "paused_until", "next_call_at", "last_success_at"),
}


class Hub:
    """`send()` assigns a job; `work()` drains queues; `later()` lets time pass for every row."""

    def __init__(self, cloud: SandboxProcess, settings: Any, data_dir: Path) -> None:
        self.cloud = cloud
        self._settings = settings
        satloc = replace(
            settings.HUB.satloc, base_url=cloud.base_url, retry_attempts=0, timeout=timedelta(seconds=2), rate_limit=6000
        )
        settings.HUB = replace(settings.HUB, satloc=satloc, data_dir=data_dir, first_poll_delay=timedelta(0))
        cloud.add_account(LOGIN, PASSWORD)
        self.aircraft_id = cloud.add_aircraft(LOGIN, TAIL)
        self.customer = a_customer()
        self.pilot = a_user(self.customer)
        self.partner = a_partner()
        self.account = an_account(self.customer, self.partner, LOGIN)
        self.aircraft = Aircraft.objects.create(system_user=self.account, external_id=self.aircraft_id)
        self.job = a_job(self.customer)

    def set(self, **values: Any) -> None:
        """Change settings of the hub."""
        self._settings.HUB = replace(self._settings.HUB, **values)

    def assign(self, **config: Any) -> JobAssignment:
        """The job given to the pilot and the aircraft, its upload queued."""
        assignment = JobAssignment.objects.create(
            job=self.job,
            user=self.pilot,
            partner_type="satloc",
            system_user=self.account,
            aircraft=self.aircraft,
            partner_config=config,
        )
        uploads.enqueue(assignment, actor="test")
        return assignment

    def calls(self) -> int:
        """How often its cloud was called."""
        return sum(self.cloud.calls().values())

    def set_password(self, password: str) -> None:
        """Correct the account's password, as the API does."""
        self.account.refresh_from_db()
        self.account.api_secret = password
        self.account.save(update_fields=["api_secret"])
        pausing.credentials_changed(self.account, actor="test")

    def work(self, *queues: str) -> int:
        """Drain these queues (all), each once; how many rows were worked on."""
        return sum(engine.drain(queue, 50, WORKER) for queue in queues or kinds.queues())

    def later(self, **by: float) -> None:
        """Time passes for every row."""
        time_passes(timedelta(**by))

    def upload(self) -> SyncOperation:
        return SyncOperation.objects.select_related("assignment").get()

    def target(self) -> PollTarget:
        return PollTarget.objects.get()

    def log(self) -> PartnerLog:
        return PartnerLog.objects.select_related("application").get()

    def application(self) -> Application:
        return Application.objects.get()


def time_passes(passed: timedelta) -> None:
    """Rows move back, the clock stays."""
    moments = {kind.model: OF_WORK for kind in kinds.all_kinds()}
    for model in moments.keys() | MOMENTS.keys():
        move_back(model, (*moments.get(model, ()), *MOMENTS.get(model, ())), passed)


def move_back(model: type[Model], columns: Sequence[str], passed: timedelta) -> None:
    """All rows of a model, in one statement; a moment that is not there stays so."""
    model._default_manager.update(**{column: F(column) - passed for column in columns})
