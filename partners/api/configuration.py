"""The serializer of a partner's `configuration`."""

from collections.abc import Mapping
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail

from accounts.rest.fields import WholeNumberField
from accounts.rest.serializers import WireSerializer
from partners.services import configuration
from partners.services.configuration import FILE_FORMATS, LARGEST_JOB_FILE, ON_UNKNOWN_OUTCOME, UPLOAD_FORMATS


@extend_schema_field({"type": ["string", "null"], "format": "uri", "maxLength": 500, "description": "Empty: the operator's own."})
class AddressField(serializers.CharField):
    """An HTTP address; what is wrong with one is said by the whole configuration's check."""


class ConfigurationSerializer(WireSerializer):
    """What a partner takes. `maxFileSize` (bytes) and `supportedFormats` bound the job file that is sent."""

    supports_realtime = serializers.BooleanField(required=False)
    max_file_size = WholeNumberField(required=False, min_value=1, max_value=LARGEST_JOB_FILE)
    supported_formats = serializers.ListField(child=serializers.ChoiceField(FILE_FORMATS), required=False)
    upload_format = serializers.ChoiceField(UPLOAD_FORMATS, required=False)
    base_url = AddressField(required=False, allow_null=True, allow_blank=True, max_length=500)
    on_unknown_outcome = serializers.ChoiceField(ON_UNKNOWN_OUTCOME, required=False)

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        """As it is stored: under the wire's own names, without what was not given."""
        values = super().to_internal_value(data)
        names = {field.source: name for name, field in self.fields.items()}
        return {names[source]: value for source, value in values.items()}

    def to_representation(self, instance: Mapping[str, Any]) -> dict[str, Any]:
        return {name: instance[name] for name in self.fields.keys() if name in instance}  # noqa: SIM118  # as it is typed


def checked(stored: Mapping[str, Any], given: Mapping[str, Any], adapter: str) -> dict[str, Any]:
    """The configuration after a change. Raises ValidationError naming each field that is wrong."""
    result = configuration.merged(stored, given)
    found = configuration.faults(result, adapter)
    if found:
        raise serializers.ValidationError({"configuration": {one.field: [ErrorDetail(one.message, one.code)] for one in found}})
    return result
