from typing import Any

from django.apps import AppConfig
from django.core import checks
from django.db.models.signals import post_save


class PartnersConfig(AppConfig):
    name = "partners"

    def ready(self) -> None:
        from accounts.signals import customer_switched
        from partners.models import Partner
        from partners.services import check_rows, health, pausing, refreshing
        from partners.start_check import configurations
        from work import kinds

        kinds.register(health.Check())
        kinds.register(refreshing.Refresh())
        checks.register(configurations, checks.Tags.database)

        def schedule(instance: Partner, **_: Any) -> None:
            check_rows.schedule(instance)

        customer_switched.connect(pausing.customer_switched, dispatch_uid="partners.customer_switched")
        post_save.connect(schedule, sender=Partner, weak=False, dispatch_uid="partners.schedule_check")
