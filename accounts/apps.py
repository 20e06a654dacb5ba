from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        from accounts.services import ops_mail
        from work import kinds

        kinds.register(ops_mail.Mail())
