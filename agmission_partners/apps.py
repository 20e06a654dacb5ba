from django.apps import AppConfig


class AgmissionPartnersConfig(AppConfig):
    name = "agmission_partners"
    verbose_name = "agmission-partners"

    def ready(self) -> None:
        """Makes the hub's Celery the one that every process of Django sends nudges by."""
        from agmission_partners import celery  # noqa: F401  # it needs the settings, which are ready now
