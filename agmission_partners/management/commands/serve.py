"""One of the hub's processes, for systemd, containers and everything else that watches over processes by itself."""

import os
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from agmission_partners.supervisor.services import lasting
from agmission_partners.variables import PROJECT_DIR


class Command(BaseCommand):
    help = "Becomes one of the processes that `manage.py up` starts all together. It ends by SIGTERM, and keeps nothing."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Which."""
        names = [service.name for service in lasting(settings.HUB)]
        parser.add_argument("name", choices=names, help="`beat` once over all hosts, each other as often as you like")

    def handle(self, *args: Any, **options: Any) -> None:
        """This process is another from now on, so that signals reach it."""
        (service,) = [one for one in lasting(settings.HUB) if one.name == options["name"]]
        os.chdir(PROJECT_DIR)  # where gunicorn finds its configuration
        os.execv(service.command[0], list(service.command))  # noqa: S606  # no shell, our own command
