from django.apps import AppConfig


class CanaryConfig(AppConfig):
    name = "canary"

    def ready(self) -> None:
        from canary.services.watching import Watch
        from work import kinds

        kinds.register(Watch())
