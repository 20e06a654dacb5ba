"""Which rows an export holds: its filter, as the tables read it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from django.db.models import Exists, Model, OuterRef, Q, QuerySet
from django.utils.timezone import get_default_timezone

from accounts.models import Customer
from flightdata.models import Export, Interpretation
from work.clock import now

Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True)
class Selection:
    """`customer` None: all of them. `first` and `last` are dates in the customer's zone (else the hub's), both included."""

    customer: Customer | None
    began: datetime
    jobs: tuple[int, ...] = ()
    first: date | None = None
    last: date | None = None
    status: str | int | None = None

    @classmethod
    def of(cls, export: Export) -> "Selection":
        """What this export asks for, as from now."""
        asked: dict[str, Any] = export.filter
        return cls(
            customer=export.customer,
            began=now(),
            jobs=tuple(asked.get("jobNumbers") or ([asked["jobNumber"]] if "jobNumber" in asked else [])),
            first=date.fromisoformat(asked["from"]) if "from" in asked else None,
            last=date.fromisoformat(asked["to"]) if "to" in asked else None,
            status=asked.get("status"),
        )

    def own(self, rows: "QuerySet[Row]") -> "QuerySet[Row]":
        """The customer's rows that were there when the export began."""
        rows = rows.filter(created_at__lte=self.began)
        return rows.filter(customer=self.customer) if self.customer else rows

    def without_dates(self) -> "Selection":
        """The same on any day."""
        return replace(self, first=None, last=None)

    @property
    def has_dates(self) -> bool:
        """Whether only some days are asked for."""
        return bool(self.first or self.last)

    def flown(self, application: str) -> Exists:
        """Whether the file whose id is at `application`, as it is read now, begins on one of the days."""
        zone = ZoneInfo(self.customer.time_zone) if self.customer else get_default_timezone()
        began = Q()
        if self.first:
            began &= Q(started_at__gte=datetime.combine(self.first, time.min, zone))
        if self.last:
            began &= Q(started_at__lt=datetime.combine(self.last + timedelta(days=1), time.min, zone))
        return Exists(Interpretation.objects.filter(began, application=OuterRef(application), current=True))


def in_pages(rows: "QuerySet[Row]", size: int) -> Iterator[list[Row]]:
    """All rows by their keys, `size` at a time, each page read anew: no cursor stays open, whatever an export takes."""
    page = list(rows.order_by("pk")[:size])
    while page:
        yield page
        page = list(rows.filter(pk__gt=page[-1].pk).order_by("pk")[:size]) if len(page) == size else []
