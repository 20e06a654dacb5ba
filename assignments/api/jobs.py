"""`jobs/`: field jobs as the office plans them."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.utils.dateparse import parse_date, parse_datetime
from drf_spectacular.utils import extend_schema, extend_schema_field, extend_schema_view
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail

from accounts.models import Customer
from accounts.rest.fields import FiniteFloatField, FreeObjectField, Reference, UtcDateTimeField, WholeNumberField
from accounts.rest.rules import OFFICE, READERS
from accounts.rest.serializers import WireModelSerializer, WireSerializer
from accounts.rest.viewsets import Created, Deleted, Listed, Read, Rules, Updated
from accounts.selectors import visible_customers
from accounts.states import Role
from assignments import areas
from assignments.api.examples import NEW_JOB
from assignments.api.job_filters import JobFilters
from assignments.models import Job
from assignments.selectors import progress_of, visible_jobs
from assignments.services import jobs
from assignments.states import DownloadOption

LARGEST_RATE = 1e6
AREAS_SCHEMA = {
    "type": "object",
    "description": "GeoJSON FeatureCollection (RFC 7946) of Polygon or MultiPolygon; properties `name`, `appRate`",
    "required": ["type", "features"],
    "properties": {"type": {"const": "FeatureCollection"}, "features": {"type": "array", "items": {"type": "object"}}},
}


@extend_schema_field(AREAS_SCHEMA)
class AreasField(FreeObjectField):
    """A FeatureCollection of areas; each fault is named by its place."""

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        collection = super().to_internal_value(data)
        faults = areas.faults(collection)
        if faults:
            raise serializers.ValidationError({fault.path: [ErrorDetail(fault.message, fault.code)] for fault in faults})
        return areas.cleaned(collection)

    def to_representation(self, value: Any) -> Any:
        return value or dict(areas.EMPTY)


@extend_schema_field({"type": "string", "format": "date", "description": "A time is taken too; its date counts."})
class CalendarDateField(serializers.DateField):
    """A date, or a time whose date, as it is written, counts."""

    def to_internal_value(self, value: Any) -> date:
        try:
            found = parse_date(value) or parse_datetime(value) if isinstance(value, str) else None
        except ValueError:
            found = None
        if found is None:
            self.fail("invalid", format="YYYY-MM-DD, or a time as in RFC 3339")
        return found.date() if isinstance(found, datetime) else found


class DownloadOptionSerializer(WireSerializer):
    """In which format a pilot takes the job along: 0 none, 1 KML, 2 SHP, 3 GeoJSON, 4 JSON."""

    type = serializers.ChoiceField(DownloadOption.choices, source="dl_op_type")


class ProgressSerializer(WireSerializer):
    """What the hub knows of the job's flights; never a made-up percentage.

    `lastSeen`: the latest that a partner says of an aircraft the job was given to. `areasCovered`: how many of the `sprayAreas`
    were sprayed at least in part, at the last measurement; null while nothing is measured.
    """

    uploaded = serializers.BooleanField()
    last_seen = UtcDateTimeField(allow_null=True)
    logs_received = serializers.IntegerField()
    areas_covered = serializers.IntegerField(allow_null=True)


class JobSerializer(WireModelSerializer):
    """A job. Quantities are in the job's own units: `measureUnit` true: feet and gal/ac, false: metres and L/ha."""

    number = WholeNumberField(min_value=1, required=False)
    customer_id = Reference(visible_customers, source="customer", required=False)
    spray_areas = AreasField(required=False)
    excluded_areas = AreasField(required=False)
    swath_width = FiniteFloatField(required=False, allow_null=True, min_value=0.01, max_value=1000)
    app_rate = FiniteFloatField(required=False, allow_null=True, min_value=0, max_value=LARGEST_RATE)
    start_date = CalendarDateField(required=False, allow_null=True)
    end_date = CalendarDateField(required=False, allow_null=True)
    dl_op = DownloadOptionSerializer(source="*", required=False)
    progress = ProgressSerializer(read_only=True)

    class Meta:
        model = Job
        fixed = ("number", "customer")
        read_only_fields = ("revision",)
        fields = (
            "number",
            "customer_id",
            "name",
            "spray_areas",
            "excluded_areas",
            "swath_width",
            "measure_unit",
            "app_rate",
            "start_date",
            "end_date",
            "dl_op",
            "revision",
            "status",
            "progress",
            "created_at",
            "updated_at",
        )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Ops say whose job it is; a customer's people need not. It does not end before it starts."""
        if self.instance is None and "customer" not in attrs:
            attrs["customer"] = self._own_customer()
        start, end = (attrs.get(name, getattr(self.instance, name, None)) for name in ("start_date", "end_date"))
        if start and end and end < start:
            raise serializers.ValidationError({"endDate": [f"is before the startDate {start}"]}, "endsBeforeStart")
        return attrs

    def _own_customer(self) -> Customer:
        user = self.context["request"].user
        if user.role != Role.CUSTOMER or user.customer is None:
            raise serializers.ValidationError({"customerId": ["This field is required."]}, "required")
        return user.customer


@extend_schema_view(create=extend_schema(examples=NEW_JOB))
class JobViewSet(Listed, Read, Created, Updated, Deleted):
    """Field jobs, by the job system's number. Only those that nobody was given can be deleted."""

    serializer_class = JobSerializer
    filterset_class = JobFilters
    selector = staticmethod(visible_jobs)
    lookup_field = "number"
    rules: Rules = {
        "list": READERS,
        "retrieve": READERS,
        "create": OFFICE,
        "update": OFFICE,
        "partial_update": OFFICE,
        "destroy": OFFICE,
    }

    def complete(self, rows: Sequence[Any]) -> None:
        found = progress_of(rows)
        for job in rows:
            job.progress = found[job.number]

    def make(self, **fields: Any) -> Job:
        return jobs.create_job(actor=self.actor, **fields)

    def change(self, row: Job, **fields: Any) -> Job:
        return jobs.change_job(row, actor=self.actor, **fields)

    def remove(self, row: Job) -> None:
        jobs.delete_job(row, actor=self.actor)
