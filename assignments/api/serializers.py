"""Assignments on the wire."""

from typing import Any

from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail

from accounts.rest.fields import UtcDateTimeField
from accounts.rest.serializers import WireModelSerializer, WireSerializer
from assignments.api.config_fields import MetadataField, PartnerConfigField
from assignments.models import JobAssignment
from assignments.selectors import why_it_rests, why_it_waits
from assignments.sync_state import POLL_STATUSES, UPLOAD_STATUSES, polling_state, upload_state

ASSIGNED = ("jobNumber", "userId", "partnerType", "partnerSystemUserId", "aircraftId", "status", "date")
"""What assigning and the actions decide. It looks writable in the contract, which marks the rest as read-only."""


class SyncStateSerializer(WireSerializer):
    """What became of one of the two things done for an assignment."""

    status = serializers.ChoiceField(choices=[*dict.fromkeys([*UPLOAD_STATUSES, *POLL_STATUSES])])
    attempts = serializers.IntegerField()
    last_attempt = UtcDateTimeField(allow_null=True)
    last_success = UtcDateTimeField(allow_null=True)
    last_data_check = UtcDateTimeField(allow_null=True)
    error = serializers.CharField(allow_null=True)
    error_code = serializers.CharField(allow_null=True)
    next_retry = UtcDateTimeField(allow_null=True)


class SyncStatesSerializer(WireSerializer):
    """Both, of one assignment."""

    job_upload = SyncStateSerializer()
    data_polling = SyncStateSerializer()

    def to_representation(self, assignment: JobAssignment) -> dict[str, Any]:
        because = {"rests_because": why_it_rests(assignment), "waits_because": why_it_waits(assignment)}
        states = {"job_upload": upload_state(assignment, **because), "data_polling": polling_state(assignment, **because)}
        return super().to_representation(states)


class MetricsSerializer(WireSerializer):
    """Milliseconds, and bytes; null while not measured.

    Of the last upload: `syncDuration` from the moment somebody asked for it until the partner had the job, `uploadTime` the
    sending alone. Of all logs that count: `dataSize` their bytes, `downloadTime` fetching and `conversionTime` reading them.
    """

    sync_duration = serializers.IntegerField(source="sync_ms", allow_null=True)
    data_size = serializers.IntegerField()
    conversion_time = serializers.IntegerField(source="conversion_ms", allow_null=True)
    upload_time = serializers.IntegerField(source="upload_ms", allow_null=True)
    download_time = serializers.IntegerField(source="download_ms", allow_null=True)


class AssignmentSerializer(WireModelSerializer):
    """One job given to one user. `partnerConfig` and `partnerMetadata` are patched by the rules of RFC 7396."""

    job_number = serializers.IntegerField(source="job_id", read_only=True)
    user_id = serializers.CharField(read_only=True)
    customer_id = serializers.CharField(source="job.customer_id", read_only=True)
    partner_type = serializers.CharField(read_only=True)
    partner_system_user_id = serializers.CharField(source="system_user_id", read_only=True, allow_null=True)
    aircraft_id = serializers.CharField(source="aircraft.external_id", read_only=True, default=None)
    external_job_id = serializers.SerializerMethodField()
    partner_metadata = MetadataField(required=False)
    partner_config = PartnerConfigField(required=False)
    sync_state = SyncStatesSerializer(source="*", read_only=True)
    metrics = MetricsSerializer(source="*", read_only=True)

    class Meta:
        model = JobAssignment
        fields = (
            "id",
            "job_number",
            "user_id",
            "customer_id",
            "partner_type",
            "partner_system_user_id",
            "aircraft_id",
            "external_job_id",
            "partner_metadata",
            "partner_config",
            "status",
            "date",
            "sent_revision",
            "outdated",
            "sync_state",
            "metrics",
            "is_partner_assignment",
            "needs_sync",
            "needs_polling",
            "created_at",
            "updated_at",
        )
        read_only_fields = ("status", "date", "sent_revision")

    def validate(self, values: dict[str, Any]) -> dict[str, Any]:
        """What other requests change is no silent nothing here; sent back as it was read, it is no change."""
        shown = type(self)(self.instance, context=self.context).data
        changed = [name for name in ASSIGNED if name in self.initial_data and self.initial_data[name] != shown[name]]
        if changed:
            complaint = ErrorDetail("cannot be changed here; assign the job anew, or use the assignment's actions", "fixed")
            raise serializers.ValidationError({name: [complaint] for name in changed})
        return values

    def get_external_job_id(self, assignment: JobAssignment) -> str | None:
        return assignment.external_job_id or None


class ConfirmSerializer(WireSerializer):
    """The partner's id of the job, where the person knows it."""

    external_job_id = serializers.CharField(max_length=200, required=False, allow_null=True, allow_blank=True)
