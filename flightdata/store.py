"""Raw bytes on disk: spooled, hashed, made durable, then renamed to where their hash says. Nothing is ever overwritten."""

import hashlib
import os
import shutil
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO
from uuid import UUID, uuid4

from django.conf import settings

STALE_AFTER_SECONDS = 24 * 3600


class TooLong(Exception):
    """More bytes came than may be kept."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"the file is longer than the {limit} bytes that PARTNER_MAX_LOG_SIZE allows")
        self.limit = limit


@dataclass(frozen=True)
class Kept:
    """Bytes that are durable: SHA-256 in hexadecimal, size in bytes, key in the store."""

    sha256: str
    size: int
    key: str


class Spool:
    """A file on its way in. It becomes part of the store by `keep`, and disappears otherwise."""

    def __init__(self, limit: int) -> None:
        self.path = _folder("spool") / uuid4().hex
        self._file = self.path.open("xb")
        self._hash = hashlib.sha256()
        self._limit = limit
        self.size = 0

    def write(self, chunk: bytes) -> None:
        """Append; TooLong when that passes the limit."""
        self.size += len(chunk)
        if self.size > self._limit:
            raise TooLong(self._limit)
        self._hash.update(chunk)
        self._file.write(chunk)

    def keep(self, customer_id: UUID) -> Kept:
        """Make the bytes durable under their hash, in the customer's own folder. The same bytes again change nothing."""
        self._file.flush()
        os.fsync(self._file.fileno())
        digest = self._hash.hexdigest()
        key = f"{customer_id}/{digest[:2]}/{digest}"
        target = path_of(key)
        target.parent.mkdir(parents=True, exist_ok=True)
        if not (target.exists() and target.stat().st_size == self.size):
            self.path.replace(target)
        _make_durable(target.parent)
        _make_durable(target.parent.parent)
        return Kept(digest, self.size, key)

    def close(self) -> None:
        """Remove what was not kept."""
        self._file.close()
        self.path.unlink(missing_ok=True)


@contextmanager
def spool(limit: int) -> Iterator[Spool]:
    """A spool for at most `limit` bytes."""
    _sweep()
    incoming = Spool(limit)
    try:
        yield incoming
    finally:
        incoming.close()


def path_of(key: str) -> Path:
    """Where a key of the raw store is on disk."""
    return _folder("raw") / key


def track_path(key: str) -> Path:
    """Where a track or a file of rejects is on disk."""
    return _folder("tracks") / key


def open_raw(key: str) -> BinaryIO:
    """The raw bytes, for reading."""
    return path_of(key).open("rb")


def export_path(key: str) -> Path:
    """Where an export, or the folder of one, is on disk."""
    return _folder("exports") / key


class Growing:
    """A file that is being written, with its running size and SHA-256."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._hash = hashlib.sha256()
        self.size = 0

    def write(self, chunk: bytes) -> None:
        """Append."""
        self._file.write(chunk)
        self._hash.update(chunk)
        self.size += len(chunk)

    @property
    def sha256(self) -> str:
        """Of all that was written so far, in hexadecimal."""
        return self._hash.hexdigest()


@contextmanager
def write_whole(target: Path) -> Iterator[Growing]:
    """A file that is written in this block: whole and durable under its name when the block ends, or not there at all."""
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f".{target.name}.part")
    try:
        with part.open("wb") as file:
            yield Growing(file)
            file.flush()
            os.fsync(file.fileno())
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    _make_durable(target.parent)


def write_track_file(key: str, content: bytes) -> None:
    """Write a small file beside the tracks: whole and durable under its name, or not at all."""
    with write_whole(track_path(key)) as file:
        file.write(content)


def tracks_in(folder: str) -> set[Path]:
    """The files of a folder of tracks."""
    return files_in(track_path(folder))


def files_in(folder: Path) -> set[Path]:
    """The files of a folder, none where there is no folder."""
    return set(folder.iterdir()) if folder.is_dir() else set()


def remove_tracks(found: Iterable[Path], kept_keys: Iterable[str]) -> None:
    """Remove these files but those of the keys: what was replaced, and what killed attempts left behind."""
    for path in set(found) - {track_path(key) for key in kept_keys}:
        path.unlink(missing_ok=True)


def remove_all_of(customer_id: UUID) -> None:
    """Remove every file of a customer that is no more, raw bytes and what was made of them."""
    for folder in (path_of(str(customer_id)), track_path(str(customer_id))):
        shutil.rmtree(folder, ignore_errors=True)


def _folder(name: str) -> Path:
    folder: Path = settings.HUB.data_dir / name
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _make_durable(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _sweep() -> None:
    """Remove what killed processes left behind a day ago. It was never counted as a file, whole or not."""
    oldest = time.time() - STALE_AFTER_SECONDS
    for path in _folder("spool").iterdir():
        try:
            if path.stat().st_mtime < oldest:
                path.unlink(missing_ok=True)
        except FileNotFoundError:
            continue
