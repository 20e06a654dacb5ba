"""Files carried in, and logs of a partner, with what the hub made of them."""

import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Customer
from flightdata import store
from flightdata.models import Application, PartnerLog
from flightdata.services import fetches, intake
from flightdata.states import LogStatus
from partners.models import Aircraft
from tests.assignments.conftest import Scene, scene
from work import engine

__all__ = ["scene"]  # a fixture

LOG = b"""# JOB 7: a short log
timestamp,lat,lon,alt,groundSpeed,sprayStatus,tank
2026-05-01T10:00:00Z,40.0,-83.0,300.5,60.0,0,A
2026-05-01T10:00:01Z,40.001,-83.0,300.5,60.0,1,A
2026-05-01T10:00:02Z,40.002,-83.0,,60.0,1,A
2026-05-01T10:00:03Z,95.0,-83.0,300.5,60.0,1,A
2026-05-01T10:00:04.250Z,40.004,-83.0,300.5,,2,B
"""
"""Two comments (one is the header), four records, one reject."""

TakeIn = Callable[..., Application]


def parse_all() -> None:
    while engine.drain("flight_data", 50, "test worker"):
        pass


@pytest.fixture
def take_in(settings: Any, tmp_path: Path) -> TakeIn:
    """Carries a file in by hand and has it parsed: `take_in(customer, b"...", file_name="x.log")`."""
    settings.HUB = replace(settings.HUB, data_dir=tmp_path)

    def carry(customer: Customer, content: bytes = LOG, *, parse: bool = True, **fields: Any) -> Application:
        fields = {"file_name": "short.log", "actor": "test", **fields}
        application, _ = intake.take_in(customer, io.BytesIO(content), **fields)
        if parse:
            parse_all()
        application.refresh_from_db()
        return application

    return carry


@pytest.fixture
def download(settings: Any, tmp_path: Path) -> Callable[..., PartnerLog]:
    """Has a log of the scene's aircraft, as after its download and parse: `download(scene, b"...", "log-1")`."""
    settings.HUB = replace(settings.HUB, data_dir=tmp_path)

    def fetch(scene: Scene, content: bytes = LOG, external_id: str = "log-1", **fields: Any) -> PartnerLog:
        log = a_log(scene, external_id, **fields)
        with store.spool(settings.HUB.max_log_size) as incoming:
            incoming.write(content)
            kept = incoming.keep(scene.customer.pk)
        outcome = fetches.record(log, kept, fetches.Fetch(size_known=True, milliseconds=5))
        PartnerLog.objects.filter(pk=log.pk).update(status=outcome.status, due_at=None, rank_at=None, **outcome.fields)
        parse_all()
        return PartnerLog.objects.get(pk=log.pk)

    return fetch


def a_log(scene: Scene, external_id: str = "log-1", aircraft: str = "N1", **fields: Any) -> PartnerLog:
    """A log that a listing showed."""
    known, _ = Aircraft.objects.get_or_create(system_user=scene.account, external_id=aircraft)
    fields = {"status": LogStatus.DISCOVERED, "file_name": f"{external_id}.log", "listed_at": timezone.now(), **fields}
    return PartnerLog.objects.create(
        system_user=scene.account, customer=scene.customer, aircraft=known, external_log_id=external_id, **fields
    )
