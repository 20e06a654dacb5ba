from django.apps import AppConfig


class MovingInConfig(AppConfig):
    name = "moving_in"
    verbose_name = "Moving in"
