from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        from accounts.services import ops_mail, signing_in  # noqa: F401  # keeps the trail of every sign-in, whatever the process
        from work import kinds

        kinds.register(ops_mail.Mail())
