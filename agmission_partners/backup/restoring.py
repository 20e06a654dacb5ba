"""Bringing a backup back: what does not fit is refused first, then the files, then the database in one transaction."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction
from django.db.migrations.recorder import MigrationRecorder

from agmission_partners.backup import Impossible, databases, files, manifest, settling
from agmission_partners.backup.manifest import Manifest
from partners import crypto


@dataclass(frozen=True)
class Restored:
    """What was brought back. `verified`: files read once more from end to end; None where nobody asked."""

    manifest: Manifest
    settled: settling.Settled
    verified: int | None


def restore(folder: Path, *, verify: bool = False) -> Restored:
    """A whole backup into this installation, which is migrated and empty. Broken off, it is begun again. Raises Impossible."""
    folder = folder.resolve()
    described = manifest.read(folder)
    for refusal in _refusals(described):
        raise Impossible(refusal)
    manifest.check_parts(folder, described)
    brought = sum(1 for _ in files.bring_back(manifest.files_of(folder), folder.parent))
    if brought != described.files:
        raise Impossible(f"{folder} names {brought} files, and its manifest counts {described.files}; take another backup")
    verified = files.verify(manifest.files_of(folder)) if verify else None
    with databases.attached(folder), transaction.atomic():
        databases.load(folder, described)
        settled = settling.settle(datetime.fromisoformat(described.taken_at))
    return Restored(described, settled, verified)


def _refusals(described: Manifest) -> Iterator[str]:
    if described.database != connection.vendor:
        words = f"the backup is of {described.database}, and DATABASE_URL names {connection.vendor}"
        yield f"{words}; restore into a database of the same kind"
    yield from _other_migrations(described)
    if missing := sorted(set(described.keys) - {crypto.key_id(key) for key in settings.HUB.credentials_keys}):
        yield f"the backup's secrets need the key {missing[0]}, which CREDENTIALS_KEYS does not hold; add that key first"
    if filled := databases.filled_tables():
        table, rows = next(iter(filled.items()))
        yield f"this installation is not empty ({table} has {rows} rows); restore into a fresh one that was only migrated"


def _other_migrations(described: Manifest) -> Iterator[str]:
    here = {f"{app}.{name}" for app, name in MigrationRecorder(connection).applied_migrations()}
    hint = "run `manage.py migrate` of the version that made the backup, restore, then upgrade"
    if lacking := sorted(set(described.migrations) - here):
        yield f"this database lacks the migration {lacking[0]}, which the backup has; {hint}"
    if newer := sorted(here - set(described.migrations)):
        yield f"this database has the migration {newer[0]}, which the backup lacks; {hint}"
