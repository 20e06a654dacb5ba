"""Programs that a test needs and that come from the system."""

import os
import shutil
from pathlib import Path

import pytest


def program(name: str, package: str, *places: str) -> Path:
    """Where it is: in one of these places, or on the path.

    Without it the test is skipped by name; with CI=true it fails, as nothing may be skipped there.
    """
    found = next((place for place in places if Path(place).exists()), None) or shutil.which(name)
    if found:
        return Path(found)
    missing = f"{name} is not installed (on Debian: apt install {package})"
    if os.environ.get("CI") == "true":
        pytest.fail(missing)
    pytest.skip(missing)
