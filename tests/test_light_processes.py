"""Most of the hub's processes wait for networks. They start without what only others need."""

import os
import subprocess
import sys

from agmission_partners.variables import PROJECT_DIR

LOADED = "import sys, django; django.setup(); print(*sys.modules)"


def loaded_by(code: str) -> set[str]:
    """The modules that a new process has loaded after this."""
    return set(subprocess.check_output([sys.executable, "-c", code], cwd=PROJECT_DIR, env=os.environ, text=True).split())


def test_what_only_one_process_needs_is_not_loaded_by_each() -> None:
    heavy = {"numpy", "pyarrow", "pyproj", "shapely", "pyogrio", "unfold.admin", "rest_framework.views"}
    assert not heavy & loaded_by(LOADED)


def test_what_computes_is_loaded_before_the_processes_that_share_it() -> None:
    computing = LOADED.replace("print", "import flightdata.computing; print")
    assert loaded_by(computing) >= {"numpy", "pyarrow.parquet", "pyproj", "shapely", "flightdata.parsers.satloc_text.parser"}
