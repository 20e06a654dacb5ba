"""Applications on the wire: what was taken in, what it was read as, and where it belongs."""

from typing import Any, cast

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.rest.fields import Reference, UtcDateTimeField
from accounts.rest.names import camel
from accounts.rest.serializers import WireModelSerializer, WireSerializer
from accounts.selectors import visible_customers
from assignments.selectors import visible_jobs
from flightdata import figures
from flightdata.api.coverage import CoverageSerializer
from flightdata.api.logs import COUNTS, CountsSerializer
from flightdata.models import Application, Interpretation, JobFlight
from flightdata.parsers import registry as parsers
from flightdata.selectors import current_reading
from flightdata.states import WIRE_STATUS, DecidedBy
from partners.adapters import registry as adapters


class OriginalDataSerializer(WireSerializer):
    """`format` and `encoding` are known once the file has been read; `checksum` is the SHA-256 of its bytes."""

    format = serializers.CharField(allow_null=True)
    encoding = serializers.CharField(allow_null=True)
    checksum = serializers.CharField()


class ParserSerializer(WireSerializer):
    name = serializers.CharField(source="parser")
    version = serializers.CharField(source="parser_version")


class FlightSerializer(WireSerializer):
    """The part of this file in one job. `coverage` is null for the reason in `coverageReason`."""

    job_number = serializers.IntegerField(source="job_id")
    assignment_id = serializers.CharField(allow_null=True)
    score = serializers.FloatField(allow_null=True)
    reasons = serializers.ListField(child=serializers.CharField())
    decided_by = serializers.ChoiceField(choices=DecidedBy.choices)
    coverage = serializers.SerializerMethodField()
    coverage_reason = serializers.SerializerMethodField()

    @extend_schema_field(CoverageSerializer(allow_null=True))
    def get_coverage(self, flight: JobFlight) -> dict[str, Any] | None:
        """Hectares; null for the reason in `coverageReason`."""
        return _or_null(figures.shape_of(figures.of_flight(flight)))

    def get_coverage_reason(self, flight: JobFlight) -> str | None:
        """Why figures are missing, where they are."""
        return cast("str | None", figures.shape_of(figures.of_flight(flight))["reason"])


def _or_null(shape: dict[str, Any]) -> dict[str, Any] | None:
    return None if shape["sprayed"] is None else shape


PARSER = ParserSerializer()


class ApplicationSerializer(WireModelSerializer):
    """One file taken in. `jobNumber`, `assignmentId` and `coverage` are those of its only flight."""

    log_id = serializers.CharField(allow_null=True)
    customer_id = serializers.CharField()
    file_size = serializers.IntegerField(source="file.size")
    status = serializers.SerializerMethodField()
    partner_type = serializers.SerializerMethodField()
    aircraft_id = serializers.SerializerMethodField()
    external_job_id = serializers.SerializerMethodField()
    original_data = serializers.SerializerMethodField()
    partner_metadata = serializers.SerializerMethodField()
    parser = serializers.SerializerMethodField()
    counts = serializers.SerializerMethodField()
    flights = FlightSerializer(many=True)
    job_number = serializers.SerializerMethodField()
    assignment_id = serializers.SerializerMethodField()
    coverage = serializers.SerializerMethodField()
    coverage_reason = serializers.SerializerMethodField()
    started_at = serializers.SerializerMethodField()
    ended_at = serializers.SerializerMethodField()
    error = serializers.SerializerMethodField()
    error_code = serializers.SerializerMethodField()

    class Meta:
        model = Application
        fields = (
            "id",
            "log_id",
            "customer_id",
            "file_name",
            "file_size",
            "status",
            "processing_stage",
            "error",
            "error_code",
            "partner_type",
            "aircraft_id",
            "external_job_id",
            "original_data",
            "partner_metadata",
            "parser",
            "counts",
            "flights",
            "job_number",
            "assignment_id",
            "coverage",
            "coverage_reason",
            "started_at",
            "ended_at",
            "created_at",
            "updated_at",
        )

    @extend_schema_field(CoverageSerializer(allow_null=True))
    def get_coverage(self, application: Application) -> dict[str, Any] | None:
        """Of its only flight, in hectares; null for the reason in `coverageReason`."""
        return _or_null(figures.of_application(application))

    def get_coverage_reason(self, application: Application) -> str | None:
        """Why figures are missing, where they are."""
        return cast("str | None", figures.of_application(application)["reason"])

    @extend_schema_field({"type": "integer", "enum": [0, 1, 2, 3], "description": "0 received, 1 processing, 2 done, 3 failed"})
    def get_status(self, application: Application) -> int:
        return WIRE_STATUS[application.status]

    def get_partner_type(self, application: Application) -> str | None:
        return application.partner_type or None

    def get_aircraft_id(self, application: Application) -> str | None:
        return application.aircraft_id or None

    def get_external_job_id(self, application: Application) -> str | None:
        flight = only_flight(application)
        return (flight.assignment.external_job_id or None) if flight and flight.assignment else None

    @extend_schema_field(OriginalDataSerializer)
    def get_original_data(self, application: Application) -> dict[str, Any]:
        reading = current_reading(application)
        return {
            "format": reading.parser if reading else application.format or None,
            "encoding": (reading.encoding or None) if reading else None,
            "checksum": application.file.sha256,
        }

    @extend_schema_field({"type": "object", "additionalProperties": True})
    def get_partner_metadata(self, application: Application) -> dict[str, Any]:
        """What the partner's listing and the log itself say of it."""
        log, reading = application.log, current_reading(application)
        listed = {"externalLogId": log.external_log_id, "version": log.version} if log else {}
        return {**listed, **(_said_by(reading) if reading else {})}

    @extend_schema_field(ParserSerializer(allow_null=True))
    def get_parser(self, application: Application) -> Any:
        reading = current_reading(application)
        return PARSER.to_representation(reading) if reading else None

    @extend_schema_field(CountsSerializer(allow_null=True))
    def get_counts(self, application: Application) -> Any:
        reading = current_reading(application)
        return COUNTS.to_representation(reading) if reading else None

    def get_job_number(self, application: Application) -> int | None:
        flight = only_flight(application)
        return flight.job_id if flight else None

    def get_assignment_id(self, application: Application) -> str | None:
        flight = only_flight(application)
        return str(flight.assignment_id) if flight and flight.assignment_id else None

    @extend_schema_field(UtcDateTimeField(allow_null=True))
    def get_started_at(self, application: Application) -> Any:
        reading = current_reading(application)
        return reading and _utc(reading.started_at)

    @extend_schema_field(UtcDateTimeField(allow_null=True))
    def get_ended_at(self, application: Application) -> Any:
        reading = current_reading(application)
        return reading and _utc(reading.ended_at)

    def get_error(self, application: Application) -> str | None:
        return application.error or None

    def get_error_code(self, application: Application) -> str | None:
        return application.error_code or None


def _said_by(reading: Interpretation) -> dict[str, Any]:
    """What the log says of itself, and how many records are doubtful in which way."""
    flags = {camel(name): count for name, count in reading.flags.items()}
    return {"statedJobIds": reading.stated_job_ids, "synthetic": reading.synthetic, "flags": flags}


class TakeInSerializer(WireSerializer):
    """A file carried in by hand. Ops say whose it is, by `customerId` or by `jobNumber`."""

    file = serializers.FileField(allow_empty_file=True)
    job_number = Reference(visible_jobs, whole_number=True, required=False, source="job")
    customer_id = Reference(visible_customers, required=False, source="customer")
    partner_type = serializers.CharField(max_length=40, required=False)
    aircraft_id = serializers.CharField(max_length=100, required=False)
    format = serializers.CharField(max_length=40, required=False)

    def validate_partnerType(self, value: str) -> str:  # noqa: N802 - named after the field on the wire
        known = ["internal", *adapters.names(), *adapters.unavailable()]
        if value not in known:
            raise serializers.ValidationError(f"is no partner type; known are {', '.join(known)}", "invalidChoice")
        return value

    def validate_format(self, value: str) -> str:
        known = parsers.registry().names()
        if value not in known:
            raise serializers.ValidationError(f"is no format that can be read; known are {', '.join(known)}", "invalidChoice")
        return value


class MatchSerializer(WireSerializer):
    """The jobs that a flight belongs to; an empty list: to none."""

    job_numbers = serializers.ListField(child=Reference(visible_jobs, whole_number=True), max_length=100)


class RecordSerializer(WireSerializer):
    """One record: UTC, degrees WGS 84, metres, metres per second; `sprayStat` as it came."""

    gps_time = UtcDateTimeField()
    lat = serializers.FloatField()
    lon = serializers.FloatField()
    alt = serializers.FloatField(allow_null=True)
    gr_speed = serializers.FloatField(allow_null=True)
    spray_stat = serializers.IntegerField()
    partner_specific = serializers.DictField(child=serializers.CharField())


class RejectSerializer(WireSerializer):
    """One line that could not be read: its number from 1, the byte at which it begins, and why."""

    line = serializers.IntegerField()
    offset = serializers.IntegerField()
    code = serializers.CharField()
    field = serializers.CharField()
    raw = serializers.CharField()
    message = serializers.CharField()


def only_flight(application: Application) -> JobFlight | None:
    """The flight of an application that belongs to one job alone."""
    flights = list(application.flights.all())
    return flights[0] if len(flights) == 1 else None


def _utc(moment: Any) -> Any:
    return UtcDateTimeField().to_representation(moment) if moment else None
