"""`logs/`: the logs that partners list, and what became of each."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.http import HttpResponseBase
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.rest.fields import UtcDateTimeField
from accounts.rest.filters import ReferenceFilter, WireFilterSet
from accounts.rest.negotiation import SentAsItIs
from accounts.rest.paging import QUERY_PARAMETERS
from accounts.rest.rules import OFFICE, OFFICE_AND_PARTNER
from accounts.rest.serializers import NothingSerializer, WireModelSerializer, WireSerializer
from accounts.rest.viewsets import Listed, Read, Rules
from accounts.selectors import visible_customers
from accounts.states import Role
from assignments.selectors import visible_jobs
from flightdata.api import raw_bytes
from flightdata.models import LogVersion, PartnerLog
from flightdata.selectors import SHOWN_STATUSES, current_reading, shown_as, visible_log_accounts, visible_logs
from flightdata.services import logs
from flightdata.states import LogStatus
from work.errors import Refused

FOR_PARTNERS = (
    "id",
    "partner_system_user_id",
    "aircraft_id",
    "external_log_id",
    "log_file_name",
    "status",
    "size",
    "version",
    "attempts",
    "error",
    "error_code",
    "counts",
    "discovered_at",
    "stored_at",
    "parsed_at",
    "created_at",
    "updated_at",
)


class CountsSerializer(WireSerializer):
    """lines = records + rejects + comments; a flagged record is still a record."""

    lines = serializers.IntegerField()
    records = serializers.IntegerField()
    rejects = serializers.IntegerField()
    comments = serializers.IntegerField()
    flagged = serializers.IntegerField()


COUNTS = CountsSerializer()
"""Made once: a list shows many rows, and making a serializer for each is dearer than all else."""


class LogSerializer(WireModelSerializer):
    """One log. `size` is of the stored bytes, and as listed before; a stored log shows its application's state and error."""

    partner_system_user_id = serializers.CharField(source="system_user_id")
    customer_id = serializers.CharField()
    aircraft_id = serializers.CharField(source="aircraft.external_id")
    log_file_name = serializers.CharField(source="file_name")
    status = serializers.SerializerMethodField()
    size = serializers.SerializerMethodField()
    sha256 = serializers.CharField(source="application.file.sha256", default=None, allow_null=True)
    error = serializers.SerializerMethodField()
    error_code = serializers.SerializerMethodField()
    discovered_at = UtcDateTimeField(source="created_at")
    stored_at = UtcDateTimeField(allow_null=True)
    parsed_at = UtcDateTimeField(source="application.parsed_at", default=None, allow_null=True)
    application_id = serializers.CharField(allow_null=True)
    job_numbers = serializers.SerializerMethodField()

    class Meta:
        model = PartnerLog
        fields = (
            "id",
            "partner_system_user_id",
            "customer_id",
            "aircraft_id",
            "external_log_id",
            "log_file_name",
            "status",
            "size",
            "sha256",
            "version",
            "attempts",
            "error",
            "error_code",
            "discovered_at",
            "stored_at",
            "parsed_at",
            "application_id",
            "job_numbers",
            "created_at",
            "updated_at",
        )

    def get_fields(self) -> dict[str, Any]:
        for field in (fields := super().get_fields()).values():
            field.read_only = True
        return fields

    def get_status(self, log: PartnerLog) -> str:
        return str(self._speaker(log).status)

    def get_size(self, log: PartnerLog) -> int | None:
        return log.application.file.size if log.application else log.listed_size

    def get_error(self, log: PartnerLog) -> str | None:
        return self._speaker(log).error or None

    def get_error_code(self, log: PartnerLog) -> str | None:
        return self._speaker(log).error_code or None

    def get_job_numbers(self, log: PartnerLog) -> list[int]:
        return [flight.job_id for flight in log.application.flights.all()] if log.application else []

    @staticmethod
    def _speaker(log: PartnerLog) -> Any:
        """Whose state is the log's: its application's once it is stored."""
        return log.application if log.status == LogStatus.STORED and log.application else log


class LogForPartnersSerializer(LogSerializer):
    """A log as its partner sees it: states and counts, nothing of the customer."""

    counts = serializers.SerializerMethodField()
    customer_id = sha256 = application_id = job_numbers = None  # type: ignore[assignment]  # the customer's own

    class Meta:
        model = PartnerLog
        fields = FOR_PARTNERS

    @extend_schema_field(CountsSerializer(allow_null=True))
    def get_counts(self, log: PartnerLog) -> Any:
        reading = current_reading(log.application) if log.application else None
        return COUNTS.to_representation(reading) if reading else None


class VersionSerializer(WireModelSerializer):
    """One whole fetch that brought other bytes than the one before."""

    class Meta:
        model = LogVersion
        fields = read_only_fields = ("number", "sha256", "size", "fetched_at")


class LogFilters(WireFilterSet):
    status = django_filters.ChoiceFilter(choices=[(word, word) for word in SHOWN_STATUSES], method="by_status")
    customer_id = ReferenceFilter(visible_customers, field_name="customer")
    job_number = ReferenceFilter(visible_jobs, field_name="application__flights__job")
    aircraft_id = django_filters.CharFilter(field_name="aircraft__external_id", max_length=100)
    partner_system_user_id = ReferenceFilter(visible_log_accounts, field_name="system_user")

    def by_status(self, rows: "QuerySet[PartnerLog]", name: str, value: str) -> "QuerySet[PartnerLog]":
        return shown_as(rows, value)


class LogViewSet(Listed, Read):
    """Logs as partners list them."""

    serializer_class = LogSerializer
    filterset_class = LogFilters
    selector = staticmethod(visible_logs)
    rules: Rules = {
        "list": OFFICE_AND_PARTNER,
        "retrieve": OFFICE_AND_PARTNER,
        "retry": OFFICE,
        "fetch": OFFICE,
        "versions": OFFICE,
        "download": OFFICE,
    }

    def get_serializer_class(self) -> type[LogSerializer]:
        role = getattr(self.request.user, "role", None)
        return LogForPartnersSerializer if role == Role.PARTNER else LogSerializer

    @extend_schema(request=NothingSerializer, responses=LogSerializer)
    @action(detail=True, methods=["post"])
    def retry(self, request: Request, pk: str) -> Response:
        """Fetches again what failed or is quarantined; other bytes become a new version."""
        self.expect_no_fields()
        logs.retry(self.subject, actor=self.actor)
        return self.answer(self.subject)

    @extend_schema(request=NothingSerializer, responses=LogSerializer)
    @action(detail=True, methods=["post"])
    def fetch(self, request: Request, pk: str) -> Response:
        """Fetches a log that was skipped because it is older than the account's `logsSince`."""
        self.expect_no_fields()
        logs.fetch(self.subject, actor=self.actor)
        return self.answer(self.subject)

    @extend_schema(responses=VersionSerializer(many=True), filters=False)
    @action(detail=True, methods=["get"], filter_backends=[], query_parameters=QUERY_PARAMETERS)
    def versions(self, request: Request, pk: str) -> Response:
        """The fetches that brought other bytes, newest first."""
        page = self.paginate_queryset(self.subject.versions.all()) or []
        return self.get_paginated_response(VersionSerializer(page, many=True).data)

    @extend_schema(responses=raw_bytes.DESCRIBED | {409: None}, parameters=[raw_bytes.RANGE], filters=False)
    @action(detail=True, methods=["get"], filter_backends=[], content_negotiation_class=SentAsItIs)
    def download(self, request: Request, pk: str) -> HttpResponseBase:
        """The raw bytes of the newest version; the ETag is their SHA-256."""
        log: PartnerLog = self.subject
        if log.application is None:
            raise Refused(f"the log is {log.status}; there are no bytes of it yet", "notStored")
        return raw_bytes.respond(request, raw_bytes.raw(log.application.file), log.file_name or log.external_log_id)
