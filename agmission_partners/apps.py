from django.apps import AppConfig
from django.core import checks


class AgmissionPartnersConfig(AppConfig):
    name = "agmission_partners"
    verbose_name = "agmission-partners"

    def ready(self) -> None:
        """Makes the hub's Celery the one that every process of Django sends nudges by."""
        from agmission_partners import celery  # noqa: F401  # it needs the settings, which are ready now
        from agmission_partners.doctor.starting import deploy_check

        checks.register(deploy_check, checks.Tags.security, deploy=True)
