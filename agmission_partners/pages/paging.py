"""Pages of a list for people: newest first, by key, so that a page costs the same however far back it is."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from urllib.parse import urlencode

from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest

from accounts.rest.fields import LARGEST_INTEGER

Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True)
class Page(Generic[Row]):
    """Some rows, and the query string of the page with the next older ones; empty where there are none."""

    rows: Sequence[Row]
    older: str
    is_first: bool


def page_of(rows: "QuerySet[Row]", request: HttpRequest, *, size: int, parameter: str = "before") -> Page[Row]:
    """The page of `rows` that the request asks for: those with a smaller key than `?before=`. Raises Http404 for a bad key."""
    text = request.GET.get(parameter)
    if text is not None:
        rows = rows.filter(pk__lt=_key(rows, text))
    found = list(rows.order_by("-pk")[: size + 1])
    shown = found[:size]
    kept = [(name, value) for name, value in request.GET.items() if name != parameter]
    older = "?" + urlencode([*kept, (parameter, str(shown[-1].pk))]) if len(found) > size else ""
    return Page(shown, older, text is None)


def _key(rows: "QuerySet[Any]", text: str) -> Any:
    try:
        key = rows.model._meta.pk.to_python(text)
    except ValidationError:
        raise Http404 from None
    if isinstance(key, int) and abs(key) > LARGEST_INTEGER:
        raise Http404
    return key
