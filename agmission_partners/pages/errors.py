"""Refusals for people: the same problem that a program reads, as a page, where a browser asks outside the API."""

import json
from collections.abc import Callable
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.template.loader import render_to_string

from accounts.rest.problems import CONTENT_TYPE, ProblemResponse

HTML = "text/html"
FOR_PROGRAMS = "/api/"
KEPT_HEADERS = ("Allow", "Retry-After", "Vary")
HEADLINES = {
    HTTPStatus.FORBIDDEN: "This is not for you",
    HTTPStatus.NOT_FOUND: "Nothing here",
    HTTPStatus.METHOD_NOT_ALLOWED: "That does not work here",
    HTTPStatus.INTERNAL_SERVER_ERROR: "Something broke",
}
ADVICE = {
    HTTPStatus.FORBIDDEN: "If you think it should be, ask whoever gave you your login. After a long pause, sign in again.",
    HTTPStatus.NOT_FOUND: "The address may be mistyped, or it belongs to something that your login does not see.",
    HTTPStatus.INTERNAL_SERVER_ERROR: "It is written down. Try again in a moment; if it stays, tell your operations staff.",
}


def pages_for_people(get_response: Callable[[HttpRequest], HttpResponseBase]) -> Callable[[HttpRequest], HttpResponseBase]:
    """Shows a refusal as a page to whoever prefers pages."""

    def respond(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        if not isinstance(response, ProblemResponse) or not _is_for_a_person(request):
            return response
        return _page(response)

    return respond


def _is_for_a_person(request: HttpRequest) -> bool:
    """Programs that take anything (`*/*`) get the problem document."""
    return not request.path_info.startswith(FOR_PROGRAMS) and request.get_preferred_type([CONTENT_TYPE, HTML]) == HTML


def _page(problem: ProblemResponse) -> HttpResponse:
    said = json.loads(problem.content)
    status = problem.status_code
    page = HttpResponse(
        render_to_string(
            "pages/error.html",
            {
                "status": status,
                "headline": HEADLINES.get(HTTPStatus(status), said["title"]),
                "detail": said["detail"],
                "advice": ADVICE.get(HTTPStatus(status), ""),
            },
        ),
        status=status,
        headers={name: problem[name] for name in KEPT_HEADERS if name in problem},
    )
    page.cookies = problem.cookies
    return page
