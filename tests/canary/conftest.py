"""The canary with a simulated cloud beside this process."""

from pathlib import Path
from typing import Any

import pytest

from tests.support.canary import CanaryHub
from tests.support.sandbox import SandboxProcess


@pytest.fixture
def canary(transactional_db: None, cloud: SandboxProcess, settings: Any, tmp_path: Path) -> CanaryHub:
    return CanaryHub(cloud, settings, tmp_path)
