"""What holds for every path: both spellings of its end, and refusals as problem documents."""

from collections.abc import Callable
from http import HTTPStatus

from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.urls import is_valid_path
from django_guid import get_guid

from accounts.rest.problems import CONTENT_TYPE, ProblemResponse

Handler = Callable[[HttpRequest], HttpResponseBase]

HTML_PAGES = "/admin"
PLAIN = "identity"
KEPT_HEADERS = ("Allow", "WWW-Authenticate", "Retry-After", "Vary")
DETAILS: dict[int, str] = {
    HTTPStatus.BAD_REQUEST: "The request cannot be read.",
    HTTPStatus.FORBIDDEN: "This is not allowed. A form or script that uses the session cookie must send its CSRF token.",
    HTTPStatus.NOT_FOUND: "There is nothing at this address.",
    HTTPStatus.METHOD_NOT_ALLOWED: "This address does not know that method.",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "The body is too large.",
}


def either_slash(get_response: Handler) -> Handler:
    """Serves each path with and without its final slash, for every method, without a redirect."""

    def respond(request: HttpRequest) -> HttpResponseBase:
        path = request.path_info
        other = path.removesuffix("/") if path.endswith("/") else f"{path}/"
        if other and not is_valid_path(path) and is_valid_path(other):
            request.path_info = other
        return get_response(request)

    return respond


def readable_body(get_response: Handler) -> Handler:
    """Refuses a body of unstated length, which Django would read as an empty one, and one in a coding that nobody undoes."""

    def respond(request: HttpRequest) -> HttpResponseBase:
        if "HTTP_TRANSFER_ENCODING" in request.META and not request.META.get("CONTENT_LENGTH"):
            detail = "Send the body with a Content-Length; chunked bodies are not read."
            return ProblemResponse(HTTPStatus.LENGTH_REQUIRED, detail)
        coding = request.META.get("HTTP_CONTENT_ENCODING", "").strip().lower()
        if coding not in ("", PLAIN):
            detail = "Send the body as it is; codings such as gzip are not read."
            return ProblemResponse(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, detail, headers={"Accept-Encoding": PLAIN})
        return get_response(request)

    return respond


def no_body_for_head(get_response: Handler) -> Handler:
    """An answer to HEAD is its headers: no file is read for it, and the server need not drop what it was given to send."""

    def respond(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        if request.method != "HEAD":
            return response
        if isinstance(response, StreamingHttpResponse):
            response.streaming_content = ()
        elif isinstance(response, HttpResponse):
            response.headers.setdefault("Content-Length", str(len(response.content)))
            response.content = b""
        return response

    return respond


def problems_everywhere(get_response: Handler) -> Handler:
    """Refusals that are no problem documents yet become ones; the admin's pages, and forms that say why, stay HTML."""

    def respond(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        refused = response.status_code >= HTTPStatus.BAD_REQUEST and not getattr(response, "says_why", False)
        if not refused or _is_page(request) or response.get("Content-Type", "").startswith(CONTENT_TYPE):
            return response
        return _as_problem(request, response)

    return respond


def _is_page(request: HttpRequest) -> bool:
    path = request.path_info
    return path == HTML_PAGES or path.startswith(f"{HTML_PAGES}/")


def _as_problem(request: HttpRequest, response: HttpResponseBase) -> ProblemResponse:
    headers = {name: response[name] for name in KEPT_HEADERS if name in response}
    if response.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return _mistake(response.status_code, headers)
    detail = DETAILS.get(response.status_code, "The request is refused.")
    if response.status_code == HTTPStatus.BAD_REQUEST and _is_for_another_host(request):
        detail = "The hub does not serve this host name; whoever runs it adds it to ALLOWED_HOSTS."
    problem = ProblemResponse(response.status_code, detail, headers=headers)
    problem.cookies = response.cookies
    return problem


def _mistake(status: int, headers: dict[str, str]) -> ProblemResponse:
    """Nothing of the inside; only what the log can be searched by."""
    request_id = get_guid() or ""
    detail = f"The hub could not answer; its log says why under the request id {request_id}."
    return ProblemResponse(status, detail, headers=headers, requestId=request_id)


def _is_for_another_host(request: HttpRequest) -> bool:
    try:
        request.get_host()
    except DisallowedHost:
        return True
    return False
