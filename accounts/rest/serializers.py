"""Serializers that speak camelCase and refuse what they do not know."""

from collections.abc import Callable, Mapping, MutableMapping
from functools import cached_property
from operator import attrgetter
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.db import models
from django.utils.datastructures import MultiValueDict
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail
from rest_framework.fields import SkipField
from rest_framework.relations import PKOnlyObject
from rest_framework.validators import UniqueValidator

from accounts.rest.fields import FiniteFloatField, FreeJSONField, UtcDateTimeField, WholeNumberField
from accounts.rest.json_types import complaint
from accounts.rest.names import camel


class _Wire(serializers.Serializer[Any]):
    """Fields declared in snake_case stand under their camelCase names; unknown ones are refused by name."""

    def get_fields(self) -> dict[str, Any]:
        return {camel(name): _from(field, name) for name, field in super().get_fields().items()}

    @cached_property
    def _written(self) -> list[tuple[str, Callable[[Any], Any], Callable[[Any], Any]]]:
        """Of each field that is shown its name, how it is read from a row, and how it is written."""
        return [(name, _reader(field), field.to_representation) for name, field in self.fields.items() if not field.write_only]

    def to_representation(self, instance: Any) -> dict[str, Any]:
        """As the library does it, which for a page of rows asks each field anew where to look: a third of a list's time."""
        shown = {}
        for name, read, write in self._written:
            try:
                value = read(instance)
            except SkipField:
                continue
            empty = value is None or (isinstance(value, PKOnlyObject) and value.pk is None)
            shown[name] = None if empty else write(value)
        return shown

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping):
            self._refuse_unknown(data)
        if isinstance(data, MultiValueDict):
            self._refuse_repeated(data)
        elif isinstance(data, Mapping):
            self._refuse_other_types(data)
        return super().to_internal_value(data)

    def _refuse_unknown(self, data: Mapping[str, Any]) -> None:
        unknown = [str(name) for name in data if name not in self.fields]
        if unknown:
            known = ", ".join(name for name, field in self.fields.items() if not field.read_only)
            complaint = ErrorDetail(f"is no known field; known are {known}", "unknownField")
            raise serializers.ValidationError({name: [complaint] for name in unknown})

    def _refuse_other_types(self, data: Mapping[str, Any]) -> None:
        said = {name: complaint(self.fields[name], value) for name, value in data.items()}
        complaints = {name: one for name, one in said.items() if one}
        if complaints:
            raise serializers.ValidationError(complaints)

    def _refuse_repeated(self, form: "MultiValueDict[str, Any]") -> None:
        """A form would give the last value and drop the others, files too, without a word."""
        repeated = [name for name, values in form.lists() if len(values) > 1]
        if repeated:
            complaint = ErrorDetail("is given more than once", "repeated")
            raise serializers.ValidationError({name: [complaint] for name in repeated})


def _reader(field: Any) -> Callable[[Any], Any]:
    """How a field's value is read from a row: straight, where that finds a plain value; as the library reads it otherwise."""
    if not field.source_attrs or type(field).get_attribute is not serializers.Field.get_attribute:
        return field.get_attribute
    straight = attrgetter(".".join(field.source_attrs))

    def read(row: Any) -> Any:
        try:
            value = straight(row)
        except (AttributeError, ObjectDoesNotExist):
            return field.get_attribute(row)
        return field.get_attribute(row) if callable(value) else value

    return read


def _from(field: Any, name: str) -> Any:
    """The field, reading the attribute of its snake_case name unless it says where it reads from."""
    if isinstance(field, serializers.SerializerMethodField):
        field.method_name = field.method_name or f"get_{name}"
    elif field.source is None and camel(name) != name:
        field.source = name
    return field


class WireSerializer(_Wire):
    """A body or answer that is no model."""


class NothingSerializer(WireSerializer):
    """A body without fields, or none."""


class WireModelSerializer(_Wire, serializers.ModelSerializer[Any]):
    """A model's row. Uniqueness is the database's to decide (409 by the service), never a look beforehand (a race)."""

    serializer_field_mapping = {
        **serializers.ModelSerializer.serializer_field_mapping,
        models.DateTimeField: UtcDateTimeField,
        models.FloatField: FiniteFloatField,
        models.JSONField: FreeJSONField,
        models.PositiveIntegerField: WholeNumberField,
        models.PositiveBigIntegerField: WholeNumberField,
    }

    def include_extra_kwargs(
        self, kwargs: MutableMapping[str, Any], extra_kwargs: MutableMapping[str, Any]
    ) -> MutableMapping[str, Any]:
        options = super().include_extra_kwargs(kwargs, extra_kwargs)
        if "validators" in options:
            options["validators"] = [one for one in options["validators"] if not isinstance(one, UniqueValidator)]
        return options

    def build_standard_field(self, field_name: str, model_field: "models.Field[Any, Any]") -> tuple[type[Any], dict[str, Any]]:
        """What the database fills in by itself need not be given."""
        field_class, kwargs = super().build_standard_field(field_name, model_field)
        if model_field.has_db_default():
            kwargs["required"] = False
        return field_class, kwargs

    def get_validators(self) -> list[Any]:
        return []

    def run_validation(self, data: Any = serializers.empty) -> Any:
        values = super().run_validation(data)
        self._refuse_other_values(values)
        return values

    def _refuse_other_values(self, values: Mapping[str, Any]) -> None:
        """`Meta.fixed`: attributes that stay as they were made. The same value sent back is no change."""
        if self.instance is None:
            return
        fixed = [name for name in getattr(self.Meta, "fixed", ()) if name in values]
        changed = [name for name in fixed if values[name] != getattr(self.instance, name)]
        if changed:
            names = {field.source: wire for wire, field in self.fields.items()}
            complaint = ErrorDetail("cannot be changed once it is set; make a new one instead", "fixed")
            raise serializers.ValidationError({names[name]: [complaint] for name in changed})
