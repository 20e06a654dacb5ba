"""A backup brought back into a fresh installation."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from agmission_partners.backup import Impossible, restoring


class Command(BaseCommand):
    help = "Brings a backup back into a migrated, empty installation whose processes are not running."

    def add_arguments(self, parser: CommandParser) -> None:
        """From where, and how sure."""
        parser.add_argument("source", type=Path, help="one backup: TARGET/TIMESTAMP")
        parser.add_argument("--verify", action="store_true", help="read every file once more, from where the hub has it now")

    def handle(self, *args: Any, source: Path, verify: bool, **options: Any) -> None:
        """Exit code 1 with one line where it is refused; then the database is as it was."""
        try:
            restored = restoring.restore(source, verify=verify)
        except (Impossible, OSError) as error:
            raise CommandError(f"nothing was restored: {error}") from error
        made, settled = restored.manifest, restored.settled
        rows = sum(made.tables.values())
        checked = "" if restored.verified is None else f"; {restored.verified} files re-hashed, and every count is equal"
        self.stdout.write(f"restored {rows} rows of {len(made.tables)} tables and {made.files} files{checked}")
        self.stdout.write(f"{settled.leases} rows were under way and are due again, or wait for a person")
        self.stdout.write(f"{settled.doubted} uploads may have been sent since the backup and wait for a person or a log")
        if made.missing:
            self.stdout.write(f"{len(made.missing)} files were lost before the backup; the first: {made.missing[0]}")
