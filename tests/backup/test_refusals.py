"""What cannot be restored is refused with one line that says why, and leaves everything as it was."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.core.management import CommandError, call_command

from accounts.models import Customer
from agmission_partners.backup import manifest
from tests.support.disaster import destroy_everything
from tests.support.hub import Hub
from tests.support.scene import a_customer

BackUp = Callable[[], Path]


def refusal(folder: Path) -> str:
    with pytest.raises(CommandError) as caught:
        call_command("restore", str(folder))
    assert "\n" not in str(caught.value)
    return str(caught.value)


def change(folder: Path, **values: Any) -> None:
    path = folder / manifest.NAME
    path.write_text(json.dumps({**json.loads(path.read_text()), **values}))


def shared_file(folder: Path) -> Path:
    return next(path for path in (folder.parent / "files").rglob("*") if path.is_file())


@pytest.fixture
def lost(flown: Hub, back_up: BackUp) -> Path:
    """The backup of an installation that is no more."""
    folder = back_up()
    destroy_everything()
    return folder


def test_an_installation_that_is_not_empty(lost: Path) -> None:
    a_customer()
    assert "not empty (accounts_customer has 1 rows)" in refusal(lost)


def test_a_key_that_is_missing(hub: Hub, lost: Path) -> None:
    hub.set(credentials_keys=(Fernet.generate_key().decode(),))
    (needed,) = manifest.read(lost).keys
    assert f"need the key {needed}, which CREDENTIALS_KEYS does not hold" in refusal(lost)


def test_other_migrations(lost: Path) -> None:
    migrations = manifest.read(lost).migrations
    change(lost, migrations=[*migrations, "work.9999_later"])
    assert "lacks the migration work.9999_later" in refusal(lost)
    change(lost, migrations=migrations[1:])
    assert f"has the migration {migrations[0]}, which the backup lacks" in refusal(lost)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"database": "oracle"}, "the backup is of oracle"),
        ({"format": 7}, "has the format 7"),
        ({"files": 1000}, "its manifest counts 1000"),
        ({"tables": {"accounts_customer": 99}}, "accounts_customer has 1 rows after loading, and the manifest counts 99"),
        ({"surprise": 1}, "cannot be read"),
    ],
)
def test_a_manifest_that_does_not_fit(lost: Path, values: dict[str, Any], words: str) -> None:
    change(lost, **values)
    assert words in refusal(lost)
    assert not Customer.objects.exists()


def test_a_part_that_was_changed_and_one_that_is_missing(lost: Path) -> None:
    name = next(name for name in manifest.read(lost).parts if name != manifest.FILES)
    with (lost / name).open("ab") as file:
        file.write(b"x")
    assert re.search(f"{name} is not what the manifest says", refusal(lost))
    (lost / name).unlink()
    assert f"{name} is missing" in refusal(lost)


def test_a_file_that_was_changed_and_one_that_is_missing(lost: Path) -> None:
    shared_file(lost).write_bytes(b"x")
    assert "is not what the manifest says" in refusal(lost)
    shared_file(lost).unlink()
    assert "is missing, which the backup names as" in refusal(lost)
    assert not Customer.objects.exists()


def test_a_folder_that_is_no_whole_backup(lost: Path) -> None:
    assert f"name one of {lost.name} in it" in refusal(lost.parent)
    partial = lost.rename(f"{lost}{manifest.PARTIAL}")
    assert "is no whole backup" in refusal(partial)
    (partial / manifest.NAME).unlink()
    assert "is no whole backup" in refusal(partial.rename(lost))
