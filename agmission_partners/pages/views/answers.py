"""JSON for the pages' own scripts, with an entity tag, so that a script that asks again and again is mostly told "as before"."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any, cast

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified

from accounts.models import User


def user_of(request: HttpRequest) -> User:
    """Who asks; behind `login_required`."""
    return cast("User", request.user)


def tag_of(text: str) -> str:
    """An entity tag for this text."""
    return f'"{hashlib.sha256(text.encode()).hexdigest()[:32]}"'


def is_known(request: HttpRequest, tag: str) -> bool:
    """Whether the browser has just this already (RFC 9110, 13.1.2)."""
    return tag in [part.strip().removeprefix("W/") for part in request.headers.get("If-None-Match", "").split(",")]


def not_modified(tag: str) -> HttpResponse:
    """As before."""
    return HttpResponseNotModified(headers={"ETag": tag, "Cache-Control": "private, no-cache"})


def as_json(data: Mapping[str, Any], tag: str) -> HttpResponse:
    """The data; kept by the browser, which asks each time whether it is still so."""
    body = json.dumps(data, separators=(",", ":"))
    return HttpResponse(body, content_type="application/json", headers={"ETag": tag, "Cache-Control": "private, no-cache"})


def answer(request: HttpRequest, data: Mapping[str, Any]) -> HttpResponse:
    """The data under the tag of its own text."""
    tag = tag_of(json.dumps(data))
    return not_modified(tag) if is_known(request, tag) else as_json(data, tag)
