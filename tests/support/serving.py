"""The web server alone, on the database of this process."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from agmission_partners.variables import PROJECT_DIR
from tests.support.ports import free_port, listens
from tests.support.waiting import wait_for


@contextmanager
def served() -> Iterator[str]:
    """Its address, while it runs."""
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{port}", "--log-level", "warning"]
    process = subprocess.Popen(
        [*command, "agmission_partners.wsgi"], cwd=PROJECT_DIR, env={**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings"}
    )
    try:
        wait_for(lambda: listens(port) or process.poll() is not None, "the web server", 30)
        assert process.poll() is None, "the web server ended"
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(30)
