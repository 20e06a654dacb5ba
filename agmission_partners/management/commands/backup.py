"""A backup beside the running hub."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from agmission_partners.backup import Impossible, taking

SHOWN = 5


class Command(BaseCommand):
    help = "Backs up the database and the files it names into TARGET, which keeps each file once; keys are not in it."

    def add_arguments(self, parser: CommandParser) -> None:
        """Where to."""
        parser.add_argument("target", type=Path, help="a directory outside DATA_DIR; the same one each time")

    def handle(self, *args: Any, target: Path, **options: Any) -> None:
        """Exit code 1 where nothing was backed up, or the store itself has lost files."""
        try:
            taken = taking.take(target)
        except (Impossible, OSError) as error:
            raise CommandError(f"no backup was made: {error}") from error
        made = taken.manifest
        rows = sum(made.tables.values())
        self.stdout.write(
            f"{taken.folder}: {rows} rows of {len(made.tables)} tables, {made.files} files, {taken.new_files} of them new"
        )
        self.stdout.write(f"keep the keys {', '.join(made.keys) or '(none is needed)'} of CREDENTIALS_KEYS apart from it")
        if made.missing:
            named = ", ".join(made.missing[:SHOWN])
            words = f"the backup is whole but for {len(made.missing)} files that the store has no more or not unchanged: {named}"
            raise CommandError(f"{words}; see `manage.py doctor --deep`, and bring them back from an earlier backup")
