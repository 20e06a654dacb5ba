"""`exports/`: files made of jobs, flights and coverage, while one waits or goes."""

from http import HTTPStatus

import django_filters
from django.db.models import QuerySet
from django.http import HttpResponseBase
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.rest import limits
from accounts.rest.filters import ReferenceFilter, WireFilterSet
from accounts.rest.idempotency import idempotent
from accounts.rest.negotiation import SentAsItIs
from accounts.rest.rules import OFFICE
from accounts.rest.viewsets import Listed, Read, Rules
from accounts.selectors import visible_customers
from flightdata import store
from flightdata.api import raw_bytes
from flightdata.api.examples import NEW_EXPORT
from flightdata.api.export_serializers import ExportSerializer, shown_status
from flightdata.exports.formats import CONTENT_TYPES, FORMATS
from flightdata.models import Export
from flightdata.selectors import exports_shown_as, visible_exports
from flightdata.services import exports
from flightdata.states import ExportKind, ExportStatus
from work import limiter
from work.errors import Refused

ASKED = limits.Limit("exports", limiter.Bursts(per_minute=30, at_once=30))


class Expired(APIException):
    """What was there once."""

    status_code = HTTPStatus.GONE
    default_detail = "The export has expired, and its file is gone; ask for it again."
    default_code = "expired"


class ExportFilters(WireFilterSet):
    status = django_filters.ChoiceFilter(choices=ExportStatus.choices, method="by_status")
    kind = django_filters.ChoiceFilter(choices=ExportKind.choices)
    customer_id = ReferenceFilter(visible_customers, field_name="customer")

    def by_status(self, rows: "QuerySet[Export]", name: str, value: str) -> "QuerySet[Export]":
        return exports_shown_as(rows, value)


class ExportViewSet(Listed, Read):
    """Exports of one's own customer; for ops, of any and of all."""

    serializer_class = ExportSerializer
    filterset_class = ExportFilters
    selector = staticmethod(visible_exports)
    rules: Rules = {"list": OFFICE, "retrieve": OFFICE, "create": OFFICE, "download": OFFICE}

    @extend_schema(
        parameters=limits.described(HTTPStatus.OK, HTTPStatus.CREATED),
        responses={200: ExportSerializer, 201: ExportSerializer, 429: None},
        examples=NEW_EXPORT,
    )
    @idempotent
    def create(self, request: Request) -> Response:
        """Asks for an export: 201, and it is written soon. The same that lives already is given to all who ask: 200."""
        asked = exports.Request(**self.checked_body())
        told = limits.use(self.user, ASKED)
        export, made = exports.ask(asked, actor=self.actor)
        response = self.answer(export, HTTPStatus.CREATED if made else HTTPStatus.OK)
        for name, value in told.items():
            response[name] = value
        return response

    @extend_schema(
        parameters=[raw_bytes.RANGE],
        responses=raw_bytes.described_as(*(CONTENT_TYPES[name] for name in FORMATS)) | {409: None, 410: None},
        filters=False,
    )
    @action(detail=True, methods=["get"], filter_backends=[], content_negotiation_class=SentAsItIs)
    def download(self, request: Request, pk: str) -> HttpResponseBase:
        """The file; the ETag is its SHA-256. 409 until it is done, 410 once it has expired."""
        export: Export = self.subject
        status = shown_status(export)
        if status == ExportStatus.EXPIRED:
            raise Expired
        if status != ExportStatus.DONE:
            said = f"it has failed: {export.error}" if export.error else f"it is {status}; ask again when it is done"
            raise Refused(f"There is no file of the export: {said}", "notDone")
        name = f"{export.kind}-{export.created_at:%Y%m%d-%H%M%S}.{export.format}"
        path, size = store.export_path(export.storage_key), export.size or 0
        try:
            return raw_bytes.respond(request, raw_bytes.File(path, size, export.sha256, CONTENT_TYPES[export.format]), name)
        except (raw_bytes.Missing, FileNotFoundError):
            if self.visible().filter(pk=export.pk, is_over=True).exists():
                raise Expired from None
            raise
