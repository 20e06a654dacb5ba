"""The demo, made once; `manage.py up` calls it at every start and shows the logins that it prints."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from agmission_partners import demo
from work.errors import Refused


class Command(BaseCommand):
    help = "Makes the demo's customer, people, account and job, unless they are there, and prints its logins."

    def handle(self, *args: Any, **options: Any) -> None:
        """Makes it, or leaves it as people changed it."""
        try:
            made = demo.seed()
        except Refused as refusal:
            raise CommandError(
                f"the demo cannot be made beside what is there: {refusal.message} Start with DEMO=false."
            ) from None
        self.stdout.write("made the demo" if made else "the demo is there already")
        for login in demo.working_logins():
            self.stdout.write(f"{login.username} / {login.password}")
