"""All credentials and sign-ins under the newest key."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from partners import crypto
from partners.services import rotating
from partners.services.rotating import Progress

SHOWN = 20


class Command(BaseCommand):
    help = (
        "Encrypts every stored credential and sign-in anew with the first of CREDENTIALS_KEYS. First put the new key in front of "
        "the old ones and restart every process, so that all of them can read what this writes; then run this; then the old keys "
        "may go. It may be broken off and begun again, and the hub goes on meanwhile. Ends with exit code 1 where something "
        "cannot be read."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="say what would be done, and do nothing")

    def handle(self, *args: Any, dry_run: bool = False, **options: Any) -> None:
        """Says how far it is after each batch, and at the end what became of it all."""
        if not settings.HUB.encrypt_credentials:
            raise CommandError("PARTNER_ENCRYPT_CREDENTIALS is false, so nothing is encrypted; set it to true first")
        progress = Progress()
        for progress in rotating.rotate(dry_run=dry_run):
            self.stdout.write(f"{progress.rows} rows looked at")
        self._tell(progress, dry_run=dry_run)
        if progress.unreadable or progress.not_yet:
            raise CommandError(_left(progress))

    def _tell(self, progress: Progress, *, dry_run: bool) -> None:
        newest = rotating.newest_key()
        done = "would be encrypted anew" if dry_run else "are encrypted anew"
        self.stdout.write(
            f"{progress.rotated} values {done} with the key {newest}; {progress.keys[newest]} had it already, "
            f"{len(progress.unreadable)} cannot be read"
        )
        if dry_run:
            return
        for key in map(crypto.key_id, settings.HUB.credentials_keys[1:]):
            if not progress.not_yet and not any(key in words for words in progress.unreadable):
                self.stdout.write(f"the key {key} is used no more; it may be taken out of CREDENTIALS_KEYS")


def _left(progress: Progress) -> str:
    lines = [*progress.unreadable, *(f"{one}: changed again and again meanwhile; run this once more" for one in progress.not_yet)]
    more = [f"and {len(lines) - SHOWN} more"] if len(lines) > SHOWN else []
    return "\n".join([f"{len(lines)} values are not under the newest key:", *lines[:SHOWN], *more])
