"""Entries of histories on the wire."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.rest.names import camel
from accounts.rest.serializers import WireModelSerializer
from work.models import Event


class EventSerializer(WireModelSerializer):
    """One entry of a history. States are called as everywhere on the wire."""

    from_state = serializers.SerializerMethodField()
    to_state = serializers.SerializerMethodField()
    data = serializers.SerializerMethodField()  # type: ignore[assignment]  # a field, which the metaclass takes away

    class Meta:
        model = Event
        fields: Any = ("id", "at", "name", "object_type", "object_id", "from_state", "to_state", "actor", "reason", "data")

    def get_from_state(self, event: Event) -> str:
        return camel(event.from_state)

    def get_to_state(self, event: Event) -> str:
        return camel(event.to_state)

    @extend_schema_field({"type": "object", "additionalProperties": True})
    def get_data(self, event: Event) -> dict[str, Any]:
        """`fields` names what was changed."""
        fields = event.data.get("fields")
        return {**event.data, **({"fields": [camel(name) for name in fields]} if fields else {})}
