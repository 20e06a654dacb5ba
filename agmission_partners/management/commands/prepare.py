"""What a start needs of the database, by one process: `manage.py up` calls it at every start."""

from typing import Any

from django.conf import settings
from django.core.checks import Tags
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import DEFAULT_DB_ALIAS, OperationalError


class Command(BaseCommand):
    help = "Brings the database up to date (`migrate`), and makes the ops user that DJANGO_SUPERUSER_* names (`ensure_operator`)."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        """All of it, or the first refusal."""
        try:
            # What is known of the database only. The checks of the code load every page, and look at what no start changes.
            self.check(tags=[Tags.database], databases=[DEFAULT_DB_ALIAS])
            call_command("migrate", interactive=False, verbosity=0, skip_checks=True)
        except OperationalError as error:
            reason = str(error).strip().splitlines()[0]
            advice = "See that it runs, that DATABASE_URL names it, and that its disk has room."
            raise CommandError(f"the database cannot be brought up to date: {reason}. {advice}") from error
        if settings.HUB.superuser:
            call_command("ensure_operator", stdout=self.stdout)
