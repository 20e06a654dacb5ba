"""`assignments/`: what became of each, and what people may do about it."""

from collections.abc import Callable, Sequence
from typing import Any

import django_filters
from django.db.models import F, Q, QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.events import EventSerializer
from accounts.rest.filters import FromFilter, ReferenceFilter, ToFilter, TruthFilter, WireFilterSet
from accounts.rest.orderings import FOUND_AT
from accounts.rest.paging import QUERY_PARAMETERS
from accounts.rest.rules import OFFICE, READERS
from accounts.rest.serializers import NothingSerializer
from accounts.rest.viewsets import Listed, Patched, Read, Rules
from accounts.selectors import visible_customers
from assignments import selectors
from assignments.api.job_filters import job_number_in
from assignments.api.serializers import AssignmentSerializer, ConfirmSerializer
from assignments.models import JobAssignment
from assignments.partner_config import PartnerConfig
from assignments.selectors import visible_assignees, visible_assignments, visible_jobs
from assignments.services import changing, endings, listings, uploads
from assignments.states import AssignmentStatus
from assignments.sync_state import UPLOAD_STATUSES
from partners.selectors import visible_system_users
from work import history

ACTIONS = ("retry", "cancel", "poll", "confirm", "resend", "mark_complete", "reopen")
MACHINE_COLUMNS = (
    "updated_at",
    "status",
    "ended_at",
    "external_job_id",
    "earlier_external_job_ids",
    "upload_metadata",
    "sent_revision",
    "upload_ms",
    "sync_ms",
    "conversion_ms",
    "download_ms",
    "data_size",
)


class AssignmentFilters(WireFilterSet):
    job_number = ReferenceFilter(visible_jobs, field_name="job")
    customer_id = ReferenceFilter(visible_customers, field_name="job__customer")
    user_id = ReferenceFilter(visible_assignees, field_name="user")
    status = django_filters.ChoiceFilter(choices=AssignmentStatus.choices)
    partner_type = django_filters.CharFilter(max_length=40)
    partner_system_user_id = ReferenceFilter(visible_system_users, field_name="system_user")
    aircraft_id = django_filters.CharFilter(field_name="aircraft__external_id", max_length=100)
    external_job_id = django_filters.CharFilter(max_length=200)
    upload_status = django_filters.ChoiceFilter(choices=[(word, word) for word in UPLOAD_STATUSES], method="by_upload_status")
    is_partner_assignment = TruthFilter(method="by_is_partner_assignment")
    outdated = TruthFilter(method="by_outdated")
    needs_sync = TruthFilter(method="by_needs_sync")
    needs_polling = TruthFilter(method="by_needs_polling")
    date_from = FromFilter(field_name="date")
    date_to = ToFilter(field_name="date")
    search = django_filters.CharFilter(method="containing")

    def containing(self, rows: "QuerySet[JobAssignment]", name: str, text: str) -> "QuerySet[JobAssignment]":
        """With this text in the name of the job or of the user, or this job number, aircraft or partner's job id."""
        named = Q(job__name__icontains=text) | Q(user__username__icontains=text) | Q(user__name__icontains=text)
        number = job_number_in(text)
        return rows.filter(named | Q(aircraft__external_id=text) | Q(external_job_id=text) | Q(job=number))

    def by_is_partner_assignment(self, rows: "QuerySet[JobAssignment]", name: str, value: bool) -> "QuerySet[JobAssignment]":
        return _either(rows, selectors.partner_assignments, value)

    def by_upload_status(self, rows: "QuerySet[JobAssignment]", name: str, value: str) -> "QuerySet[JobAssignment]":
        found = selectors.with_upload_status(rows, value)
        return found if value == "synced" else found.annotate(**{FOUND_AT: F("operations__assignment")})

    def by_outdated(self, rows: "QuerySet[JobAssignment]", name: str, value: bool) -> "QuerySet[JobAssignment]":
        return _either(rows, selectors.outdated, value)

    def by_needs_sync(self, rows: "QuerySet[JobAssignment]", name: str, value: bool) -> "QuerySet[JobAssignment]":
        return _either(rows, selectors.needing_sync, value)

    def by_needs_polling(self, rows: "QuerySet[JobAssignment]", name: str, value: bool) -> "QuerySet[JobAssignment]":
        return _either(rows, selectors.needing_polling, value)


def _either(
    rows: "QuerySet[JobAssignment]",
    those: Callable[["QuerySet[JobAssignment]"], "QuerySet[JobAssignment]"],
    wanted: bool,
) -> "QuerySet[JobAssignment]":
    """Those that are so, or the others."""
    return those(rows) if wanted else rows.exclude(pk__in=those(JobAssignment.objects.all()).values("pk"))


class AssignmentViewSet(Listed, Read, Patched):
    """Jobs given to pilots and aircraft. They are made by `POST /api/jobs/{number}/assign`."""

    serializer_class = AssignmentSerializer
    filterset_class = AssignmentFilters
    selector = staticmethod(visible_assignments)
    keys_first = True
    machine_columns = MACHINE_COLUMNS
    rules: Rules = {
        "list": READERS,
        "retrieve": READERS,
        "events": READERS,
        "partial_update": OFFICE,
        **dict.fromkeys(ACTIONS, OFFICE),
    }

    def complete(self, rows: Sequence[JobAssignment]) -> None:
        selectors.read_uploads(rows)

    def change(self, row: JobAssignment, **fields: Any) -> JobAssignment:
        config: PartnerConfig | None = fields.get("partner_config")
        if config is not None and config.to_wire() != row.partner_config:
            _refuse_new_destination(row, config)
            changing.reconfigure(row, config, actor=self.actor)
        if fields.get("partner_metadata", row.partner_metadata) != row.partner_metadata:
            changing.describe(row, fields["partner_metadata"], actor=self.actor)
        return row

    @extend_schema(request=NothingSerializer, responses=AssignmentSerializer)
    @action(detail=True, methods=["post"])
    def retry(self, request: Request, pk: str) -> Response:
        """Tries the upload again after it gave up, or at once where the next try is still ahead."""
        return self._act(uploads.retry)

    @extend_schema(request=NothingSerializer, responses=AssignmentSerializer)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: str) -> Response:
        """Takes the job back; what the partner already has is recorded."""
        return self._act(endings.cancel)

    @extend_schema(request=NothingSerializer, responses=AssignmentSerializer)
    @action(detail=True, methods=["post"])
    def poll(self, request: Request, pk: str) -> Response:
        """Lists the aircraft's logs at once."""
        return self._act(listings.poll_now)

    @extend_schema(request=ConfirmSerializer, responses=AssignmentSerializer)
    @action(detail=True, methods=["post"])
    def confirm(self, request: Request, pk: str) -> Response:
        """Says that the partner did get the job whose upload is unconfirmed."""
        body = ConfirmSerializer(data=request.data, context=self.get_serializer_context())
        body.is_valid(raise_exception=True)
        uploads.confirm(self.subject, body.validated_data.get("external_job_id"), actor=self.actor)
        return self.answer(self.subject)

    @extend_schema(request=NothingSerializer, responses=AssignmentSerializer)
    @action(detail=True, methods=["post"])
    def resend(self, request: Request, pk: str) -> Response:
        """Sends the job again under a new key: its new revision, or one that nobody knows to have arrived."""
        return self._act(uploads.resend)

    @extend_schema(request=NothingSerializer, responses=AssignmentSerializer)
    @action(detail=True, methods=["post"], url_path="complete")
    def mark_complete(self, request: Request, pk: str) -> Response:
        """Says that the job is done; the aircraft is listed once more for its sake."""
        return self._act(endings.complete)

    @extend_schema(request=NothingSerializer, responses=AssignmentSerializer)
    @action(detail=True, methods=["post"])
    def reopen(self, request: Request, pk: str) -> Response:
        """Looks for logs again; only a person completes it from then on."""
        return self._act(endings.reopen)

    @extend_schema(responses=EventSerializer(many=True), filters=False)
    @action(detail=True, methods=["get"], filter_backends=[], query_parameters=QUERY_PARAMETERS)
    def events(self, request: Request, pk: str) -> Response:
        """The history of the assignment and of its upload, newest first."""
        page = self.paginate_queryset(history.of("assignment", self.subject.pk)) or []
        return self.get_paginated_response(EventSerializer(page, many=True).data)

    def _act(self, service: Callable[..., None]) -> Response:
        self.expect_no_fields()
        service(self.subject, actor=self.actor)
        return self.answer(self.subject)


def _refuse_new_destination(assignment: JobAssignment, config: PartnerConfig) -> None:
    """Where a job goes is decided by assigning it: only that takes back what was sent."""
    stored = PartnerConfig.from_wire(assignment.partner_config)
    wrong = [
        name
        for name, now, wanted in (
            ("aircraftId", stored.aircraft_id, config.aircraft_id),
            ("systemUserId", stored.system_user_id, config.system_user_id),
        )
        if now != wanted
    ]
    if wrong:
        complaint = ErrorDetail("cannot be changed here; assign the job anew to send it elsewhere", "assignAnew")
        raise ValidationError({"partnerConfig": {name: [complaint] for name in wrong}})
