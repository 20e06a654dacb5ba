"""The Django project of the hub: settings, Celery, addresses, health, and the supervisor that starts all of it."""
