"""Uploads, listings and sweeps: the rows that workers take."""

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from unfold.contrib.filters.admin import AutocompleteSelectFilter

from accounts.actors import name_of
from accounts.admin_base import (
    Choice,
    Link,
    PersonAction,
    ReadOnlyAdmin,
    ago,
    cut,
    in_state,
    is_older_than,
    linked,
    question,
    to_list,
    waits,
)
from accounts.models import User
from assignments.admin.actions import OF_UPLOADS
from assignments.admin.assignments import reason_of, upload_badge
from assignments.models import JobAssignment, PollTarget, Sweep, SyncOperation
from assignments.services import listings
from assignments.states import PollStatus, SweepStatus, SyncStatus
from partners.account_states import resting_because, waiting_because
from partners.adapters.errors import ErrorCode
from partners.models import PartnerCall
from work.errors import Refused

ERRORS = (*(code.value for code in ErrorCode), "WORKER_LOST")


def error_question() -> Any:
    """Which error the last attempt ended with."""
    any_error = Choice("any", "any", ~Q(error_code=""))
    return question("last error", "error", [any_error, *(Choice(code, code, Q(error_code=code)) for code in ERRORS)])


@admin.register(SyncOperation)
class UploadAdmin(ReadOnlyAdmin):
    object_type = "assignment"
    is_home = False
    person_actions = OF_UPLOADS
    list_display = ("of", "state", "tries", "waits_since", "last_try", "code", "reason", "account", "worker")
    list_filter = (
        in_state(SyncStatus),
        waits((SyncStatus.PENDING,)),
        error_question(),
        is_older_than("made", "created_at"),
        question("lost by workers", "losses", [Choice("yes", "yes", Q(losses__gt=0))]),
        "operation",
        ("assignment__system_user", AutocompleteSelectFilter),
    )
    list_filter_submit = True
    list_select_related = ("assignment__job", "assignment__user", "assignment__system_user__partner")
    search_fields = ("=assignment__job__number", "assignment__user__username", "=assignment__external_job_id", "=id")

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Any]":
        rows = super().get_queryset(request).select_related(*self.list_select_related)
        rows = rows.prefetch_related("assignment__operations")
        account = "assignment__system_user__"
        return rows.annotate(rests_because=resting_because(account), waits_because=waiting_because(account))

    def history_key(self, row: SyncOperation) -> Any:
        return row.assignment_id

    def links(self, row: SyncOperation) -> list[Link]:
        calls = to_list(PartnerCall, system_user__id__exact=row.assignment.system_user_id)
        return [Link("Assignment", f"/admin/assignments/jobassignment/{row.assignment_id}/change/"), Link("Partner calls", calls)]

    @admin.display(description="upload of", ordering="id")
    def of(self, row: SyncOperation) -> str:
        return str(row.assignment)

    @admin.display(description="state", ordering="status")
    def state(self, row: Any) -> str:
        return upload_badge(row, row.rests_because)

    @admin.display(description="tries", ordering="attempts")
    def tries(self, row: SyncOperation) -> int:
        return row.attempts

    @admin.display(description="due", ordering="due_at")
    def waits_since(self, row: SyncOperation) -> str:
        return ago(row.due_at, row)

    @admin.display(description="last try", ordering="last_attempt_at")
    def last_try(self, row: SyncOperation) -> str:
        return ago(row.last_attempt_at, row)

    @admin.display(description="error code", ordering="error_code")
    def code(self, row: SyncOperation) -> str:
        return row.error_code or "—"

    @admin.display(description="last error")
    def reason(self, row: Any) -> str:
        return cut(reason_of(row, row), 60)

    @admin.display(description="account")
    def account(self, row: SyncOperation) -> str:
        return linked(row.assignment.system_user)

    @admin.display(description="worker")
    def worker(self, row: SyncOperation) -> str:
        return row.leased_by or "—"


def _open_assignment(row: PollTarget) -> JobAssignment | None:
    return JobAssignment.objects.filter(aircraft=row.aircraft_id, status__in=listings.OPEN).order_by("-id").first()


def _is_open(row: PollTarget) -> bool:
    return _open_assignment(row) is not None


def _poll(row: PollTarget, *, user: User) -> None:
    assignment = _open_assignment(row)
    if assignment is None:
        raise Refused("it has no open assignment any more; reopen one to list it again", "assignmentEnded")
    listings.poll_now(assignment, actor=name_of(user))


@admin.register(PollTarget)
class ListingAdmin(ReadOnlyAdmin):
    object_type = "aircraft"
    is_home = False
    person_actions = (
        PersonAction("poll", "Poll now", "The partner is asked now for the logs of this aircraft.", _poll, _is_open),
    )
    list_display = ("aircraft", "system_user", "state", "tries", "next_listing", "last_good", "last_new", "error_code", "reason")
    list_filter = (
        in_state(PollStatus),
        waits((PollStatus.IDLE,)),
        error_question(),
        is_older_than("last good listing", "last_data_check", "quiet"),
        ("system_user", AutocompleteSelectFilter),
    )
    list_filter_submit = True
    list_select_related = ("aircraft", "system_user__partner")
    search_fields = ("=aircraft__external_id", "aircraft__name", "system_user__partner_username")

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Any]":
        because = {"rests_because": resting_because("system_user__"), "waits_because": waiting_because("system_user__")}
        return super().get_queryset(request).annotate(**because)

    def history_key(self, row: PollTarget) -> Any:
        return row.aircraft_id

    def links(self, row: PollTarget) -> list[Link]:
        return [
            Link("Aircraft", f"/admin/partners/aircraft/{row.aircraft_id}/change/"),
            Link("Assignments", to_list(JobAssignment, aircraft__id__exact=row.aircraft_id)),
            Link("Partner calls", to_list(PartnerCall, system_user__id__exact=row.system_user_id)),
        ]

    @admin.display(description="state", ordering="status")
    def state(self, row: Any) -> str:
        """Idle ones whose account rests are paused."""
        return "paused" if row.rests_because and row.status == PollStatus.IDLE else str(row.status)

    @admin.display(description="tries", ordering="attempts")
    def tries(self, row: PollTarget) -> int:
        return row.attempts

    @admin.display(description="next listing", ordering="due_at")
    def next_listing(self, row: PollTarget) -> str:
        return ago(row.due_at, row)

    @admin.display(description="last good", ordering="last_data_check")
    def last_good(self, row: PollTarget) -> str:
        return ago(row.last_data_check, row)

    @admin.display(description="last with news", ordering="last_success_at")
    def last_new(self, row: PollTarget) -> str:
        return ago(row.last_success_at, row)

    @admin.display(description="last error")
    def reason(self, row: Any) -> str:
        return cut(row.rests_because or row.error or row.waits_because, 60)


@admin.register(Sweep)
class SweepAdmin(ReadOnlyAdmin):
    list_display = ("name", "status", "next_look", "last_look", "ended", "leased_by")
    list_filter = (waits((SweepStatus.IDLE,)),)

    @admin.display(description="next look", ordering="due_at")
    def next_look(self, row: Sweep) -> str:
        return ago(row.due_at, row)

    @admin.display(description="last look", ordering="last_attempt_at")
    def last_look(self, row: Sweep) -> str:
        return ago(row.last_attempt_at, row)
