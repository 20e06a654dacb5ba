"""`applications/`: files taken in, their records and rejects, and the jobs they belong to."""

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import django_filters
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import action
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import Customer
from accounts.rest import etags
from accounts.rest.filters import ReferenceFilter, WireFilterSet
from accounts.rest.idempotency import idempotent
from accounts.rest.negotiation import SentAsItIs
from accounts.rest.paging import QUERY_PARAMETERS
from accounts.rest.problems import TooLarge
from accounts.rest.rules import OFFICE
from accounts.rest.serializers import NothingSerializer
from accounts.rest.viewsets import Listed, Read, Rules
from accounts.selectors import visible_customers
from assignments.selectors import visible_jobs
from flightdata import drawing, figures, store
from flightdata.api import raw_bytes, row_paging
from flightdata.api.application_serializers import (
    ApplicationSerializer,
    MatchSerializer,
    RecordSerializer,
    RejectSerializer,
    TakeInSerializer,
)
from flightdata.api.coverage import CoverageSerializer
from flightdata.api.examples import NEW_FILE
from flightdata.api.uploading import BoundedUpload
from flightdata.exports.formats import CONTENT_TYPES
from flightdata.exports.records import WRITERS
from flightdata.models import Application, Interpretation
from flightdata.parsers.rejects import read_rejects
from flightdata.selectors import current_reading, visible_applications, visible_logs
from flightdata.services import intake, matching, parsing
from flightdata.states import WIRE_STATUS
from flightdata.store import Kept
from flightdata.tracks import OpenTrack, read_records
from work.errors import Refused

STORED_STATUS = {number: status for status, number in WIRE_STATUS.items()}
ACTIONS = ("records", "rejects", "track", "coverage", "match", "reparse", "export", "download")
GEOJSON = "application/geo+json"


class ApplicationFilters(WireFilterSet):
    status = django_filters.ChoiceFilter(choices=[(number, number) for number in STORED_STATUS], method="by_status")
    customer_id = ReferenceFilter(visible_customers, field_name="customer")
    job_number = ReferenceFilter(visible_jobs, field_name="flights__job")
    log_id = ReferenceFilter(visible_logs, field_name="log")
    partner_type = django_filters.CharFilter(max_length=40)
    aircraft_id = django_filters.CharFilter(max_length=100)

    def by_status(self, rows: "QuerySet[Application]", name: str, value: str) -> "QuerySet[Application]":
        return rows.filter(status=STORED_STATUS[int(value)])


class ApplicationViewSet(Listed, Read):
    """Files taken in, from logs and by hand."""

    takes_a_file = False
    serializer_class = ApplicationSerializer
    filterset_class = ApplicationFilters
    selector = staticmethod(visible_applications)
    rules: Rules = {
        "list": OFFICE,
        "retrieve": OFFICE,
        "create": OFFICE,
        **dict.fromkeys(ACTIONS, OFFICE),
    }

    def initialize_request(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Request:
        """The body is bounded before anything reads it: the check of the CSRF token already does."""
        self.takes_a_file = self.action_map.get((request.method or "").lower()) == "create"
        if self.takes_a_file:
            request.upload_handlers = [BoundedUpload(request)]
        return super().initialize_request(request, *args, **kwargs)

    def get_parsers(self) -> list[Any]:
        return [MultiPartParser()] if self.takes_a_file else super().get_parsers()

    def kept_file(self) -> tuple[Customer, Kept, dict[str, Any]]:
        """The body, its file in the store already: that takes its time, and is harmless where nothing follows."""
        body = TakeInSerializer(data=self.request.data, context=self.get_serializer_context())
        body.is_valid(raise_exception=True)
        fields = dict(body.validated_data)
        customer, file = self._owner(fields.pop("customer", None), fields.get("job")), fields.pop("file")
        try:
            return customer, intake.keep(customer, file), fields | {"file_name": raw_bytes.safe_name(file.name)}
        except store.TooLong as error:
            raise TooLarge(str(error)) from None

    @extend_schema(
        request={"multipart/form-data": TakeInSerializer},
        responses={200: ApplicationSerializer, 201: ApplicationSerializer},
        examples=NEW_FILE,
    )
    @idempotent(prepare=kept_file)
    def create(self, request: Request, file: tuple[Customer, Kept, dict[str, Any]]) -> Response:
        """Keeps a file carried in by hand: 201, and it is read soon; the same bytes again give the first one: 200."""
        customer, kept, fields = file
        application, made = intake.take_in_kept(customer, kept, actor=self.actor, user=self.user, **fields)
        return self.made(application) if made else self.answer(application)

    def edited(self, row: Application) -> str:
        """All that people decide about a file: which jobs it belongs to."""
        return etags.digest([row.matched_by_person, sorted((one.job_id, one.decided_by) for one in row.flights.all())])

    def _owner(self, named: Customer | None, job: Any) -> Customer:
        """Whose file it is: the sender's own customer; ops name one, or a job."""
        customer = named or (job.customer if job else None) or self.user.customer
        if customer is None:
            raise ValidationError({"customerId": [ErrorDetail("is needed: say whose file it is", "required")]})
        if job and job.customer_id != customer.pk:
            raise ValidationError({"jobNumber": [ErrorDetail("is a job of another customer", "notFound")]})
        return customer

    @extend_schema(responses={200: RecordSerializer(many=True), 409: None}, filters=False)
    @action(
        detail=True, methods=["get"], filter_backends=[], pagination_class=row_paging.RowPages, query_parameters=QUERY_PARAMETERS
    )
    def records(self, request: Request, pk: str) -> Response:
        """The records in the order of the file."""
        reading = self._reading()
        track = raw_bytes.present(store.track_path(reading.track_key))
        return row_paging.respond(
            request, reading, reading.records, lambda start, count: [_record(row) for row in read_records(track, start, count)]
        )

    @extend_schema(responses={200: RejectSerializer(many=True), 409: None}, filters=False)
    @action(
        detail=True, methods=["get"], filter_backends=[], pagination_class=row_paging.RowPages, query_parameters=QUERY_PARAMETERS
    )
    def rejects(self, request: Request, pk: str) -> Response:
        """The lines that could not be read, in the order of the file."""
        reading = self._reading()
        rejects = raw_bytes.present(store.track_path(reading.rejects_key))
        return row_paging.respond(
            request, reading, reading.rejects, lambda start, count: [row._asdict() for row in read_rejects(rejects, start, count)]
        )

    @extend_schema(responses={(200, GEOJSON): OpenApiTypes.OBJECT, 409: None}, filters=False)
    @action(detail=True, methods=["get"], filter_backends=[], url_path=r"track\.geojson", content_negotiation_class=SentAsItIs)
    def track(self, request: Request, pk: str) -> Response:
        """The simplified track as GeoJSON lines, each with `spray`: whether the boom was on along it."""
        drawn = drawing.feature_collection(raw_bytes.present(store.track_path(self._reading().track_key)))
        return Response(drawn, content_type=GEOJSON)

    @extend_schema(responses=CoverageSerializer, filters=False)
    @action(detail=True, methods=["get"], filter_backends=[])
    def coverage(self, request: Request, pk: str) -> Response:
        """What it sprayed of the only job it belongs to."""
        return Response(figures.of_application(self.subject))

    @extend_schema(request=MatchSerializer, responses=ApplicationSerializer)
    @action(detail=True, methods=["post"])
    def match(self, request: Request, pk: str) -> Response:
        """Says which jobs the flight belongs to; no rule overrules it."""
        body = MatchSerializer(data=request.data, context=self.get_serializer_context())
        body.is_valid(raise_exception=True)
        jobs = {job.number: job for job in body.validated_data["job_numbers"]}
        with transaction.atomic():
            etags.hold_unchanged(request, self.subject, self.edited)
            matching.set_jobs(self.subject, list(jobs.values()), user=self.user)
        return self.answer(self.subject)

    @extend_schema(request=NothingSerializer, responses=ApplicationSerializer)
    @action(detail=True, methods=["post"])
    def reparse(self, request: Request, pk: str) -> Response:
        """Reads the file again with the parser and the account's settings of today."""
        self.expect_no_fields()
        parsing.reparse(self.subject, actor=self.actor)
        return self.answer(self.subject)

    @extend_schema(responses=raw_bytes.DESCRIBED, parameters=[raw_bytes.RANGE], filters=False)
    @action(detail=True, methods=["get"], filter_backends=[], content_negotiation_class=SentAsItIs)
    def download(self, request: Request, pk: str) -> HttpResponseBase:
        """The raw bytes; the ETag is their SHA-256."""
        return raw_bytes.respond(request, raw_bytes.raw(self.subject.file), self.subject.file_name)

    @extend_schema(
        parameters=[OpenApiParameter("format", str, enum=list(WRITERS), required=True)],
        responses=raw_bytes.whole(*(CONTENT_TYPES[name] for name in WRITERS)) | {409: None},
        filters=False,
    )
    @action(detail=True, methods=["get"], filter_backends=[], query_parameters=["format"], content_negotiation_class=SentAsItIs)
    def export(self, request: Request, pk: str) -> HttpResponseBase:
        """All records in one file, in the order of the log: the same figures as in `records`."""
        chosen = self._format()
        track = raw_bytes.current(self._reading(), "track_key", OpenTrack)
        response = StreamingHttpResponse(_streamed(track, chosen), content_type=CONTENT_TYPES[chosen])
        response["Content-Disposition"] = raw_bytes.attachment(f"{self.subject.file_name or self.subject.pk}.{chosen}")
        return response

    def _format(self) -> str:
        asked = self.request.query_params.get("format", "")
        if asked in WRITERS:
            return asked
        said = f"{'is no format of records' if asked else 'is needed'}; known are {', '.join(WRITERS)}"
        raise ValidationError({"format": [ErrorDetail(said, "invalidChoice" if asked else "required")]})

    def _reading(self) -> Interpretation:
        reading = current_reading(self.subject)
        if reading is None:
            why = self.subject.error or "it is read soon; ask again"
            raise Refused(f"the file has not been read: {why}", "notParsed")
        return reading


def _streamed(track: OpenTrack, chosen: str) -> Iterator[bytes]:
    with closing(track):
        yield from WRITERS[chosen](track)


def _record(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "gpsTime": row["gps_time"],
        "lat": row["lat"],
        "lon": row["lon"],
        "alt": row["alt"],
        "grSpeed": row["ground_speed"],
        "sprayStat": row["spray"],
        "partnerSpecific": row["partner"],
    }
