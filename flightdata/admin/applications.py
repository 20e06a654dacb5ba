"""Files taken in, what they were read as, and which jobs they belong to."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Prefetch, Q, QuerySet
from django.http import HttpRequest
from unfold.contrib.filters.admin import AutocompleteSelectFilter
from unfold.widgets import UnfoldAdminTextInputWidget

from accounts.admin_base import (
    Choice,
    Link,
    PersonAction,
    ReadOnlyAdmin,
    ago,
    badge,
    by_actor,
    cut,
    in_state,
    is_older_than,
    linked,
    question,
    to_list,
    waits,
)  # fmt: skip
from accounts.models import User
from assignments.models import Job
from flightdata.models import Application, Interpretation, JobFlight
from flightdata.selectors import CURRENT
from flightdata.services import matching, parsing
from flightdata.states import ApplicationStatus, DecidedBy
from flightdata.today import taken_in_today
from work.errors import Refused

TONES = {
    ApplicationStatus.STORED: "busy",
    ApplicationStatus.PARSING: "busy",
    ApplicationStatus.PARSED: "good",
    ApplicationStatus.QUARANTINED: "bad",
}
MOST_JOBS = 20


class JobNumbersForm(forms.Form):
    job_numbers = forms.CharField(
        label="Job numbers",
        required=False,
        max_length=400,
        widget=UnfoldAdminTextInputWidget,
        help_text="Separated by commas. Empty: these flights belong to no job, and nobody is asked again.",
    )

    def clean_job_numbers(self) -> list[Job]:
        words = self.cleaned_data["job_numbers"].replace(",", " ").split()
        wrong = [word for word in words if not (word.isascii() and word.isdigit() and len(word) < 19)]
        if wrong:
            raise forms.ValidationError(f"{', '.join(wrong)}: job numbers have digits only.")
        numbers = {int(word) for word in words}
        if len(numbers) > MOST_JOBS:
            raise forms.ValidationError(f"At most {MOST_JOBS} jobs at once.")
        jobs = {job.number: job for job in Job.objects.filter(number__in=numbers)}
        unknown = sorted(numbers - set(jobs))
        if unknown:
            raise forms.ValidationError(f"There is no job {', '.join(map(str, unknown))}.")
        return list(jobs.values())


def _match(row: Application, *, user: User, job_numbers: list[Job]) -> str | None:
    if row.superseded_at:
        raise Refused("a newer version of its log counts instead; match that one", "superseded")
    matching.set_jobs(row, job_numbers, user=user)
    return None


@admin.register(Application)
class ApplicationAdmin(ReadOnlyAdmin):
    object_type = "application"
    person_actions = (
        PersonAction(
            "match",
            "Match to jobs",
            "You say which jobs the flight belongs to; what was matched before is replaced, and no rule overrules you.",
            _match,
            fits=lambda row: row.superseded_at is None,
            form=JobNumbersForm,
        ),
        PersonAction(
            "reparse",
            "Read again",
            "The file is read once more, with the parser and the account's options of today. What was read before stays.",
            by_actor(parsing.reparse),
            fits=lambda row: row.status in (ApplicationStatus.PARSED, ApplicationStatus.QUARANTINED),
        ),
    )
    list_display = ("name", "customer", "state", "counts", "in_jobs", "due", "taken_in", "code", "reason")
    list_filter = (
        in_state(ApplicationStatus),
        waits((ApplicationStatus.STORED,)),
        question(
            "in a job",
            "matched",
            [
                Choice("no", "in none", Q(status=ApplicationStatus.PARSED, flights__isnull=True)),
                Choice("person", "by a person", Q(matched_by_person=True)),
            ],
        ),
        question("last error", "error", [Choice("any", "any", ~Q(error_code=""))]),
        question(
            "came", "came", [Choice("hand", "by hand", Q(log__isnull=True)), Choice("log", "as a log", Q(log__isnull=False))]
        ),
        question(
            "counts",
            "counts",
            [
                Choice("yes", "yes", Q(superseded_at__isnull=True)),
                Choice("no", "no: a newer version does", Q(superseded_at__isnull=False)),
            ],
        ),
        is_older_than("taken in", "created_at"),
        question("day", "day", [Choice("today", "taken in today", taken_in_today)]),
        ("customer", AutocompleteSelectFilter),
    )
    list_filter_submit = True
    list_select_related = ("customer", "file")
    search_fields = ("file_name", "=file__sha256", "=aircraft_id")

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Any]":
        current = Prefetch("interpretations", CURRENT, to_attr="current_readings")
        rows = super().get_queryset(request).select_related("customer", "file", "log")
        return rows.prefetch_related(current, Prefetch("flights", JobFlight.objects.order_by("job"), to_attr="shown_flights"))

    def links(self, row: Application) -> list[Link]:
        links = [
            Link("Map and figures", f"/flights/{row.pk}/"),
            Link("Readings", to_list(Interpretation, application__id__exact=row.pk)),
            Link("Flights in jobs", to_list(JobFlight, application__id__exact=row.pk)),
            Link("Customer", f"/admin/accounts/customer/{row.customer_id}/change/"),
        ]
        if row.log is None:
            return links
        calls = f"/admin/partners/partnercall/?system_user__id__exact={row.log.system_user_id}"
        return [Link("Log", f"/admin/flightdata/partnerlog/{row.log_id}/change/"), *links, Link("Partner calls", calls)]

    @admin.display(description="file", ordering="id")
    def name(self, row: Application) -> str:
        return str(row)

    @admin.display(description="state", ordering="status")
    def state(self, row: Application) -> str:
        status = ApplicationStatus(row.status)
        return badge(status, "" if row.superseded_at else TONES[status])

    @admin.display(description="records / rejects")
    def counts(self, row: Any) -> str:
        reading = row.current_readings[0] if row.current_readings else None
        return f"{reading.records:,} / {reading.rejects:,}" if reading else "—"

    @admin.display(description="jobs")
    def in_jobs(self, row: Any) -> str:
        numbers = ", ".join(str(flight.job_id) for flight in row.shown_flights)
        if numbers:
            return numbers
        return badge("none", "warn") if row.status == ApplicationStatus.PARSED and not row.matched_by_person else "—"

    @admin.display(description="due", ordering="due_at")
    def due(self, row: Application) -> str:
        return ago(row.due_at, row)

    @admin.display(description="taken in", ordering="id")
    def taken_in(self, row: Application) -> str:
        return ago(row.created_at, row)

    @admin.display(description="error code", ordering="error_code")
    def code(self, row: Application) -> str:
        return row.error_code or "—"

    @admin.display(description="last error")
    def reason(self, row: Application) -> str:
        return cut(row.error, 60)


@admin.register(Interpretation)
class InterpretationAdmin(ReadOnlyAdmin):
    """The simplified track is drawn on the flight's page, not shown as text."""

    hidden = ("line",)
    deferred = ("line",)
    list_display = ("application", "parser", "parser_version", "current", "lines", "records", "rejects", "comments", "read")
    list_filter = (
        "current",
        question("rejects", "rejects", [Choice("any", "any", Q(rejects__gt=0)), Choice("none", "none", Q(rejects=0))]),
        question("flagged", "flagged", [Choice("any", "any", Q(flagged__gt=0))]),
        is_older_than("read", "created_at"),
        ("application", AutocompleteSelectFilter),
    )
    list_filter_submit = True
    list_select_related = ("application",)
    search_fields = ("application__file_name", "parser")

    @admin.display(description="read", ordering="id")
    def read(self, row: Interpretation) -> str:
        return ago(row.created_at, row)


@admin.register(JobFlight)
class JobFlightAdmin(ReadOnlyAdmin):
    list_display = ("application", "job_link", "assignment", "decided", "score", "why", "made")
    list_filter = (
        "decided_by",
        question("score", "score", [Choice("low", "below 1: not named by the log", Q(score__lt=1))]),
        is_older_than("matched", "updated_at"),
        ("job", AutocompleteSelectFilter),
        ("assignment", AutocompleteSelectFilter),
        ("application", AutocompleteSelectFilter),
    )
    list_filter_submit = True
    list_select_related = ("application", "job", "assignment__user", "user")
    search_fields = ("=job__number", "application__file_name")

    def links(self, row: JobFlight) -> list[Link]:
        return [
            Link("Application", f"/admin/flightdata/application/{row.application_id}/change/"),
            Link(f"Job {row.job_id}", f"/admin/assignments/job/{row.job_id}/change/"),
        ]

    @admin.display(description="job", ordering="job")
    def job_link(self, row: JobFlight) -> str:
        return linked(row.job)

    @admin.display(description="decided by", ordering="decided_by")
    def decided(self, row: JobFlight) -> str:
        return badge(row.decided_by, "busy" if row.decided_by == DecidedBy.PERSON else "")

    @admin.display(description="why")
    def why(self, row: JobFlight) -> str:
        return cut("; ".join(map(str, row.reasons)), 80)

    @admin.display(description="matched", ordering="id")
    def made(self, row: JobFlight) -> str:
        return ago(row.created_at, row)
