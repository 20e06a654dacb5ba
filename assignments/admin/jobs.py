"""Jobs, as the job system has them."""

from typing import Any

from django.contrib import admin
from django.db.models import Count, F, Q, QuerySet
from django.http import HttpRequest
from unfold.contrib.filters.admin import AutocompleteSelectFilter

from accounts.admin_base import Choice, Link, ReadOnlyAdmin, badge, is_older_than, listed, question, to_list
from assignments.models import Job, JobAssignment
from assignments.states import JobStatus


@admin.register(Job)
class JobAdmin(ReadOnlyAdmin):
    """Areas are shown on the job's page, not as text."""

    object_type = "job"
    hidden = ("spray_areas", "excluded_areas")
    deferred = ("spray_areas", "excluded_areas")
    list_display = ("number", "name", "customer", "status_badge", "revision", "start_date", "end_date", "given")
    list_filter = (
        "status",
        question(
            "dates",
            "dates",
            [
                Choice("none", "without a last day", Q(end_date__isnull=True)),
                Choice("one-day", "a single day", Q(end_date=F("start_date"))),
            ],
        ),
        is_older_than("changed", "updated_at", "changed"),
        ("customer", AutocompleteSelectFilter),
    )
    list_filter_submit = True
    list_select_related = ("customer",)
    search_fields = ("=number", "name")
    readonly_fields = ("areas",)

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Any]":
        return super().get_queryset(request).annotate(assignment_count=Count("assignments"))

    def links(self, row: Job) -> list[Link]:
        return [
            Link("Map and figures", f"/jobs/{row.pk}/"),
            Link("Assignments", to_list(JobAssignment, job__number__exact=row.pk)),
            Link("Flights", f"/admin/flightdata/jobflight/?job__number__exact={row.pk}"),
            Link("Customer", f"/admin/accounts/customer/{row.customer_id}/change/"),
        ]

    @admin.display(description="status", ordering="status")
    def status_badge(self, row: Job) -> str:
        return badge(row.status, "good" if row.status == JobStatus.OPEN else "")

    @admin.display(description="assignments", ordering="assignment_count")
    def given(self, row: Any) -> str:
        return listed(row.assignment_count, JobAssignment, job__number__exact=row.pk)

    @admin.display(description="areas")
    def areas(self, row: Job) -> str:
        planned, excluded = (len(areas.get("features", [])) for areas in (row.spray_areas, row.excluded_areas))
        return f"{planned} to spray, {excluded} excluded"
