"""Moving in, from a test: the command as an operator gives it, and what it said."""

from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from tests.moving_in.emulator import Emulator


@pytest.fixture
def move(settings: Any, tmp_path: Path) -> Callable[..., str]:
    """`move(source, "--dry-run")`: what was said on the screen; an error's words, after `refused: `, belong to it."""
    from dataclasses import replace

    settings.HUB = replace(settings.HUB, data_dir=tmp_path / "data")

    def run(source: Any, *options: str) -> str:
        said = StringIO()
        try:
            call_command("migrate_job_assignments", str(source), *options, stdout=said, stderr=said)
        except CommandError as error:
            said.write(f"refused: {error}")
        return said.getvalue()

    return run


@pytest.fixture
def reports(tmp_path: Path) -> Callable[[], str]:
    """All that stands in the reports."""
    return lambda: "\n".join(path.read_text() for path in sorted((tmp_path / "data" / "reports").glob("*.txt")))


@pytest.fixture(scope="session")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A server that speaks MongoDB's protocol: SecantusDB, an emulator, not MongoDB."""
    with Emulator(tmp_path_factory.mktemp("emulator")) as running:
        yield running
