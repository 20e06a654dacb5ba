"""Which JSON value a field takes. Django REST Framework reads `"5"` as 5 and 0 as false, as forms need it; a program that sends
them has made a mistake, which is better said than guessed at."""

from typing import Any

from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail

from accounts.rest.fields import Reference

TEXTS = (
    serializers.CharField,
    serializers.UUIDField,
    serializers.DateTimeField,
    serializers.DateField,
)


def complaint(field: Any, value: Any) -> Any:
    """What is wrong with the type of a value, as Django REST Framework nests it; None where nothing is."""
    if value is None or field.read_only:
        return None
    if isinstance(field, serializers.ListField):
        return _about_parts(field.child, value) if isinstance(value, list) else None
    if isinstance(field, serializers.ChoiceField):
        fits = any(value == choice and isinstance(value, bool) == isinstance(choice, bool) for choice in field.choices)
        told = field.error_messages["invalid_choice"].format(input=value)
        return None if fits else [ErrorDetail(told, "invalid_choice")]
    wanted = _wanted(field)
    return None if wanted is None or _is(wanted, value) else [ErrorDetail(f"must be {wanted}", "invalid")]


def _about_parts(child: Any, values: list[Any]) -> dict[int, Any] | None:
    found = {index: complaint(child, value) for index, value in enumerate(values)}
    return {index: said for index, said in found.items() if said} or None


def _wanted(field: Any) -> str | None:
    """In words; None where the field decides by itself."""
    if isinstance(field, TEXTS):
        return "a string"
    if isinstance(field, serializers.BooleanField):
        return "true or false"
    if isinstance(field, serializers.IntegerField) or (isinstance(field, Reference) and field.whole_number):
        return "an integer"
    return "a number" if isinstance(field, serializers.FloatField) else None


def _is(wanted: str, value: Any) -> bool:
    if wanted == "a string":
        return isinstance(value, str)
    if isinstance(value, bool) or wanted == "true or false":
        return isinstance(value, bool) and wanted == "true or false"
    return isinstance(value, int) or (isinstance(value, float) and (wanted == "a number" or value.is_integer()))
