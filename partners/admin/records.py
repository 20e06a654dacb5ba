"""What partners told and answered: aircraft, checks, calls. All of it read-only."""

from django.contrib import admin
from django.db.models import Q
from unfold.contrib.filters.admin import AutocompleteSelectFilter

from accounts.admin_base import (
    Choice,
    Link,
    ReadOnlyAdmin,
    RelatedFilter,
    ago,
    badge,
    cut,
    is_older_than,
    question,
    to_list,
    waits,
)
from partners.adapters.errors import ErrorCode
from partners.admin.health import TONES
from partners.models import Aircraft, AircraftRefresh, CallCounter, HealthCheck, HealthResult, PartnerCall
from partners.states import CheckStatus, RefreshStatus

GOOD = "OK"


@admin.register(Aircraft)
class AircraftAdmin(ReadOnlyAdmin):
    object_type = "aircraft"
    list_display = ("external_id", "name", "system_user", "type", "status", "seen", "listed")
    list_filter = (
        question(
            "listed by the partner",
            "listed",
            [
                Choice("no", "never: an assignment named it", Q(listed_at__isnull=True)),
                Choice("yes", "yes", Q(listed_at__isnull=False)),
            ],
        ),
        is_older_than("last seen", "last_seen"),
        ("system_user", AutocompleteSelectFilter),
    )
    list_filter_submit = True
    list_select_related = ("system_user__partner",)
    search_fields = ("external_id", "name", "system_user__partner_username")

    def links(self, row: Aircraft) -> list[Link]:
        return [
            Link("Assignments", f"/admin/assignments/jobassignment/?aircraft__id__exact={row.pk}"),
            Link("Logs", f"/admin/flightdata/partnerlog/?aircraft__id__exact={row.pk}"),
            Link("Partner calls", to_list(PartnerCall, system_user__id__exact=row.system_user_id)),
        ]

    @admin.display(description="last seen", ordering="last_seen")
    def seen(self, row: Aircraft) -> str:
        return ago(row.last_seen, row)

    @admin.display(description="listed", ordering="listed_at")
    def listed(self, row: Aircraft) -> str:
        return ago(row.listed_at, row)


@admin.register(AircraftRefresh)
class AircraftRefreshAdmin(ReadOnlyAdmin):
    list_display = ("system_user", "status", "next_listing", "last_listing", "error_code", "reason")
    list_filter = (waits((RefreshStatus.IDLE,)), ("system_user", AutocompleteSelectFilter))
    list_filter_submit = True
    list_select_related = ("system_user__partner",)
    search_fields = ("system_user__partner_username",)

    @admin.display(description="next listing", ordering="due_at")
    def next_listing(self, row: AircraftRefresh) -> str:
        return ago(row.due_at, row)

    @admin.display(description="last listing", ordering="last_attempt_at")
    def last_listing(self, row: AircraftRefresh) -> str:
        return ago(row.last_attempt_at, row)

    @admin.display(description="last error")
    def reason(self, row: AircraftRefresh) -> str:
        return cut(row.error, 60)


@admin.register(HealthCheck)
class HealthCheckAdmin(ReadOnlyAdmin):
    list_display = ("partner", "system_user", "status", "next_check", "last_check")
    list_filter = (waits((CheckStatus.IDLE,)), ("partner", RelatedFilter))
    list_select_related = ("partner", "system_user__partner")

    @admin.display(description="next check", ordering="due_at")
    def next_check(self, row: HealthCheck) -> str:
        return ago(row.due_at, row)

    @admin.display(description="last check", ordering="last_attempt_at")
    def last_check(self, row: HealthCheck) -> str:
        return ago(row.last_attempt_at, row)


@admin.register(HealthResult)
class HealthResultAdmin(ReadOnlyAdmin):
    list_display = ("checked", "partner", "system_user", "verdict", "status_badge", "took", "error_code", "reason")
    list_filter = (
        "healthy",
        is_older_than("checked", "checked_at"),
        ("partner", RelatedFilter),
        ("system_user", AutocompleteSelectFilter),
    )
    list_filter_submit = True
    list_select_related = ("partner", "system_user__partner")
    search_fields = ("partner__code", "error")

    @admin.display(description="checked", ordering="id")
    def checked(self, row: HealthResult) -> str:
        return ago(row.checked_at, row)

    @admin.display(description="look", ordering="healthy")
    def verdict(self, row: HealthResult) -> str:
        return badge("good", "good") if row.healthy else badge("failed", "bad")

    @admin.display(description="health then", ordering="status")
    def status_badge(self, row: HealthResult) -> str:
        return badge(row.status, TONES.get(row.status, ""))  # type: ignore[call-overload]  # a text of its values

    @admin.display(description="took", ordering="response_time")
    def took(self, row: HealthResult) -> str:
        return "—" if row.response_time is None else f"{row.response_time.total_seconds() * 1000:.0f} ms"

    @admin.display(description="error")
    def reason(self, row: HealthResult) -> str:
        return cut(row.error)


@admin.register(PartnerCall)
class PartnerCallAdmin(ReadOnlyAdmin):
    list_display = ("when", "system_user", "operation", "verdict", "http_status", "took", "bytes_in", "bytes_out", "reason")
    list_filter = (
        question(
            "outcome",
            "outcome",
            [
                Choice("failed", "any failure", ~Q(outcome=GOOD)),
                Choice("good", "good", Q(outcome=GOOD)),
                *(Choice(code.value, code.value, Q(outcome=code.value)) for code in ErrorCode),
            ],
        ),
        question("took", "took", [Choice(str(s), f"more than {s} s", Q(duration_ms__gt=s * 1000)) for s in (1, 6, 10, 60)]),
        is_older_than("made", "at"),
        ("system_user", AutocompleteSelectFilter),
    )
    list_filter_submit = True
    list_select_related = ("system_user__partner",)
    search_fields = ("correlation_id", "operation", "system_user__partner_username")

    @admin.display(description="when", ordering="id")
    def when(self, row: PartnerCall) -> str:
        return ago(row.at, row)

    @admin.display(description="outcome", ordering="outcome")
    def verdict(self, row: PartnerCall) -> str:
        return badge(row.outcome, "good" if row.outcome == GOOD else "bad")

    @admin.display(description="took", ordering="duration_ms")
    def took(self, row: PartnerCall) -> str:
        return f"{row.duration_ms:,} ms"

    @admin.display(description="error")
    def reason(self, row: PartnerCall) -> str:
        return cut(row.error)


@admin.register(CallCounter)
class CallCounterAdmin(ReadOnlyAdmin):
    list_display = ("hour", "system_user", "operation", "calls")
    list_filter = (is_older_than("hour", "hour"), ("system_user", AutocompleteSelectFilter))
    list_filter_submit = True
    list_select_related = ("system_user__partner",)
    search_fields = ("system_user__partner_username",)
