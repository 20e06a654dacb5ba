"""`audit/`: who did what to which object, before and after, and from which address."""

from datetime import datetime
from typing import Any
from uuid import UUID

import django_filters
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.api.events import EventSerializer
from accounts.models import AuditEntry
from accounts.rest.filters import MomentFilter, WireFilterSet
from accounts.rest.names import camel
from accounts.rest.rules import OPS
from accounts.rest.viewsets import Listed, Read, Rules
from accounts.selectors import visible_audit
from work import history

VALUES = {
    "type": ["object", "null"],
    "additionalProperties": True,
    "description": "By column. A secret is `[hidden]`; a long value is told by its length and SHA-256.",
}


class AuditSerializer(EventSerializer):
    """One thing that was done. `actor`: `user NAME`, `command SYSTEM-USER` or `anybody`; `via`: `session`, or `token NAME`."""

    before = serializers.SerializerMethodField()
    after = serializers.SerializerMethodField()
    address = serializers.CharField(allow_null=True)
    request_id = serializers.CharField(source="correlation_id")

    class Meta:
        model = AuditEntry
        fields = (*EventSerializer.Meta.fields, "actor_id", "via", "address", "request_id", "before", "after")

    @extend_schema_field(VALUES)
    def get_before(self, entry: AuditEntry) -> dict[str, Any] | None:
        """The values of what was changed, or of what was taken away."""
        return _on_the_wire(entry.before)

    @extend_schema_field(VALUES)
    def get_after(self, entry: AuditEntry) -> dict[str, Any] | None:
        """The values of what was changed or made."""
        return _on_the_wire(entry.after)


def _on_the_wire(values: dict[str, Any] | None) -> dict[str, Any] | None:
    return None if values is None else {camel(name): value for name, value in values.items()}


class AuditFilters(WireFilterSet):
    actor = django_filters.CharFilter(method="by_actor", max_length=200)
    object_type = django_filters.CharFilter(max_length=40)
    object_id = django_filters.CharFilter(max_length=40)
    name = django_filters.CharFilter(max_length=40)
    from_ = MomentFilter(method="since")
    to = MomentFilter(method="until")

    def by_actor(self, rows: "QuerySet[AuditEntry]", name: str, text: str) -> "QuerySet[AuditEntry]":
        """A user's id, which stays when it is renamed; or an actor, whose `user ` may be left out."""
        try:
            return rows.filter(actor_id=UUID(text))
        except ValueError:
            return rows.filter(actor__in=[text, f"user {text}"])

    def since(self, rows: "QuerySet[AuditEntry]", name: str, moment: datetime) -> "QuerySet[AuditEntry]":
        """At this time or later."""
        return rows.filter(history.happened_since(moment))

    def until(self, rows: "QuerySet[AuditEntry]", name: str, moment: datetime) -> "QuerySet[AuditEntry]":
        """Before this time."""
        return rows.filter(history.happened_before(moment))


class AuditViewSet(Listed, Read):
    """What people, their programs and commands did; nothing can be added to it or taken away."""

    serializer_class = AuditSerializer
    filterset_class = AuditFilters
    selector = staticmethod(visible_audit)
    rules: Rules = {"list": OPS, "retrieve": OPS}
