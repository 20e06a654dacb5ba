"""What was taken from others is what they made, and nothing else lies beside it."""

import hashlib
from pathlib import Path

import pytest

from agmission_partners.variables import PROJECT_DIR

VENDOR = PROJECT_DIR / "agmission_partners" / "static" / "pages" / "vendor"
FOLDERS = sorted(path for path in VENDOR.iterdir() if path.is_dir())


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda path: path.name)
def test_vendored_files_are_unchanged(folder: Path) -> None:
    wanted = dict(reversed(line.split()) for line in (folder / "SHA256SUMS").read_text().splitlines())
    there = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir() if path.name != "SHA256SUMS"}
    assert there == wanted
    assert "LICENSE" in there


def test_every_vendored_folder_is_named_with_its_licence() -> None:
    text = (VENDOR / "README.md").read_text()
    assert [folder.name for folder in FOLDERS if f"`{folder.name}`" not in text] == []
