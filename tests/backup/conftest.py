from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from agmission_partners.backup.manifest import whole_backups
from tests.support.hub import Hub


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "backups"


@pytest.fixture
def back_up(target: Path) -> Callable[[], Path]:
    """`manage.py backup`; the folder of the backup."""

    def run() -> Path:
        call_command("backup", str(target), stdout=StringIO())
        return whole_backups(target)[-1]

    return run


@pytest.fixture
def flown(hub: Hub) -> Hub:
    """A hub with one job sent and flown, its log read and measured."""
    hub.assign()
    hub.work("job_sync")
    hub.cloud.wait_for_logs(1)
    hub.later(seconds=1)
    for queue in ("data_poll", "data_poll", "flight_data", "flight_data"):
        hub.work(queue)
    assert hub.application().status == "parsed"
    return hub
