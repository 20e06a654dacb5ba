"""The files that a database names: copied into a target once each, under their SHA-256, and back to where the hub wants them."""

import hashlib
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

from django.conf import settings

from agmission_partners.backup import Impossible
from agmission_partners.backup.databases import Snapshot
from agmission_partners.backup.manifest import File, make_durable, sha256_of

SHARED, INCOMING = "files", "incoming"
CHUNK = 1 << 20
RAW = "SELECT storage_key, sha256, size FROM flightdata_applicationfile ORDER BY storage_key"
TRACKS = (
    "SELECT track_key FROM flightdata_interpretation UNION SELECT rejects_key FROM flightdata_interpretation"
    " UNION SELECT layers_key FROM flightdata_coverage"
)


@dataclass(frozen=True)
class Named:
    """A file that the database names, with its SHA-256 where the database knows it."""

    path: str
    sha256: str = ""
    size: int | None = None


@dataclass
class Copied:
    """What came of copying. `missing`: what the store has no more, or not as the database says."""

    files: list[File] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    new: int = 0


def named_by(taken: Snapshot) -> list[Named]:
    """Raw files, then what was made of them."""
    raw = [Named(f"raw/{key}", sha256, size) for key, sha256, size in taken.select(RAW)]
    return raw + [Named(f"tracks/{key}") for (key,) in taken.select(TRACKS) if key]


def shared_path(target: Path, sha256: str) -> Path:
    """Where a target keeps the bytes with this SHA-256."""
    return target / SHARED / sha256[:2] / sha256


def copy_all(named: Iterable[Named], target: Path, known: Mapping[str, File]) -> Copied:
    """Copy what the target lacks. `known`: the files of its last backup by path; none of the hub's files ever changes."""
    copied = Copied()
    for one in named:
        source = settings.HUB.data_dir / one.path
        wanted = File(one.path, one.sha256, one.size or 0) if one.sha256 else known.get(one.path)
        if wanted and _is_there(target, wanted) and source.is_file():
            copied.files.append(wanted)
            continue
        _copy(source, target, one, copied)
    return copied


def _is_there(target: Path, file: File) -> bool:
    path = shared_path(target, file.sha256)
    return path.is_file() and path.stat().st_size == file.size


def _copy(source: Path, target: Path, named: Named, copied: Copied) -> None:
    """It is missing where the store has it no more, or has other bytes than the database says."""
    incoming = target / SHARED / INCOMING / uuid4().hex
    incoming.parent.mkdir(parents=True, exist_ok=True)
    try:
        file = File(named.path, *_copied(source, incoming))
        if named.sha256 and file.sha256 != named.sha256:
            copied.missing.append(named.path)
            return
        if not _is_there(target, file):  # another file may have had the same bytes
            _rename(incoming, shared_path(target, file.sha256))
            copied.new += 1
        copied.files.append(file)
    except FileNotFoundError:
        copied.missing.append(named.path)
    finally:
        incoming.unlink(missing_ok=True)


def _copied(source: Path, goal: Path) -> tuple[str, int]:
    """SHA-256 and size of what was copied and is durable."""
    running, size = hashlib.sha256(), 0
    with source.open("rb") as old, goal.open("xb") as new:
        while part := old.read(CHUNK):
            running.update(part)
            new.write(part)
            size += len(part)
        new.flush()
        os.fsync(new.fileno())
    return running.hexdigest(), size


def _rename(part: Path, goal: Path) -> None:
    goal.parent.mkdir(parents=True, exist_ok=True)
    part.replace(goal)
    make_durable(goal.parent)
    make_durable(goal.parent.parent)


def bring_back(files: Iterable[File], target: Path) -> Iterator[File]:
    """Each file where the hub wants it; what lies there whole is left. Raises Impossible for other bytes."""
    for file in files:
        goal = settings.HUB.data_dir / file.path
        if not (goal.is_file() and sha256_of(goal) == file.sha256):
            _bring(shared_path(target, file.sha256), goal, file)
        yield file


def _bring(source: Path, goal: Path, file: File) -> None:
    goal.parent.mkdir(parents=True, exist_ok=True)
    part = goal.with_name(f".{goal.name}.part")
    part.unlink(missing_ok=True)
    try:
        sha256, _ = _copied(source, part)
        if sha256 != file.sha256:
            raise Impossible(
                f"{source} is not what the manifest says (its SHA-256 differs); bring it back, or take another backup"
            )
        _rename(part, goal)
    except FileNotFoundError:
        raise Impossible(f"{source} is missing, which the backup names as {file.path}; bring it back, or take another") from None
    finally:
        part.unlink(missing_ok=True)


def verify(files: Iterable[File]) -> int:
    """Read every file from end to end where it is now; how many. Raises Impossible."""
    count = 0
    for file in files:
        path = settings.HUB.data_dir / file.path
        if not path.is_file() or sha256_of(path) != file.sha256:
            raise Impossible(f"{path} is not what the backup holds; look at the disk, then restore again")
        count += 1
    return count
