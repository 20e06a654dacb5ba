"""Parts of the OpenAPI document that operations share: how each refusal looks, and the headers that the foundation reads and
sends. Plain values, as the settings hold them."""

import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

LONGEST_KEY = 200
PROBLEM = "application/problem+json"
SCHEMAS: dict[str, Any] = {
    "ProblemError": {
        "type": "object",
        "description": "One complaint. `code` is stable; `message` is for people.",
        "required": ["field", "code", "message"],
        "properties": {
            "field": {"type": "string", "description": "A path such as `asUsers[0].uid`; empty for the whole request."},
            "code": {"type": "string"},
            "message": {"type": "string"},
        },
    },
    "Problem": {
        "type": "object",
        "description": "Why a request was refused (RFC 9457).",
        "required": ["type", "title", "status", "detail", "errors"],
        "properties": {
            "type": {"const": "about:blank"},
            "title": {"type": "string"},
            "status": {"type": "integer", "minimum": 400, "maximum": 599},
            "detail": {"type": "string", "description": "The first complaint, and how many more there are."},
            "errors": {"type": "array", "items": {"$ref": "#/components/schemas/ProblemError"}},
            "requestId": {"type": "string", "description": "Under which the hub's log says more."},
        },
    },
}


def _header(description: str, *, required: bool = False, **schema: Any) -> dict[str, Any]:
    return {"description": description, **({"required": True} if required else {}), "schema": {"type": "string", **schema}}


HEADERS: dict[str, Any] = {
    "X-Request-ID": _header("Names this request in the hub's log: the client's own, where it is a UUID.", required=True),
    "ETag": _header(
        "The state of the object. Sent back as If-Match, it holds until somebody edits the object, whatever the machine moves.",
        required=True,
        pattern='^"[^"]+"$',
    ),
    "Location": _header("Where the new object stands.", format="uri"),
    "Idempotency-Replayed": _header("The answer was given before, to a request with the same Idempotency-Key.", const="true"),
    "WWW-Authenticate": _header("How to sign in.", required=True, const="Token"),
    "Retry-After": _header("Seconds to wait.", required=True, type="integer", minimum=1),
    "Content-Range": _header("Which bytes these are, and how many there are.", required=True),
    "Accept-Ranges": _header("Parts are given too.", const="bytes"),
    "Content-Disposition": _header("The file's name."),
    "Content-Length": _header("How many bytes follow.", type="integer", minimum=0),
}


def _parameter(name: str, description: str, **schema: Any) -> dict[str, Any]:
    return {"name": name, "in": "header", "description": description, "schema": {"type": "string", **schema}}


PARAMETERS: dict[str, Any] = {
    "Idempotency-Key": _parameter(
        "Idempotency-Key",
        "Sent again within 24 hours with the same body, the request gets the first answer; with another body it is refused.",
        minLength=1,
        maxLength=LONGEST_KEY,
        pattern="^[ -~]+$",
    ),
    "If-Match": _parameter("If-Match", "The ETag that the object was read with; another state of it is refused with 412."),
    "If-None-Match": _parameter("If-None-Match", "The ETag of what is known already; 304 says that it is still so."),
}

FORBIDDEN = "This role may not do it; or a request with the session cookie came without its CSRF token."
NOT_FOUND = "It does not exist, or is somebody else's; or a body or filter names such a thing."
UNSUPPORTED = "The body is in another format, or in a coding such as gzip."
REUSED = "The Idempotency-Key came with another request in the last 24 hours."
BAD_REQUEST = "The request cannot be read, or says something that is wrong; each complaint names its field."
REFUSALS: Mapping[int, tuple[str, str, str, str]] = {
    400: ("BadRequest", "unknownParameter", "surprise: is no known query parameter; there are none here", BAD_REQUEST),
    401: ("Unauthorized", "notAuthenticated", "Authentication credentials were not provided.", "Nobody is signed in."),
    403: ("Forbidden", "roleMayNot", "A user of the role pilot may not do this.", FORBIDDEN),
    404: ("NotFound", "notFound", "There is no such object.", NOT_FOUND),
    406: ("NotAcceptable", "notAcceptable", "Could not satisfy the request Accept header.", "It is not given in that format."),
    408: ("RequestTimeout", "tooSlow", "The rest of the body did not come; send it again.", "The body stopped in the middle."),
    409: (
        "Conflict",
        "codeTaken",
        "A customer with the code north exists already.",
        "The state of things does not allow it now.",
    ),
    410: ("Gone", "expired", "The export has expired, and its file is gone; ask for it again.", "It was there once."),
    411: ("LengthRequired", "", "Send the body with a Content-Length; chunked bodies are not read.", "The body has no length."),
    412: ("PreconditionFailed", "changedMeanwhile", "The object was changed since you read it.", "If-Match names another state."),
    413: ("ContentTooLarge", "tooLarge", "The body is longer than 20971520 bytes; split it.", "The body is too long."),
    415: ("UnsupportedMediaType", "unsupportedMediaType", 'Unsupported media type "text/plain" in request.', UNSUPPORTED),
    416: ("RangeNotSatisfiable", "", "The file has 10 bytes; bytes=20- lies behind its end.", "There are no such bytes."),
    422: ("UnprocessableContent", "idempotencyKeyReused", "This Idempotency-Key came with another request.", REUSED),
    429: ("TooManyRequests", "throttled", "Too many sign-ins failed; try again later.", "It was asked for too often."),
    500: ("InternalServerError", "", "The hub could not answer; its log says why under the request id.", "A mistake of the hub."),
    503: (
        "ServiceUnavailable",
        "databaseSilent",
        "The database does not answer; try again soon.",
        "The hub cannot work just now.",
    ),
}
"""By status: its name, the code and sentence of an example, and what the status means."""

WITH_HEADERS: Mapping[int, str] = {401: "WWW-Authenticate", 416: "Content-Range", 429: "Retry-After", 503: "Retry-After"}


def name_of(status: int) -> str:
    """A refusal's component."""
    return REFUSALS[status][0]


def reference(kind: str, name: str) -> dict[str, str]:
    """To a shared part."""
    return {"$ref": f"#/components/{kind}/{name}"}


def headers(*names: str) -> dict[str, Any]:
    """Headers of an answer; each has a request id."""
    return {name: reference("headers", name) for name in ("X-Request-ID", *names)}


def _refusal(status: int) -> dict[str, Any]:
    name, code, detail, meaning = REFUSALS[status]
    title = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)
    errors = [{"field": "", "code": code, "message": detail}] if code else []
    example = {"type": "about:blank", "title": title, "status": status, "detail": detail, "errors": errors}
    more = {"requestId": "0b8f3f0c2d0a4c7e9b0a6f1d2e3c4b5a"} if status == HTTPStatus.INTERNAL_SERVER_ERROR else {}
    return {
        "description": meaning,
        "headers": headers(*([WITH_HEADERS[status]] if status in WITH_HEADERS else [])),
        "content": {PROBLEM: {"schema": reference("schemas", "Problem"), "example": example | more}},
    }


COMPONENTS: dict[str, Any] = {
    "schemas": SCHEMAS,
    "headers": HEADERS,
    "parameters": PARAMETERS,
    "responses": {name_of(status): _refusal(status) for status in REFUSALS},
}
