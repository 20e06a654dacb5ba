"""Django's command of this name, through the service: it ends the person's tokens too, and is on record."""

from getpass import getpass
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.actors import of_command
from accounts.models import User
from accounts.services.users import change_user


class Command(BaseCommand):
    help = "Gives a user a new password, which ends its sessions and tokens."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")

    def handle(self, *args: Any, **options: Any) -> None:
        """Asks twice."""
        user = User.objects.filter(username=options["username"]).first()
        if user is None:
            raise CommandError(f"there is no user {options['username']}")
        password = getpass(f"New password of {user.username}: ")
        if password != getpass("The same again: "):
            raise CommandError("the two differ; nothing was changed")
        try:
            validate_password(password, user)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from None
        change_user(user, actor=of_command(), password=password)
        self.stdout.write(f"{user.username} has a new password; its tokens and sessions have ended")
