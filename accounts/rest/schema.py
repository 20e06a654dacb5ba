"""What the OpenAPI document says of every operation, read off the foundation: a new route is described by what it stands on."""

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from drf_spectacular.extensions import OpenApiSerializerFieldExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import force_instance, is_list_serializer, is_serializer
from rest_framework import serializers
from rest_framework.authentication import SessionAuthentication

from accounts.models import is_time_zone
from accounts.rest import described
from accounts.rest.fields import LARGEST_INTEGER, Reference
from accounts.rest.filters import ReferenceFilter
from accounts.rest.rules import EVERYBODY
from accounts.rest.serializers import WireModelSerializer, WireSerializer
from accounts.rest.viewsets import Guarded, HubViewSet, Read

WITH_BODY = ("POST", "PUT", "PATCH")
READ_BODY = (408, 411, 413, 415)
ALWAYS = (400, 406, 500, 503)
BOUNDS_OF_COLUMNS = frozenset(
    sign * bound for bits in (15, 31, 63) for sign, bound in ((1, 2**bits - 1), (-1, 2**bits), (-1, 2**bits - 1))
)


class ReferenceSchema(OpenApiSerializerFieldExtension):
    """Ids are strings, job numbers integers."""

    target_class = "accounts.rest.fields.Reference"

    def map_serializer_field(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        return {"type": "integer"} if self.target.whole_number else {"type": "string", "format": "uuid"}


class HubSchema(AutoSchema):
    """One operation."""

    def get_tags(self) -> list[str]:
        """By resource: the first word after the version."""
        words = [word for word in self.path.split("/") if word not in ("api", "v1", "")]
        return words[:1] or ["api"]

    # What may be answered

    def _get_response_bodies(self, direction: Any = "response") -> dict[str, Any]:
        """The view's own answers, then its refusals. A view that declares a status of 400 and more gets the shared part too."""
        given: dict[str, Any] = super()._get_response_bodies(direction)
        answers = {code: body for code, body in given.items() if int(code) < HTTPStatus.BAD_REQUEST}
        if self._is_read():
            answers["304"] = {"description": "It is still as If-None-Match says."}
        for code, body in answers.items():
            body["headers"] = described.headers(*self._headers(code, in_parts="206" in answers)) | body.get("headers", {})
            body["description"] = body["description"] or HTTPStatus(int(code)).phrase
        refused = sorted({*self._refusals(), *(int(code) for code in given if code not in answers)})
        return answers | {str(code): described.reference("responses", described.name_of(code)) for code in refused}

    def _headers(self, code: str, *, in_parts: bool) -> Iterator[str]:
        """`in_parts`: it sends a file, of which a part can be had."""
        if in_parts and code in ("200", "206"):
            yield from ("ETag", "Accept-Ranges", "Content-Disposition", "Content-Length")
        if code == "206":
            yield "Content-Range"
        if code == "304" or (code != "204" and self._shows_an_object()):
            yield "ETag"
        if code == "201" and getattr(self.view, "basename", None):
            yield "Location"
        if self._is_idempotent():
            yield "Idempotency-Replayed"

    def _refusals(self) -> Iterator[int]:
        """The statuses that can occur, by what the view is built on."""
        yield from ALWAYS
        if self.view.get_authenticators():
            yield 401
        if self._may_be_forbidden():
            yield 403
        if "{" in self.path or self._names_other_things():
            yield 404
        if self._reads_a_body():
            yield from READ_BODY
        if self._changes_something():
            yield 409
        if self._takes_if_match():
            yield 412
        if self._is_idempotent():
            yield 422
        if self.view.get_throttles():
            yield 429

    def _may_be_forbidden(self) -> bool:
        """Some role may not do it, or a browser must send its CSRF token."""
        if not isinstance(self.view, Guarded) or not self.view.get_authenticators():
            return False
        by_session = any(isinstance(one, SessionAuthentication) for one in self.view.get_authenticators())
        allowed = self.view.rules.get(self._action(), ())
        return frozenset(allowed) != EVERYBODY or (by_session and self.method != "GET")

    def _names_other_things(self) -> bool:
        """A filter or the body names what must exist."""
        filters = getattr(getattr(self.view, "filterset_class", None), "base_filters", {}) if self._action() == "list" else {}
        if any(isinstance(one, ReferenceFilter) for one in filters.values()):
            return True
        return self.method in WITH_BODY and _has_reference(self.get_request_serializer())

    def _changes_something(self) -> bool:
        return isinstance(self.view, HubViewSet) and self.method != "GET"

    def _takes_if_match(self) -> bool:
        return self._changes_something() and "{" in self.path

    def _reads_a_body(self) -> bool:
        return self.method in WITH_BODY and self.get_request_serializer() is not None

    def _is_idempotent(self) -> bool:
        return getattr(getattr(self.view, self._action(), None), "is_idempotent", False)

    def _is_read(self) -> bool:
        return isinstance(self.view, Read) and self._action() == "retrieve"

    def _shows_an_object(self) -> bool:
        shown = force_instance(self.get_response_serializers())
        if isinstance(shown, dict):
            shown = force_instance(next(iter(shown.values())))
        resource = getattr(type(self.view), "serializer_class", None)
        return bool(isinstance(self.view, Read) and resource and isinstance(shown, resource) and not self._is_list_view())

    def _action(self) -> str:
        return getattr(self.view, "action", None) or self.method.lower()

    # What may be asked

    def _get_parameters(self) -> list[dict[str, Any]]:
        """Those of path and query as the views have them, and the headers that the foundation reads."""
        given = super()._get_parameters()
        filters = getattr(getattr(self.view, "filterset_class", None), "base_filters", {})
        for parameter in given:
            _type_by_choices(parameter["schema"])
            if parameter["in"] == "query" and parameter["name"] in filters:
                parameter["allowEmptyValue"] = True  # as if it were not given
        headers = {
            "Idempotency-Key": self._is_idempotent(),
            "If-Match": self._takes_if_match(),
            "If-None-Match": self._is_read(),
        }
        return [*given, *(described.reference("parameters", name) for name, read in headers.items() if read)]

    # Schemas

    def _map_basic_serializer(self, serializer: Any, direction: Any) -> dict[str, Any]:
        """Unknown fields are refused; an object is shown with all its fields."""
        schema: dict[str, Any] = super()._map_basic_serializer(serializer, direction)
        instance = force_instance(serializer)
        if direction == "request" and isinstance(instance, (WireSerializer, WireModelSerializer)):
            schema["additionalProperties"] = False
        if direction == "response" and isinstance(instance, WireModelSerializer):
            schema["required"] = sorted(schema["properties"])
        return schema

    def _insert_min_max(self, field: Any, content: dict[str, Any]) -> None:
        """Bounds that somebody chose; those of a column's type differ between databases and say nothing to a client."""
        super()._insert_min_max(field, content)
        _forget_bounds_of_columns(field, content)

    def _insert_field_validators(self, field: Any, schema: dict[str, Any]) -> None:
        super()._insert_field_validators(field, schema)
        if is_time_zone in field.validators:
            schema |= {"format": "time-zone", "description": "An IANA name such as America/Chicago."}
        elif _loses_spaces(field) and "minLength" in schema and schema.keys().isdisjoint(("format", "pattern", "enum")):
            schema["pattern"] = r"\S"
        _forget_bounds_of_columns(field, schema)


def _loses_spaces(field: Any) -> bool:
    """Spaces around a text are taken away; where it must not be empty, something else is left."""
    return isinstance(field, serializers.CharField) and field.trim_whitespace


def _forget_bounds_of_columns(field: Any, schema: dict[str, Any]) -> None:
    for name in ("minimum", "maximum"):
        if schema.get(name) in BOUNDS_OF_COLUMNS or (field.read_only and abs(schema.get(name, 0)) == LARGEST_INTEGER):
            del schema[name]


def _type_by_choices(schema: dict[str, Any]) -> None:
    """A filter's choices are of one type, whatever its column or method is."""
    choices = schema.get("enum", [])
    if choices and all(isinstance(choice, int) for choice in choices):
        schema["type"] = "integer"


def _has_reference(serializer: Any) -> bool:
    """Whether a body names other things by their ids, at any depth."""
    if isinstance(serializer, dict):
        return any(map(_has_reference, serializer.values()))
    instance = force_instance(serializer)
    if is_list_serializer(instance) or isinstance(instance, serializers.ListField):
        return _has_reference(instance.child)
    if is_serializer(instance):
        fields: Any = instance.fields
        return any(map(_has_reference, fields.values()))
    return isinstance(instance, Reference) and not instance.read_only
