"""The simulated SatLoc cloud, where `manage.py up` does not start it: for a canary on several hosts, or to try things out."""

import os
import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from agmission_partners.variables import PROJECT_DIR


class Command(BaseCommand):
    help = (
        "Becomes the simulated SatLoc cloud (`python -m sandbox`). Further options go to it as they are: --dialect, "
        "--flight-delay, --records-per-second, --seed, --field, --keep, --no-demo; docs/sandbox.md says what they mean."
    )
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Those that have another default here."""
        state = settings.HUB.data_dir / "satloc_sandbox.db"
        parser.add_argument("--bind", default="127.0.0.1:8400", metavar="HOST:PORT", help="it has no login (%(default)s)")
        parser.add_argument("--state", default=state, type=Path, metavar="FILE", help="all it knows (%(default)s)")

    def run_from_argv(self, argv: list[str]) -> None:
        """Takes what is its own, and becomes the simulated cloud with all the rest. The hub itself imports nothing of it."""
        own, others = self.create_parser(argv[0], argv[1]).parse_known_args(argv[2:])
        command = [sys.executable, "-m", "sandbox", "--bind", own.bind, "--state", str(own.state), *others]
        paths = [str(PROJECT_DIR), *filter(None, [os.environ.get("PYTHONPATH")])]
        os.execve(sys.executable, command, {**os.environ, "PYTHONPATH": os.pathsep.join(paths)})  # noqa: S606  # no shell

    def handle(self, *args: Any, **options: Any) -> None:
        """Nothing is left to do: this process is another by now."""
