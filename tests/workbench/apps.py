from django.apps import AppConfig


class WorkbenchConfig(AppConfig):
    """It has no migrations: the test database gets its tables as the models are now."""

    name = "tests.workbench"
