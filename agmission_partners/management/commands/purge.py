"""What has been kept for long enough goes."""

from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from agmission_partners import retention
from work.clock import now

ACTOR = "command purge"
SHORTEST = 1


class Command(BaseCommand):
    help = (
        "Says what is older than it has to be kept, and deletes it with --yes; the hub goes on meanwhile. Raw logs, records, "
        "jobs and figures are never deleted."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """What, how old, and whether it is meant."""
        names = ", ".join(f"{rule.name} ({rule.kept_for.days} days)" for rule in retention.RULES)
        parser.add_argument("--only", action="append", choices=[rule.name for rule in retention.RULES], help=f"of: {names}")
        parser.add_argument("--days", type=int, help="kept for so many days instead; needs --only")
        parser.add_argument("--yes", action="store_true", help="delete it; without this, nothing is changed")

    def handle(self, *args: Any, only: list[str] | None, days: int | None, yes: bool, **options: Any) -> None:
        """A line for each kind of thing."""
        if days is not None and (not only or days < SHORTEST):
            raise CommandError(f"--days needs --only, and is at least {SHORTEST}", returncode=2)
        for rule in retention.chosen(only or ()):
            before = now() - (timedelta(days=days) if days is not None else rule.kept_for)
            count = retention.purge(rule, before, actor=ACTOR, tell=self._tell) if yes else rule.older_than(before).count()
            word = "deleted" if yes else "would be deleted"
            self.stdout.write(f"{rule.name}: {count:,} {word}, {rule.about} from before {before:%Y-%m-%d %H:%M} UTC")
        if not yes:
            self.stdout.write("nothing was changed; --yes does it")

    def _tell(self, gone: int) -> None:
        self.stdout.write(f"  {gone:,} so far")
