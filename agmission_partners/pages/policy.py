"""What a browser may load for a page of the hub: nothing from another host, and no script or style that stands in the page."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase

POLICY = "; ".join(
    (
        "default-src 'self'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "object-src 'none'",
    )
)
HEADER = "Content-Security-Policy"
WITH_THEIR_OWN = ("/admin", "/api")
"""Addresses whose pages bring inline scripts of their packages; what they may load is decided there."""


def content_security_policy(get_response: Callable[[HttpRequest], HttpResponseBase]) -> Callable[[HttpRequest], HttpResponseBase]:
    """Sends the policy with everything but the admin and the API."""

    def respond(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        if not request.path_info.startswith(WITH_THEIR_OWN):
            response.headers.setdefault(HEADER, POLICY)
        return response

    return respond
