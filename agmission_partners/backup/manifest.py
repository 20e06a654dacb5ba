"""What a backup says of itself. It is written last: a folder without one is no backup."""

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from agmission_partners.backup import Impossible

NAME, FILES = "manifest.json", "files.jsonl"
FORMAT = 1
PARTIAL = ".partial"


@dataclass(frozen=True)
class File:
    """One file of the hub's store. `path` is below DATA_DIR."""

    path: str
    sha256: str
    size: int


@dataclass(frozen=True)
class Manifest:
    """`taken_at` is the database's time; `keys` are the ids of the keys that stored secrets need; `tables` count rows;
    `parts` are the files of this backup alone, with their SHA-256; `missing` is what the store itself had lost."""

    taken_at: str
    database: str
    migrations: list[str]
    keys: list[str]
    tables: Mapping[str, int]
    columns: Mapping[str, list[str]]
    parts: Mapping[str, str]
    files: int
    bytes: int
    missing: list[str] = field(default_factory=list)
    format: int = FORMAT


def sha256_of(path: Path) -> str:
    """In hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def make_durable(path: Path) -> None:
    """A file or a folder is on the disk when this returns."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write(folder: Path, manifest: Manifest) -> None:
    """The last file of a backup."""
    with (folder / NAME).open("w") as file:
        json.dump(asdict(manifest), file, indent=1, sort_keys=True)
        file.flush()
        os.fsync(file.fileno())
    make_durable(folder)


def read(folder: Path) -> Manifest:
    """That of a whole backup. Raises Impossible."""
    if folder.name.endswith(PARTIAL) or not (folder / NAME).is_file():
        others = [one.name for one in whole_backups(folder)]
        hint = f"name one of {', '.join(others[-3:])} in it" if others else "take another one, or make a new one"
        raise Impossible(f"{folder} is no whole backup (it has no {NAME}, or was broken off); {hint}")
    try:
        document: dict[str, Any] = json.loads((folder / NAME).read_text())
        if document.get("format") != FORMAT:
            raise Impossible(f"{folder / NAME} has the format {document.get('format')}, and this program reads {FORMAT}")
        return Manifest(**document)
    except (ValueError, TypeError, AttributeError) as error:
        raise Impossible(f"{folder / NAME} cannot be read ({error}); take another backup") from None


def check_parts(folder: Path, manifest: Manifest) -> None:
    """Every part is there and is what was written. Raises Impossible."""
    for name, sha256 in manifest.parts.items():
        path = folder / name
        if not path.is_file():
            raise Impossible(f"{path} is missing, which the manifest names; take another backup")
        if sha256_of(path) != sha256:
            raise Impossible(f"{path} is not what the manifest says (its SHA-256 differs); take another backup")


def files_of(folder: Path) -> Iterator[File]:
    """The files that a backup names."""
    with (folder / FILES).open() as lines:
        for line in lines:
            yield File(**json.loads(line))


def whole_backups(target: Path) -> list[Path]:
    """Those in a target, oldest first."""
    found = target.glob(f"*/{NAME}") if target.is_dir() else ()
    return sorted(path.parent for path in found if not path.parent.name.endswith(PARTIAL))
