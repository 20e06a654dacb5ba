"""One of the hub's processes, for systemd, containers and everything else that watches over processes by itself."""

import gc
import logging
from typing import Any

from django.conf import settings
from django.core.checks import ERROR
from django.core.management.base import BaseCommand, CommandParser
from django.db import connections

from agmission_partners import doctor
from agmission_partners.doctor import services, starting
from agmission_partners.environment import refuse_to_start
from agmission_partners.supervisor.fork_server import go_on_as
from agmission_partners.supervisor.services import lasting

logger = logging.getLogger(__name__)

COMES_BACK = ("agmission.E009", "agmission.E011", "agmission.E012")
"""Database, broker and clock."""


class Command(BaseCommand):
    help = "Becomes one of the processes that `manage.py up` starts all together. It ends by SIGTERM, and keeps nothing."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Which."""
        names = [service.name for service in lasting(settings.HUB)]
        parser.add_argument("name", choices=names, help="`beat` once over all hosts, each other as often as you like")

    def handle(self, *args: Any, **options: Any) -> None:
        """This process is the other from now on, so that signals reach it; it does not load the hub a second time."""
        _refuse_what_cannot_go_well()
        (service,) = [one for one in lasting(settings.HUB) if one.name == options["name"]]
        connections.close_all()
        gc.collect()
        gc.freeze()  # whatever it forks shares what is loaded by now
        go_on_as(service.module)


def _refuse_what_cannot_go_well() -> None:
    """Wrong settings, files and an old database. A service that is away is said and waited for: it comes back by itself."""
    for answer in doctor.answers([*starting.QUESTIONS, *services.QUESTIONS]):
        if answer.unasked:
            logger.warning("%s: not looked at, as %s", answer.question.about, answer.unasked)
        for finding in answer.findings:
            words = f"{finding.msg} ({finding.id}): {finding.hint}"
            if finding.level >= ERROR and finding.id not in COMES_BACK:
                refuse_to_start(words)
            logger.warning("%s", words)
