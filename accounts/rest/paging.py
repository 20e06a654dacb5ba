"""Pages of a list: newest first, by the primary key, which sorts by age, or in an order that the resource offers."""

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.core.signing import BadSignature, Signer
from django.db.models import Model, QuerySet
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.rest.orderings import ORDERING, BadPlace, Order, Place, names

CURSOR, PAGE_SIZE = "cursor", "pageSize"
QUERY_PARAMETERS = frozenset({CURSOR, PAGE_SIZE})
DEFAULT_SIZE, LARGEST_SIZE = 100, 500


@dataclass(frozen=True)
class Cursor:
    """Where a page begins: after the row at this place, or before it.

    In an order that was asked for it is signed for this order of this table: its value goes into the comparison as it is.
    """

    place: Place
    backward: bool = False

    def encode(self, signed_for: str = "") -> str:
        """Opaque to clients."""
        plain = f"{'+' if self.backward else '-'}{self.place.key}"
        if signed_for:
            plain = Signer(salt=signed_for).sign(f"{plain} {json.dumps(self.place.value)}")
        return base64.urlsafe_b64encode(plain.encode()).decode().rstrip("=")

    @classmethod
    def decode(cls, text: str, signed_for: str = "") -> "Cursor":
        """The reverse. Raises ValidationError."""
        value = None
        try:
            plain = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True).decode("ascii")
            if signed_for:
                plain, _, value = Signer(salt=signed_for).unsign(plain).partition(" ")
        except (binascii.Error, ValueError, BadSignature):
            raise _bad_cursor() from None
        if plain[:1] not in ("+", "-"):
            raise _bad_cursor()
        return cls(Place(plain[1:], json.loads(value) if value else None), plain[0] == "+")


class NewestFirst(BasePagination):
    """`{next, previous, results}`; `next` leads to older rows, or on in the order that `ordering` asks for.

    Rows made meanwhile neither repeat nor hide others.
    """

    def paginate_queryset(self, queryset: Any, request: Request, view: APIView | None = None) -> list[Any]:
        """One page, read with one row more than it shows."""
        self.request = request
        self.order = Order.asked_for(request.query_params.get(ORDERING), offered_by(view))
        self.signed_for = f"{queryset.model._meta.label} {self.order.name}" if self.order.name else ""
        given = request.query_params.get(CURSOR)
        self.cursor = None if given is None else Cursor.decode(given, self.signed_for)
        size = page_size(request)
        rows = self._read(queryset, size + 1, _unfiltered(view))
        self.more = len(rows) > size
        rows = rows[:size]
        if self.cursor and self.cursor.backward:
            rows.reverse()
        self.rows: Sequence[Model] = rows
        return rows

    def _read(self, queryset: "QuerySet[Any]", most: int, read_from: "QuerySet[Any] | None") -> list[Any]:
        place, backward = (self.cursor.place, self.cursor.backward) if self.cursor else (None, False)
        try:
            return self.order.rows_after(queryset, place, most, backward=backward, read_from=read_from)
        except BadPlace:
            raise _bad_cursor() from None

    def get_paginated_response(self, data: Any) -> Response:
        backward = self.cursor is not None and self.cursor.backward
        goes_on = bool(self.rows) and (backward or self.more)
        begins_earlier = bool(self.rows) and (self.more if backward else self.cursor is not None)
        following = self._link(self.rows[-1], backward=False) if goes_on else None
        before = self._link(self.rows[0], backward=True) if begins_earlier else None
        return Response({"next": following, "previous": before, "results": data})

    def _link(self, row: Model, *, backward: bool) -> str:
        cursor = Cursor(self.order.place_of(row), backward)
        given = [(name, value) for name, value in self.request.query_params.items() if name != CURSOR]
        query = urlencode([*given, (CURSOR, cursor.encode(self.signed_for))])
        return f"{self.request.build_absolute_uri(self.request.path)}?{query}"

    def get_schema_operation_parameters(self, view: APIView) -> list[dict[str, Any]]:
        size = {"type": "integer", "minimum": 1, "maximum": LARGEST_SIZE, "default": DEFAULT_SIZE}
        offered = names(offered_by(view))
        told = "Without it the newest come first. Rows without a value come last."
        order = {"name": ORDERING, "in": "query", "description": told, "schema": {"type": "string", "enum": offered}}
        return [
            {"name": CURSOR, "in": "query", "description": "From `next` or `previous`.", "schema": {"type": "string"}},
            {"name": PAGE_SIZE, "in": "query", "description": "Results on a page.", "schema": size},
            *([order] if offered else []),
        ]

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        link = {"type": ["string", "null"], "format": "uri"}
        properties = {"next": link, "previous": link, "results": schema}
        return {"type": "object", "required": list(properties), "properties": properties}


def page_size(request: Request) -> int:
    """`?pageSize=`, from 1 to 500. Raises ValidationError."""
    text = request.query_params.get(PAGE_SIZE)
    if text is None:
        return DEFAULT_SIZE
    if text.isascii() and text.isdecimal() and len(text) < 5 and 1 <= int(text) <= LARGEST_SIZE:
        return int(text)
    raise ValidationError({PAGE_SIZE: [ErrorDetail(f"must be a whole number from 1 to {LARGEST_SIZE}", "invalid")]})


def offered_by(view: Any) -> Mapping[str, str]:
    """The orders that a view offers for the list at hand."""
    offered = getattr(view, "offered_orderings", None)
    return offered() if offered else {}


def _unfiltered(view: Any) -> "QuerySet[Any] | None":
    """What the rows of its list are read from by their keys; None where it does not read so, and for its other lists."""
    return view.get_queryset() if getattr(view, "keys_first", False) and view.action == "list" else None


def _bad_cursor() -> ValidationError:
    return ValidationError({CURSOR: [ErrorDetail("is none that a list gave; start from the first page", "invalid")]})
