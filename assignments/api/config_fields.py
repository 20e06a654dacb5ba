"""The serializer fields of an assignment's own JSON: how it is dealt with, and the customer's fields."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail

from accounts.rest.fields import FreeObjectField
from assignments.models import JobAssignment
from assignments.partner_config import LONGEST, MILLISECOND, FieldError, InvalidConfig, PartnerConfig
from work.models import Priority

LONGEST_MS = LONGEST // MILLISECOND


def _milliseconds(shortest: int, longest: int = LONGEST_MS, **more: int) -> dict[str, Any]:
    return {"type": "integer", "minimum": shortest, "maximum": longest, **more}


RETRY_POLICY_SCHEMA: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "maxAttempts": {"type": "integer", "minimum": 1, "maximum": 10, "default": 5},
        "baseDelay": _milliseconds(1000, default=5000),
        "maxDelay": _milliseconds(1000, default=300_000),
        "backoffMultiplier": {"type": "number", "minimum": 1, "maximum": 5, "default": 2},
        "jitter": {"type": "boolean", "default": True},
    },
}
CONFIG_SCHEMA: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "aircraftId": {"type": "string", "maxLength": 100},
        "systemUserId": {"type": "string", "maxLength": 40},
        "priority": {"type": "string", "enum": Priority.values, "default": "normal"},
        "timeout": _milliseconds(1000, 300_000, default=30_000),
        "pollInterval": _milliseconds(0, default=60_000) | {"description": "At least PARTNER_MIN_POLL_INTERVAL."},
        "retryPolicy": RETRY_POLICY_SCHEMA,
        "customFields": {"type": "object", "additionalProperties": True},
    },
}
METADATA_SCHEMA: dict[str, Any] = {
    "type": "object",
    "additionalProperties": True,
    "properties": {"upload": {"type": "object", "readOnly": True, "description": "What the partner answered to the upload."}},
}


@extend_schema_field(CONFIG_SCHEMA)
class PartnerConfigField(serializers.Field[PartnerConfig, Any, Any, JobAssignment]):
    """A `partnerConfig`; each of its fields that is wrong is named."""

    def to_internal_value(self, data: Any) -> PartnerConfig:
        try:
            return PartnerConfig.from_wire(_patched(self, "partner_config", data), shortest_poll=settings.HUB.min_poll_interval)
        except InvalidConfig as invalid:
            raise serializers.ValidationError(as_details(invalid.errors)) from None

    def to_representation(self, value: Any) -> dict[str, Any]:
        """As stored, with the installation's own time-out where none was asked for."""
        return {**value, "timeout": value.get("timeout", settings.HUB.satloc.timeout // MILLISECOND)}


def as_details(errors: list[FieldError]) -> Any:
    """The complaints by their path below this field."""
    own = [ErrorDetail(error.message, error.code) for error in errors if not error.path]
    return own or {error.path: [ErrorDetail(error.message, error.code)] for error in errors}


@extend_schema_field(METADATA_SCHEMA)
class MetadataField(FreeObjectField):
    """The customer's own fields of an assignment. `upload` is the partner's answer: shown beside them, never written."""

    default_error_messages = {"upload": "is what the partner answered to the upload; it cannot be written"}

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        given = super().to_internal_value(data)
        if "upload" in given and given.pop("upload") != getattr(self.parent.instance, "upload_metadata", None):
            raise serializers.ValidationError({"upload": [ErrorDetail(str(self.error_messages["upload"]), "readOnly")]})
        return _patched(self, "partner_metadata", given)

    def get_attribute(self, instance: JobAssignment) -> dict[str, Any]:
        return {**instance.partner_metadata, "upload": instance.upload_metadata}


def _patched(field: serializers.Field[Any, Any, Any, Any], column: str, data: Any) -> Any:
    """What the column holds after a PATCH; what was given where there is no row yet."""
    instance = getattr(field.parent, "instance", None)
    return merged(getattr(instance, column), data) if instance is not None and isinstance(data, Mapping) else data


def merged(current: Mapping[str, Any], patch: Mapping[str, Any]) -> dict[str, Any]:
    """JSON Merge Patch (RFC 7396): what is given replaces, null removes, the rest stays."""
    result = dict(current)
    for name, value in patch.items():
        if value is None:
            result.pop(name, None)
        elif isinstance(value, Mapping):
            inner = result.get(name)
            result[name] = merged(inner if isinstance(inner, Mapping) else {}, value)
        else:
            result[name] = value
    return result
