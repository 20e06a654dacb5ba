"""Errors go to Sentry, or whatever speaks its protocol, where SENTRY_DSN says so; else nothing of it is loaded."""

from typing import Any

from work import in_hand


def send_to(address: str, environment: str) -> None:
    """From now on. Of requests and people only the address that was asked goes along: bodies and headers may hold secrets."""
    import sentry_sdk
    from sentry_sdk.integrations.celery import CeleryIntegration
    from sentry_sdk.integrations.django import DjangoIntegration

    sentry_sdk.init(
        address,
        environment=environment,
        send_default_pii=False,
        include_local_variables=False,  # a frame may hold a password
        max_request_body_size="never",
        integrations=[DjangoIntegration(), CeleryIntegration()],
        before_send=_named,
        shutdown_timeout=1,
    )


def _named(event: Any, hint: Any) -> Any:
    """With the ids of the work in hand, as lines of the log have them, and without what a request brought."""
    event.setdefault("tags", {}).update(in_hand.names())
    request = event.get("request", {})
    event["request"] = {name: request[name] for name in ("method", "url") if name in request}
    event.pop("breadcrumbs", None)  # the log's last lines and statements stand in the log
    return event
