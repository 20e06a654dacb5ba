"""The orders that a list may be asked for, each paged by its column and then the key: a page costs the same however far back.

A resource declares what clients may say and which column that is: `orderings = {"name": "name", "createdAt": "pk"}`. Each may be
asked for backwards, too (`?ordering=-name`). Every column has an index that begins with it, or with the tenant and it (a test
looks), and is no float; `pk` is by age, and needs none. Rows without a value come last, whichever way the others go.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.core.exceptions import ValidationError as ModelValidationError
from django.db.models import BooleanField, Func, Model, QuerySet, TextField, Value
from django.db.models.functions import Cast
from rest_framework.exceptions import ErrorDetail, ValidationError

from accounts.rest.fields import LARGEST_INTEGER

ORDERING = "ordering"
PK = "pk"
WRITTEN = "written_in_order"
FOUND_AT = "key_found_at"
"""What a filter that finds rows by another table's index annotates them with: the column there that equals their key, in one row
at most. No database sees by itself that this index, too, may begin where the page does.
"""


class BadPlace(ValueError):
    """A place that is in no such list."""


@dataclass(frozen=True)
class Place:
    """The row after which a page begins: `value` is its column, None where it has none, as the database itself writes it.

    Not as Python would: SQLite compares times as text, and keeps them with three decimals or six, by who wrote them.
    """

    key: str
    value: str | None = None


class _Beyond(Func):
    """Whether (column, key) lies beyond a place: a comparison of rows, which the index over both answers."""

    output_field = BooleanField()

    def as_sql(self, compiler: Any, connection: Any, *_: Any, **context: Any) -> tuple[str, Any]:
        parts = [compiler.compile(part) for part in self.get_source_expressions()]
        column, key, value, at = (sql for sql, _ in parts)
        sql = f"({column}, {key}) {self.extra['operator']} ({value}, {at})"
        return sql, [parameter for _, parameters in parts for parameter in parameters]


@dataclass(frozen=True)
class Order:
    """One order: `name` as the client says it. The default is the newest first."""

    name: str = ""
    column: str = PK
    descending: bool = True

    @classmethod
    def asked_for(cls, name: str | None, offered: Mapping[str, str]) -> "Order":
        """The order that a client names. Raises ValidationError naming those that there are."""
        if name is None:
            return cls()
        column = offered.get(name.removeprefix("-"))
        if column is None:
            known = ", ".join(names(offered))
            raise ValidationError({ORDERING: [ErrorDetail(f"is no order of this list; known are {known}", "invalidChoice")]})
        return cls(name, column, name.startswith("-"))

    def place_of(self, row: Model) -> Place:
        """Where a row of `rows_after` stands."""
        if self.column == PK:
            return Place(str(row.pk))
        return Place(str(row.pk), getattr(row, WRITTEN))

    def rows_after(
        self,
        rows: "QuerySet[Any]",
        place: Place | None,
        most: int,
        *,
        backward: bool = False,
        read_from: "QuerySet[Any] | None" = None,
    ) -> list[Any]:
        """At most `most` rows beyond `place`, from the beginning without one. Backward: before it, the nearest first.

        Raises BadPlace. One statement; where the column may be empty, a second one for the end of the list. With `read_from`, two
        by key: one that looks for keys, so that what has to be sorted or looked through is small, and one that reads their rows
        in `read_from`, which holds all `rows`.
        """
        order = replace(self, descending=self.descending != backward)
        if self.column == PK:
            page = order._by_key(rows, place)[:most]
            return list(page) if read_from is None else order._by_keys(page, read_from)
        field = rows.model._meta.get_field(self.column)
        found: list[Any] = []
        rows = rows.annotate(**{WRITTEN: Cast(self.column, TextField())})
        for empty in _parts(field, place, backward=backward):
            part = rows.filter(**{f"{self.column}__isnull": empty}) if field.null else rows
            part = order._by_key(part, place) if empty else order._by_value(part, place)
            found += part[: most - len(found)]
            if len(found) == most:
                break
            place = None
        return found

    def _by_key(self, rows: "QuerySet[Any]", place: Place | None) -> "QuerySet[Any]":
        column = FOUND_AT if FOUND_AT in rows.query.annotations else PK
        if place:
            rows = rows.filter(**{f"{column}__{'lt' if self.descending else 'gt'}": _key(rows, place.key)})
        return rows.order_by(f"-{column}" if self.descending else column)

    def _by_keys(self, page: "QuerySet[Any]", read_from: "QuerySet[Any]") -> list[Any]:
        """Anew where a row went between the two statements: a page that is short would look like the last."""
        while True:
            keys = list(page.values_list("pk", flat=True))
            rows = list(self._by_key(read_from.filter(pk__in=keys), None))
            if len(rows) == len(keys):
                return rows

    def _by_value(self, rows: "QuerySet[Any]", place: Place | None) -> "QuerySet[Any]":
        sign, operator = ("-", "<") if self.descending else ("", ">")
        if place and place.value is not None:
            key = Value(_key(rows, place.key), rows.model._meta.pk)
            rows = rows.filter(_Beyond(self.column, PK, Value(place.value), key, operator=operator))
        return rows.order_by(f"{sign}{self.column}", f"{sign}pk")


def names(offered: Mapping[str, str]) -> list[str]:
    """All that a client may ask for, both ways."""
    return [way + name for name in offered for way in ("", "-")]


def _parts(field: Any, place: Place | None, *, backward: bool) -> list[bool]:
    """The list's parts, from the one that holds `place`: rows with a value (False), and rows without."""
    parts = [False, True] if field.null else [False]
    if backward:
        parts.reverse()
    begun = place is not None and place.value is None
    if begun and not field.null:
        raise BadPlace
    return parts[parts.index(begun) :] if place else parts


def _key(rows: "QuerySet[Any]", text: str) -> Any:
    """A key of these rows. Raises BadPlace for what is none."""
    try:
        key = rows.model._meta.pk.to_python(text)
    except ModelValidationError:
        raise BadPlace from None
    if isinstance(key, int) and abs(key) > LARGEST_INTEGER:
        raise BadPlace
    return key
