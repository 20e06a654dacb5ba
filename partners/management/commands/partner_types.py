"""Which partners this installation can talk to."""

from typing import Any

from django.core.management.base import BaseCommand

from partners.adapters import registry


class Command(BaseCommand):
    help = "Lists the partner types that can be used here, and those that are known but cannot, with the reason."

    def handle(self, *args: Any, **options: Any) -> None:
        """One line for each."""
        for name in registry.names():
            adapter = registry.get(name)
            can = [word.replace("_", " ") for word, value in vars(adapter.capabilities).items() if value is True]
            self.stdout.write(f"{name}: available ({adapter.title}): {', '.join(can)}")
        for name, reason in registry.unavailable().items():
            self.stdout.write(f"{name}: not available. {reason}")
