"""What holds for every request, whoever answers it."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase
from django_guid import get_guid

from accounts.addresses import address_of
from accounts.models import ApiToken
from work.provenance import Provenance, told_by

Handler = Callable[[HttpRequest], HttpResponseBase]


def provenance(get_response: Handler) -> Handler:
    """Has histories note whose request it was that did something, by which token or session, and from which address."""

    def respond(request: HttpRequest) -> HttpResponseBase:
        with told_by(lambda: _of(request)):
            return get_response(request)

    return respond


def _of(request: HttpRequest) -> Provenance:
    """As the request is known when it is asked: views that take tokens sign it in only then."""
    user, token = getattr(request, "user", None), getattr(request, "auth", None)
    key = user.pk if user and user.is_authenticated else None
    via = f"token {token.name}" if isinstance(token, ApiToken) else "session" if key else ""
    return Provenance(via, address_of(request), key, get_guid() or "")
