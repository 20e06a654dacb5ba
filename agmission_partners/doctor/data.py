"""Whether what is kept can be read: credentials, raw files, the database's own file."""

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path

from django.conf import settings
from django.core.checks import CheckMessage, Error
from django.core.checks import Warning as Doubt
from django.db import DatabaseError, connection
from django.db.backends.utils import CursorWrapper

from agmission_partners.doctor import Question
from flightdata import store
from flightdata.models import ApplicationFile
from partners.services import rotating

NEWEST, AT_ONCE = 100, 1000
SHOWN = 5


def credentials() -> Iterator[CheckMessage]:
    if not settings.HUB.encrypt_credentials:
        return
    unreadable: Iterable[str] = ()
    for progress in rotating.rotate(dry_run=True):
        unreadable = progress.unreadable
    found = sorted(unreadable)
    if found:
        more = f" (and {len(found) - SHOWN} more)" if len(found) > SHOWN else ""
        words = f"stored secrets cannot be read: {'; '.join(found[:SHOWN])}{more}"
        hint = "add the key that is named to CREDENTIALS_KEYS again, or enter the credentials anew"
        yield Error(words, hint=hint, id="agmission.E030")


def newest_files() -> Iterator[CheckMessage]:
    """Those that were written last."""
    yield from _compared(ApplicationFile.objects.order_by("-pk")[:NEWEST])


def all_files() -> Iterator[CheckMessage]:
    """Every file of the raw store, read from end to end."""
    page: list[ApplicationFile] = list(ApplicationFile.objects.order_by("pk")[:AT_ONCE])
    while page:
        yield from _compared(page)
        page = list(ApplicationFile.objects.filter(pk__gt=page[-1].pk).order_by("pk")[:AT_ONCE])


def _compared(files: Iterable[ApplicationFile]) -> Iterator[CheckMessage]:
    hint = "look at the disk, then bring the file back from a backup; its SHA-256 is its name"
    for file in files:
        path = store.path_of(file.storage_key)
        if not path.is_file():
            yield Error(f"the raw file {path} is missing", hint=hint, id="agmission.E031")
        elif _sha256(path) != file.sha256:
            yield Error(f"the raw file {path} is not what was stored", hint=hint, id="agmission.E032")


def _sha256(path: Path) -> str:
    with path.open("rb") as raw:
        return hashlib.file_digest(raw, "sha256").hexdigest()


def database_file() -> Iterator[CheckMessage]:
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            yield from broken_pages(cursor)


def broken_pages(cursor: CursorWrapper) -> Iterator[CheckMessage]:
    """What SQLite itself finds wrong in its file."""
    try:
        cursor.execute("PRAGMA quick_check(5)")
        said = [row[0] for row in cursor.fetchall()]
    except DatabaseError as error:
        said = [str(error)]
    if said != ["ok"]:
        hint = "stop the hub, keep a copy of the file, and restore the last backup"
        yield Error(f"the database's file is damaged: {said[0]}", hint=hint, id="agmission.E033")


def mail() -> Iterator[CheckMessage]:
    if settings.HUB.mail.server is None and not settings.HUB.debug:
        hint = "set EMAIL_URL, and OPS_EMAIL where the ops people's own addresses are not the right ones"
        yield Doubt("mail to ops is only printed by the worker", hint=hint, id="agmission.W034")


QUESTIONS = [
    Question("credentials", credentials),
    Question("the newest raw files", newest_files),
    Question("mail", mail, needs_database=False),
]
DEEP = [Question("every raw file", all_files), Question("the database's file", database_file)]
