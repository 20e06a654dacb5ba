from contextlib import suppress
from typing import Any

from django.apps import AppConfig, apps
from django.apps.registry import Apps
from django.db.models.signals import post_migrate


class AssignmentsConfig(AppConfig):
    name = "assignments"

    def ready(self) -> None:
        from assignments.services.sweeping import Completion
        from assignments.services.uploading import Upload
        from work import kinds

        kinds.register(Upload())
        kinds.register(Completion())
        post_migrate.connect(_schedule_sweeps, sender=self, dispatch_uid="assignments.schedule_sweeps")


def _schedule_sweeps(apps: Apps = apps, **_: Any) -> None:
    """As the tables are after this migration; on the way back to older ones there may be no place for it."""
    from assignments.services import sweeping

    with suppress(LookupError):
        sweeping.schedule(apps.get_model("assignments", "Sweep"))
