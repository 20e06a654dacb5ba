"""Assignments: what became of each upload, since when, and what to do about it."""

from typing import Any

from django.contrib import admin
from django.db.models import F, Q, QuerySet
from django.http import HttpRequest
from unfold.contrib.filters.admin import AutocompleteSelectFilter

from accounts.admin_base import (
    Choice,
    Link,
    ReadOnlyAdmin,
    ago,
    badge,
    cut,
    is_older_than,
    linked,
    question,
    to_list,
)
from assignments.admin.actions import ACTIONS, OPEN
from assignments.models import JobAssignment, SyncOperation
from assignments.states import AssignmentStatus, Operation, PollStatus, SyncStatus
from partners.account_states import resting_because, waiting_because
from partners.models import PartnerCall

UPLOAD_TONES = {
    SyncStatus.PENDING: "busy",
    SyncStatus.SYNCING: "busy",
    SyncStatus.SYNCED: "good",
    SyncStatus.GAVE_UP: "bad",
    SyncStatus.UNCONFIRMED: "warn",
    SyncStatus.CANCELLED: "",
}
STATUS_TONES = {AssignmentStatus.NEW: "busy", AssignmentStatus.SENT: "good"}


def upload_badge(upload: SyncOperation | None, rests_because: str) -> str:
    """An upload's state in one word; a pending one that has failed before, or whose account rests, says so."""
    if upload is None:
        return badge("internal")
    status = SyncStatus(upload.status)
    if status == SyncStatus.PENDING and rests_because:
        return badge("paused", "warn")
    if status == SyncStatus.PENDING and upload.error_code:
        return badge("failed, tries again", "warn")
    return badge(status, UPLOAD_TONES[status])


def reason_of(upload: SyncOperation | None, row: Any) -> str:
    """Why an upload that waits is not made now, or what its last attempt failed with; `row` knows why its account rests."""
    if upload is None:
        return ""
    put_off = row.rests_because or (row.waits_because if not upload.error else "")
    return put_off if put_off and upload.status == SyncStatus.PENDING else str(upload.error)


def _uploads(**upload: Any) -> Q:
    found = SyncOperation.objects.filter(operation=Operation.JOB_UPLOAD, **upload)
    return Q(pk__in=found.values("assignment"))


def upload_question() -> Any:
    """Which state the upload is in."""
    states = [Choice(status.value, status.value.replace("_", " "), _uploads(status=status)) for status in SyncStatus]
    failed = Choice("failed", "failed, tries again", _uploads(status=SyncStatus.PENDING) & ~_uploads(error_code=""))
    return question("upload", "upload", [*states, failed])


@admin.register(JobAssignment)
class AssignmentAdmin(ReadOnlyAdmin):
    object_type = "assignment"
    person_actions = ACTIONS
    list_display = (
        "job_name", "user", "aircraft_name", "status_badge", "upload_state", "tries", "next_try", "last_error", "sent", "made",
    )  # fmt: skip
    list_filter = (
        "status",
        upload_question(),
        is_older_than("assigned", "date"),
        question(
            "last error",
            "error",
            [Choice("any", "any", Q(pk__in=SyncOperation.objects.exclude(error_code="").values("assignment")))],
        ),
        question(
            "outdated",
            "outdated",
            [Choice("yes", "edited after it was sent", Q(status__in=OPEN, sent_revision__lt=F("job__revision")))],
        ),
        question("held open by a person", "held", [Choice("yes", "yes", Q(held_open=True))]),
        ("system_user", AutocompleteSelectFilter),
        ("aircraft", AutocompleteSelectFilter),
    )
    list_filter_submit = True
    list_select_related = ("job", "user", "aircraft", "system_user__partner")
    search_fields = ("=job__number", "user__username", "user__name", "=external_job_id", "=aircraft__external_id")
    fieldsets = (
        (None, {"fields": ("job_name", "user", "status_badge", "date", "ended_at", "held_open")}),
        (
            "Upload",
            {
                "fields": (
                    "upload_state",
                    "tries",
                    "last_try",
                    "next_try",
                    "upload_error",
                    "sent",
                    "external_job_id",
                    "upload_metadata",
                )
            },
        ),
        (
            "Listing of its aircraft",
            {"fields": ("aircraft_name", "listing_state", "last_listing", "next_listing", "listing_error")},
        ),
        ("As asked for", {"fields": ("partner_type", "system_user", "partner_config", "partner_metadata")}),
        (
            "Figures",
            {"fields": ("upload_ms", "sync_ms", "download_ms", "conversion_ms", "data_size", "earlier_external_job_ids")},
        ),
    )

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Any]":
        rows = super().get_queryset(request).prefetch_related("operations")
        return rows.annotate(rests_because=resting_because("system_user__"), waits_because=waiting_because("system_user__"))

    def links(self, row: JobAssignment) -> list[Link]:
        links = [Link(f"Job {row.job_id}", f"/admin/assignments/job/{row.job_id}/change/")]
        if row.system_user_id is None:
            return links
        return [
            *links,
            Link("Account", f"/admin/partners/partnersystemuser/{row.system_user_id}/change/"),
            Link("Partner calls", to_list(PartnerCall, system_user__id__exact=row.system_user_id)),
            Link("Flights", f"/admin/flightdata/jobflight/?assignment__id__exact={row.pk}"),
            Link("Logs", f"/admin/flightdata/partnerlog/?aircraft__id__exact={row.aircraft_id}"),
        ]

    @admin.display(description="job", ordering="job")
    def job_name(self, row: JobAssignment) -> str:
        return str(row.job)

    @admin.display(description="aircraft")
    def aircraft_name(self, row: JobAssignment) -> str:
        return str(row.aircraft or "—")

    @admin.display(description="status", ordering="status")
    def status_badge(self, row: JobAssignment) -> str:
        status = AssignmentStatus(row.status)
        return badge(status.label.lower(), STATUS_TONES.get(status, ""))

    @admin.display(description="upload")
    def upload_state(self, row: Any) -> str:
        return upload_badge(row.upload, row.rests_because)

    @admin.display(description="tries")
    def tries(self, row: JobAssignment) -> str:
        return str(row.upload.attempts) if row.upload else "—"

    @admin.display(description="last try")
    def last_try(self, row: JobAssignment) -> str:
        return ago(row.upload.last_attempt_at if row.upload else None, row)

    @admin.display(description="next try")
    def next_try(self, row: JobAssignment) -> str:
        return ago(row.upload.due_at if row.upload else None, row)

    @admin.display(description="last error")
    def last_error(self, row: Any) -> str:
        return cut(reason_of(row.upload, row), 60)

    @admin.display(description="error")
    def upload_error(self, row: Any) -> str:
        reason = reason_of(row.upload, row)
        return f"{row.upload.error_code}: {reason}" if reason and reason == row.upload.error else reason or "—"

    @admin.display(description="sent")
    def sent(self, row: JobAssignment) -> str:
        if row.sent_revision is None:
            return "—"
        return badge(f"revision {row.sent_revision} of {row.job.revision}", "warn" if row.outdated else "")

    @admin.display(description="assigned", ordering="id")
    def made(self, row: JobAssignment) -> str:
        return ago(row.date, row)

    @admin.display(description="state")
    def listing_state(self, row: Any) -> str:
        target = _target(row)
        paused = target and row.rests_because and target.status == PollStatus.IDLE
        return linked(target, "paused" if paused else target.status) if target else "—"

    @admin.display(description="last good listing")
    def last_listing(self, row: JobAssignment) -> str:
        target = _target(row)
        return ago(target.last_data_check, row) if target else "—"

    @admin.display(description="next listing")
    def next_listing(self, row: JobAssignment) -> str:
        target = _target(row)
        return ago(target.due_at, row) if target else "—"

    @admin.display(description="error")
    def listing_error(self, row: Any) -> str:
        target = _target(row)
        if target is None:
            return "—"
        return row.rests_because or (f"{target.error_code}: {target.error}" if target.error_code else row.waits_because or "—")


def _target(row: JobAssignment) -> Any:
    return getattr(row.aircraft, "poll_target", None)
