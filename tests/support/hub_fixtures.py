"""A hub in this process and a simulated cloud beside it: work is drained by hand, and time passes by moving rows."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.hub import Hub
from tests.support.sandbox import SandboxProcess


@pytest.fixture(params=["bare", "envelope"])
def dialect(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def cloud(tmp_path: Path) -> Iterator[SandboxProcess]:
    with SandboxProcess(tmp_path / "cloud.db", "--flight-delay", "0") as process:
        yield process


@pytest.fixture
def hub(transactional_db: None, cloud: SandboxProcess, settings: Any, tmp_path: Path) -> Hub:
    """One customer with an account and an aircraft at the cloud, and a job for it."""
    return Hub(cloud, settings, tmp_path)
