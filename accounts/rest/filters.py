"""Filters of lists, in camelCase. A filter that names somebody else's thing is refused as one that names nothing: 404."""

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from functools import reduce
from operator import or_
from typing import Any

import django_filters
from django import forms
from django.core.exceptions import ObjectDoesNotExist
from django.core.exceptions import ValidationError as ModelValidationError
from django.db.models import Q, QuerySet
from django.utils.dateparse import parse_date, parse_datetime
from django_filters.rest_framework import DjangoFilterBackend
from rest_framework.request import Request

from accounts.models import User
from accounts.rest.fields import LARGEST_INTEGER
from accounts.rest.names import camel
from accounts.rest.problems import UnknownThing


class WireFilterSet(django_filters.FilterSet):
    """Filters declared in snake_case, camelCase in the query; `from_`, which Python keeps for itself, is `from` there."""

    @classmethod
    def get_filters(cls) -> dict[str, Any]:
        filters = super().get_filters()
        for name, one in filters.items():
            one.field_name = one.field_name or name
        return {camel(name.rstrip("_")): one for name, one in filters.items()}


class AskedFilters(DjangoFilterBackend):
    """The filters of a list, made only where a request names one: the forms behind them take as long as reading a page."""

    def filter_queryset(self, request: Request, queryset: "QuerySet[Any]", view: Any) -> "QuerySet[Any]":
        """The narrowed rows. Raises ValidationError."""
        offered = getattr(view.filterset_class, "base_filters", {})
        if not any(name in offered for name in request.query_params):
            return queryset
        return super().filter_queryset(request, queryset, view)


class SearchFilter(django_filters.CharFilter):
    """`?search=`: rows that have this text, in whatever case, in one of `columns`."""

    def __init__(self, *columns: str, **options: Any) -> None:
        self.columns = columns
        super().__init__(**{"max_length": 200, **options})

    def filter(self, queryset: "QuerySet[Any]", value: str) -> "QuerySet[Any]":
        """The narrowed rows."""
        found = (Q(**{f"{column}__icontains": value}) for column in self.columns)
        return queryset.filter(reduce(or_, found)) if value else queryset


class TruthField(forms.NullBooleanField):
    """`true` or `false`."""

    WORDS = {None: None, "": None, "true": True, "false": False}

    def clean(self, value: Any) -> bool | None:
        if value not in self.WORDS:
            raise forms.ValidationError("must be true or false", code="invalid")
        return self.WORDS[value]


class TruthFilter(django_filters.Filter):
    """`?active=true`."""

    field_class = TruthField

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, widget=forms.TextInput, **options)


class ExactField(forms.CharField):
    """A text in which spaces mean something: no number, id or time has them, and spaces alone are not nothing."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{**options, "strip": False})


class MomentField(ExactField):
    """A time; one without an offset is taken as UTC, as in bodies, and a date as its beginning."""

    def clean(self, value: Any) -> datetime | None:
        text = super().clean(value)
        if not text:
            return None
        try:
            moment = parse_datetime(text)
        except ValueError:
            moment = None
        if moment is None:
            raise forms.ValidationError("must be a time as in RFC 3339, such as 2026-05-01T12:00:00Z", code="invalid")
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


class MomentFilter(django_filters.IsoDateTimeFilter):
    """`?from=`: a point in time."""

    field_class = MomentField


class ReferenceField(ExactField):
    """The text of an id; what it names is looked up where the asking user is known."""


class ReferenceFilter(django_filters.Filter):
    """`?customerId=`: rows of one thing that the asking user may see. `key` is the looked-up thing's own column."""

    field_class = ReferenceField

    def __init__(self, selector: Callable[[User], "QuerySet[Any]"], *args: Any, key: str = "pk", **options: Any) -> None:
        self.selector, self.key = selector, key
        super().__init__(*args, **options)

    def filter(self, queryset: "QuerySet[Any]", value: str) -> "QuerySet[Any]":
        """The narrowed rows. Raises UnknownThing."""
        return queryset.filter(**{self.field_name: self.look_up(value)}) if value else queryset

    def look_up(self, value: str) -> Any:
        """The key of the thing that is named. Raises UnknownThing."""
        things = self.selector(self.parent.request.user)
        try:
            if value != value.strip() or (value.isdecimal() and int(value) > LARGEST_INTEGER):
                raise ObjectDoesNotExist
            return things.values_list("pk", flat=True).get(**{self.key: value})
        except (ObjectDoesNotExist, ModelValidationError, ValueError):
            name = next(name for name, one in self.parent.filters.items() if one is self)
            raise UnknownThing(name, f"there is no such {things.model._meta.verbose_name}") from None


class DayOrMomentField(ExactField):
    """A time (RFC 3339; without an offset in UTC), or a date, which is that whole day in UTC: its first moment, and the end."""

    default_error_messages = {"invalid": "must be a date, or a time as in RFC 3339"}

    def clean(self, value: Any) -> tuple[datetime, datetime] | None:
        text = super().clean(value)
        if not text:
            return None
        try:
            day, moment = parse_date(text), parse_datetime(text)
            first = datetime.combine(day, time(), UTC) if day else moment
            if first is None:
                raise ValueError(text)
            first = first if first.tzinfo else first.replace(tzinfo=UTC)
            return first, first + (timedelta(days=1) if day else timedelta.resolution)
        except (ValueError, OverflowError):
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid") from None


class FromFilter(django_filters.Filter):
    """`?dateFrom=`: at that time or later."""

    field_class = DayOrMomentField

    def filter(self, queryset: "QuerySet[Any]", value: tuple[datetime, datetime] | None) -> "QuerySet[Any]":
        return queryset.filter(**{f"{self.field_name}__gte": value[0]}) if value else queryset


class ToFilter(django_filters.Filter):
    """`?dateTo=`: at that time or earlier, on that day or earlier."""

    field_class = DayOrMomentField

    def filter(self, queryset: "QuerySet[Any]", value: tuple[datetime, datetime] | None) -> "QuerySet[Any]":
        return queryset.filter(**{f"{self.field_name}__lt": value[1]}) if value else queryset
