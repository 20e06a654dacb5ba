"""Problem documents (RFC 9457): the one shape of everything that is refused.

`{"type": "about:blank", "title", "status", "detail", "errors": [{"field", "code", "message"}]}`. `field` is the path of the
culprit, such as `asUsers[0].partnerConfig.pollInterval`, and empty where the whole request is meant.
"""

import json
import logging
from collections.abc import Iterator, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.core.exceptions import ValidationError as ModelValidationError
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpResponse
from django.http.request import UnreadablePostError
from rest_framework import exceptions
from rest_framework.fields import get_error_detail

from accounts.rest.names import camel
from work.errors import Refused

logger = logging.getLogger(__name__)

CONTENT_TYPE = "application/problem+json"


class ProblemResponse(HttpResponse):
    """A refusal, as a response of Django or of Django REST Framework."""

    def __init__(
        self,
        status: int,
        detail: str,
        errors: Sequence[Mapping[str, str]] = (),
        *,
        headers: Mapping[str, str] | None = None,
        **more: Any,
    ) -> None:
        title = HTTPStatus(status).phrase if status in HTTPStatus._value2member_map_ else "Refused"
        document = {"type": "about:blank", "title": title, "status": status, "detail": detail, "errors": list(errors), **more}
        super().__init__(json.dumps(document), status=status, content_type=CONTENT_TYPE, headers=dict(headers or {}))
        if headers and "Content-Type" in headers:
            self["Content-Type"] = CONTENT_TYPE


class PreconditionFailed(exceptions.APIException):
    """The object is no longer what the client's If-Match says."""

    status_code = HTTPStatus.PRECONDITION_FAILED
    default_detail = "The object was changed since you read it; read it again and repeat your change."
    default_code = "changedMeanwhile"


class TooLarge(exceptions.APIException):
    """The body is longer than what is read into memory."""

    status_code = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    default_code = "tooLarge"


class BrokenOff(exceptions.APIException):
    """The client stopped sending before the end of its body."""

    status_code = HTTPStatus.BAD_REQUEST
    default_detail = "The body ended before its Content-Length; send it again."
    default_code = "brokenOff"


class TooSlow(exceptions.APIException):
    """The client sent nothing more of its body for as long as the server waits."""

    status_code = HTTPStatus.REQUEST_TIMEOUT
    default_detail = "The rest of the body did not come; send it again."
    default_code = "tooSlow"


class DatabaseSilent(exceptions.APIException):
    """The database is not there, or too busy to answer in time."""

    status_code = HTTPStatus.SERVICE_UNAVAILABLE
    default_detail = "The database does not answer; try again soon."
    default_code = "databaseSilent"
    wait = 5


class UnknownThing(exceptions.APIException):
    """A query parameter names something that does not exist, or that is not this user's."""

    status_code = HTTPStatus.NOT_FOUND

    def __init__(self, field: str, message: str) -> None:
        super().__init__({field: [exceptions.ErrorDetail(message, "notFound")]})


def exception_handler(error: Exception, context: Mapping[str, Any]) -> HttpResponse | None:
    """Django REST Framework's hook. None: a mistake of the program, which becomes a 500 with the request's id."""
    if isinstance(error, Refused):
        return ProblemResponse(HTTPStatus.CONFLICT, error.message, [_entry("", error.code, error.message)])
    if isinstance(error, (OperationalError, InterfaceError)):
        logger.error("the database does not answer", exc_info=error)
        return _answer(DatabaseSilent())
    known = _as_api_exception(error)
    return None if known is None else _answer(known)


def _as_api_exception(error: Exception) -> exceptions.APIException | None:
    match error:
        case exceptions.APIException():
            return error
        case Http404():
            return exceptions.NotFound()
        case PermissionDenied():
            return exceptions.PermissionDenied()
        case UnreadablePostError():
            return TooSlow() if isinstance(error.__cause__, (TimeoutError, BlockingIOError)) else BrokenOff()
        case RequestDataTooBig():
            return TooLarge("The body is too large.")
        case SuspiciousOperation():
            return exceptions.ParseError("The request cannot be read.")
        case ModelValidationError():
            return exceptions.ValidationError(_on_the_wire(get_error_detail(error)))
    return None


def _on_the_wire(detail: Any) -> Any:
    """A model's complaints are under its own names."""
    return {camel(name): said for name, said in detail.items()} if isinstance(detail, dict) else detail


def _answer(error: exceptions.APIException) -> ProblemResponse:
    headers: dict[str, str] = dict(getattr(error, "headers", {}))
    scheme = getattr(error, "auth_header", None)
    if scheme:
        headers["WWW-Authenticate"] = scheme
    wait = getattr(error, "wait", None)
    if wait is not None:
        headers["Retry-After"] = str(max(1, int(wait + 0.999)))
    if isinstance(error.detail, str):
        return ProblemResponse(
            error.status_code, str(error.detail), [_entry("", error.detail.code, str(error.detail))], headers=headers
        )
    errors = list(flat(error.detail))
    return ProblemResponse(_status_of(error, errors), _summary(errors), errors, headers=headers)


def _status_of(error: exceptions.APIException, errors: Sequence[Mapping[str, str]]) -> int:
    """404 where all that is wrong with a body is that it names what does not exist, or what is somebody else's."""
    if error.status_code == HTTPStatus.BAD_REQUEST and errors and all(one["code"] == "notFound" for one in errors):
        return HTTPStatus.NOT_FOUND
    return error.status_code


def _summary(errors: Sequence[Mapping[str, str]]) -> str:
    """The first complaint, and how many more there are."""
    if not errors:
        return "The request is refused."
    first = errors[0]
    said = f"{first['field']}: {first['message']}" if first["field"] else first["message"]
    return said if len(errors) == 1 else f"{said} (and {len(errors) - 1} more)"


def flat(detail: Any, path: str = "") -> Iterator[dict[str, str]]:
    """Each complaint in nested details of Django REST Framework, with the path of its field, as the client knows it."""
    if isinstance(detail, Mapping):
        for name, inner in detail.items():
            yield from flat(inner, _join(path, name))
    elif isinstance(detail, (list, tuple)):
        for index, inner in enumerate(detail):
            yield from flat(inner, path if isinstance(inner, str) else f"{path}[{index}]")
    else:
        yield _entry(path, getattr(detail, "code", "invalid"), str(detail))


def _join(path: str, name: object) -> str:
    if name in ("non_field_errors", "__all__"):
        return path
    if isinstance(name, int):
        return f"{path}[{name}]"
    return f"{path}.{name}" if path else str(name)


def _entry(field: str, code: str | None, message: str) -> dict[str, str]:
    return {"field": field, "code": camel(code or "invalid"), "message": message}
