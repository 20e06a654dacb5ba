"""Serializer fields that the hub uses everywhere."""

import math
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.core.exceptions import ValidationError as ModelValidationError
from django.db.models import QuerySet
from rest_framework import serializers

from accounts.models import User

LARGEST_INTEGER = 2**53 - 1
"""Above it JavaScript, which reads this API, no longer tells neighbours apart."""

Selector = Callable[[User], "QuerySet[Any]"]


class UtcDateTimeField(serializers.DateTimeField):
    """RFC 3339 in UTC, whatever time zone the installation is in; a time without an offset is taken as UTC."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"default_timezone": UTC, **options})

    def to_representation(self, value: Any) -> Any:
        """As the library writes it; what the database gives is in UTC already."""
        if isinstance(value, datetime) and value.tzinfo is UTC:
            return value.isoformat().removesuffix("+00:00") + "Z"
        return super().to_representation(value)


class SecretField(serializers.CharField):
    """A text that is written and never shown, to the letter."""

    def __init__(self, **options: Any) -> None:
        super().__init__(write_only=True, trim_whitespace=False, style={"input_type": "password"}, **options)


class FiniteFloatField(serializers.FloatField):
    """A number; neither a truth value, nor NaN, nor infinite."""

    def to_internal_value(self, data: Any) -> float:
        if isinstance(data, bool):
            self.fail("invalid")
        value = super().to_internal_value(data)
        if not math.isfinite(value):
            self.fail("invalid")
        return value


class WholeNumberField(serializers.IntegerField):
    """An integer that JavaScript can hold; no truth value."""

    def __init__(self, **options: Any) -> None:
        most, least = options.pop("max_value", LARGEST_INTEGER), options.pop("min_value", -LARGEST_INTEGER)
        super().__init__(max_value=min(most, LARGEST_INTEGER), min_value=max(least, -LARGEST_INTEGER), **options)

    def to_internal_value(self, data: Any) -> int:
        if isinstance(data, bool):
            self.fail("invalid")
        return super().to_internal_value(data)


class FreeJSONField(serializers.JSONField):
    """Any JSON value that the database can hold: no NUL, no half surrogate pair, no number beyond a double."""

    default_error_messages = {"unstorable": "holds a character or number that cannot be stored: {what}"}

    def to_internal_value(self, data: Any) -> Any:
        value = super().to_internal_value(data)
        what = unstorable(value)
        if what:
            self.fail("unstorable", what=what)
        return value


class FreeObjectField(FreeJSONField):
    """The same, but an object."""

    default_error_messages = {"not_an_object": "is no JSON object"}

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, Mapping):
            self.fail("not_an_object")
        return super().to_internal_value(data)


def unstorable(value: Any) -> str:
    """What in a JSON value no database column can hold, in words; empty where all can be stored."""
    if isinstance(value, str):
        return _unstorable_text(value)
    if isinstance(value, float):
        return "" if math.isfinite(value) else "an infinite number"
    if isinstance(value, int):
        return "" if -LARGEST_INTEGER <= value <= LARGEST_INTEGER else "an integer beyond 2^53"
    if isinstance(value, Mapping):
        return next(filter(None, (unstorable(part) for pair in value.items() for part in pair)), "")
    if isinstance(value, list):
        return next(filter(None, map(unstorable, value)), "")
    return ""


def _unstorable_text(text: str) -> str:
    if "\0" in text:
        return "a NUL character"
    return "half a surrogate pair" if any("\ud800" <= letter <= "\udfff" for letter in text) else ""


class Reference(serializers.PrimaryKeyRelatedField):
    """The id of something that the asking user may see. Anything else reads alike: it does not exist.

    `whole_number`: the key is a job number.
    """

    default_error_messages = {"not_found": "there is no such {thing}"}

    def __init__(self, selector: Selector | None = None, *, whole_number: bool = False, **options: Any) -> None:
        self.selector = selector
        self.whole_number = whole_number
        if selector is None:
            options["read_only"] = True
        elif not options.get("read_only"):
            options["queryset"] = QuerySet()
        super().__init__(**options)

    def get_queryset(self) -> "QuerySet[Any]":
        if self.selector is None:
            raise TypeError(f"{self.field_name} is read-only")
        return self.selector(self.context["request"].user)

    def to_internal_value(self, data: Any) -> Any:
        rows = self.get_queryset()
        if isinstance(data, (str, int)) and not isinstance(data, bool):
            try:
                return rows.get(pk=data)
            except (ObjectDoesNotExist, ModelValidationError, ValueError, TypeError, OverflowError):
                self.fail("not_found", thing=rows.model._meta.verbose_name)
        return self.fail("not_found", thing=rows.model._meta.verbose_name)
