"""Taking a backup: the database first, then the files it names, the manifest last. Until then the folder is named `.partial`."""

import fcntl
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from django.db import connection

from agmission_partners.backup import Impossible, databases, files, manifest
from agmission_partners.backup.databases import Snapshot
from agmission_partners.backup.files import Copied
from agmission_partners.backup.manifest import FILES, PARTIAL, File, Manifest
from partners import crypto
from partners.services import rotating
from work.clock import now

LOCK = "lock"


@dataclass(frozen=True)
class Taken:
    """A whole backup, and how many files the target did not have before."""

    folder: Path
    manifest: Manifest
    new_files: int


def take(target: Path) -> Taken:
    """One backup more in `target`. Raises Impossible."""
    target.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _alone_in(target):
        _clear_away_partials(target)
        folder = target / f"{datetime.now(UTC):%Y%m%dT%H%M%S.%fZ}{PARTIAL}"
        known = _last_files(target)
        folder.mkdir(mode=0o700)
        described, copied = _taken(folder, target, known)
        if again := _removed_meanwhile(copied):
            shutil.rmtree(folder)
            folder.mkdir(mode=0o700)
            described, copied = _taken(folder, target, {**known, **again})
        manifest.write(folder, described)
        whole = folder.rename(folder.with_name(folder.name.removesuffix(PARTIAL)))
        manifest.make_durable(target)
        return Taken(whole, described, copied.new)


def _removed_meanwhile(copied: Copied) -> dict[str, File]:
    """What was copied, where something was not: a track may have been replaced since the moment of the database.

    A second moment names its successor. What is missing then as well is lost.
    """
    return {file.path: file for file in copied.files} if copied.missing else {}


def _taken(folder: Path, target: Path, known: dict[str, File]) -> tuple[Manifest, Copied]:
    taken_at = now()
    with databases.snapshot(folder) as taken:
        named, keys, migrations = files.named_by(taken), _keys(taken), _migrations(taken)
    copied = files.copy_all(named, target, known)
    with (folder / FILES).open("w") as lines:
        lines.writelines(f"{json.dumps(asdict(file))}\n" for file in copied.files)
    manifest.make_durable(folder / FILES)
    parts = {str(path.relative_to(folder)): manifest.sha256_of(path) for path in sorted(folder.rglob("*")) if path.is_file()}
    described = Manifest(
        taken_at=taken_at.isoformat(),
        database=connection.vendor,
        migrations=migrations,
        keys=keys,
        tables=taken.tables,
        columns=taken.columns,
        parts=parts,
        files=len(copied.files),
        bytes=sum(file.size for file in copied.files),
        missing=copied.missing,
    )
    return described, copied


def _keys(taken: Snapshot) -> list[str]:
    """The ids of the keys that the secrets in the backup need; of a key itself nothing is kept."""
    found = set()
    for model, names in rotating.encrypted_columns().items():
        for name in names:
            column, table = (connection.ops.quote_name(one) for one in (name, model._meta.db_table))
            question = f"SELECT DISTINCT SUBSTR({column}, 1, 9) FROM {table} WHERE {column} <> ''"  # noqa: S608  # our models
            found |= {crypto.key_of(stored) for (stored,) in taken.select(question)}
    return sorted(one for one in found if crypto.KEY_ID.fullmatch(one))


def _migrations(taken: Snapshot) -> list[str]:
    return [f"{app}.{name}" for app, name in taken.select("SELECT app, name FROM django_migrations ORDER BY app, name")]


def _last_files(target: Path) -> dict[str, File]:
    """Those of the newest whole backup, by path: what it holds need not be read again."""
    backups = manifest.whole_backups(target)
    return {file.path: file for file in manifest.files_of(backups[-1])} if backups else {}


@contextmanager
def _alone_in(target: Path) -> Iterator[None]:
    """One backup into a target at a time. A kill ends the lock too."""
    with (target / LOCK).open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Impossible(f"another backup is being written to {target}; wait for its end") from None
        yield


def _clear_away_partials(target: Path) -> None:
    """What broken-off backups left. Whole files among the shared ones stay: the next backup has them already."""
    for left in target.glob(f"*{PARTIAL}"):
        shutil.rmtree(left)
    shutil.rmtree(target / files.SHARED / files.INCOMING, ignore_errors=True)
