"""The first login: the ops user that DJANGO_SUPERUSER_* names."""

from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "Makes the ops user that DJANGO_SUPERUSER_USERNAME names, unless there is a user of that name."

    def handle(self, *args: Any, **options: Any) -> None:
        """Makes it, or leaves it as it is: its password may have been changed since."""
        superuser, users = settings.HUB.superuser, get_user_model()
        if superuser is None:
            self.stdout.write("DJANGO_SUPERUSER_USERNAME is not set: nobody to make")
        elif users.objects.filter(username=superuser.username).exists():
            self.stdout.write(f"{superuser.username} is there already")
        else:
            users.objects.create_superuser(superuser.username, superuser.email, superuser.password)
            self.stdout.write(f"made the ops user {superuser.username}")
