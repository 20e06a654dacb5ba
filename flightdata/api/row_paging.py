"""Pages of what stands in files: by row number, in the order of the file."""

import base64
import binascii
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import urlencode

from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.rest.paging import CURSOR, PAGE_SIZE, NewestFirst
from flightdata.models import Interpretation

DEFAULT_SIZE, LARGEST_SIZE = 1000, 10_000


class RowPages(NewestFirst):
    """What the API's description says of these pages; `respond` makes them."""

    def get_schema_operation_parameters(self, view: APIView) -> list[dict[str, Any]]:
        cursor, size = super().get_schema_operation_parameters(view)
        return [cursor, size | {"schema": size["schema"] | {"maximum": LARGEST_SIZE, "default": DEFAULT_SIZE}}]


def respond(
    request: Request, reading: Interpretation, total: int, read: Callable[[int, int], Sequence[dict[str, Any]]]
) -> Response:
    """`{next, previous, results}` of a reading's rows; `read(start, count)` gives some of them.

    A cursor names its reading: rows of a file that was read anew are not rows of the same pages.
    """
    size, start = _size(request), _start(request, reading)
    following, before = start + size, max(0, start - size)
    return Response(
        {
            "next": _link(request, reading, following) if following < total else None,
            "previous": _link(request, reading, before) if start else None,
            "results": read(start, size),
        }
    )


def _size(request: Request) -> int:
    text = request.query_params.get(PAGE_SIZE)
    if text is None:
        return DEFAULT_SIZE
    if text.isascii() and text.isdecimal() and len(text) < 6 and 1 <= int(text) <= LARGEST_SIZE:
        return int(text)
    raise _wrong(PAGE_SIZE, f"must be a whole number from 1 to {LARGEST_SIZE}")


def _start(request: Request, reading: Interpretation) -> int:
    text = request.query_params.get(CURSOR)
    if text is None:
        return 0
    try:
        plain = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True).decode("ascii")
        of, start = plain.split(":")
    except (binascii.Error, ValueError):
        raise _wrong(CURSOR, "is none that a list gave; start from the first page") from None
    if not (start.isdecimal() and len(start) < 16):
        raise _wrong(CURSOR, "is none that a list gave; start from the first page")
    if of != _version(reading):
        raise _wrong(CURSOR, "is of an earlier reading of this file; start from the first page")
    return int(start)


def _version(reading: Interpretation) -> str:
    """Changes whenever the file is read anew."""
    return reading.track_key.rsplit("/", 1)[-1].split(".")[0]


def _link(request: Request, reading: Interpretation, start: int) -> str:
    cursor = base64.urlsafe_b64encode(f"{_version(reading)}:{start}".encode()).decode().rstrip("=")
    given = [(name, value) for name, value in request.query_params.items() if name != CURSOR]
    return f"{request.build_absolute_uri(request.path)}?{urlencode([*given, (CURSOR, cursor)])}"


def _wrong(field: str, message: str) -> ValidationError:
    return ValidationError({field: [ErrorDetail(message, "invalid")]})
