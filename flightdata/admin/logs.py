"""Logs as partners list them, and their bytes."""

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from unfold.contrib.filters.admin import AutocompleteSelectFilter

from accounts.admin_base import (
    Choice,
    Link,
    PersonAction,
    ReadOnlyAdmin,
    ago,
    badge,
    by_actor,
    cut,
    is_older_than,
    question,
    to_list,
    waits,
)  # fmt: skip
from flightdata.models import Application, ApplicationFile, LogVersion, PartnerLog
from flightdata.selectors import SHOWN_STATUSES
from flightdata.services import logs
from flightdata.states import ApplicationStatus, LogStatus
from partners.adapters.errors import ErrorCode
from partners.models import PartnerCall

TONES = {
    "discovered": "busy", "skipped": "", "downloading": "busy", "stored": "busy", "parsing": "busy",
    "parsed": "good", "quarantined": "bad", "failed": "bad", "duplicate": "",
}  # fmt: skip


def _shown_as(word: str) -> Q:
    """As `selectors.shown_as`: a stored log shows its application's state."""
    if word in ApplicationStatus.values:
        return Q(status=LogStatus.STORED, application__status=word)
    return Q(status=word)


def _can_retry(log: PartnerLog) -> bool:
    return log.status == LogStatus.FAILED or bool(
        log.status == LogStatus.STORED and log.application and log.application.status == ApplicationStatus.QUARANTINED
    )


@admin.register(PartnerLog)
class LogAdmin(ReadOnlyAdmin):
    object_type = "log"
    person_actions = (
        PersonAction(
            "retry",
            "Fetch again",
            "A log that failed or could not be read is downloaded once more. Other bytes become a new version; nothing is lost.",
            by_actor(logs.retry),
            fits=_can_retry,
        ),
        PersonAction(
            "fetch",
            "Fetch skipped",
            "A log that was skipped, because it is older than the account's «logs since», is downloaded after all.",
            by_actor(logs.fetch),
            fits=lambda log: log.status == LogStatus.SKIPPED,
        ),
    )
    list_display = ("name", "customer", "aircraft", "state", "size", "tries", "due", "found", "code", "reason")
    list_filter = (
        question("state", "state", [Choice(word, word, _shown_as(word)) for word in SHOWN_STATUSES]),
        waits((LogStatus.DISCOVERED, LogStatus.STORED, LogStatus.DUPLICATE)),
        question(
            "last error",
            "error",
            [
                Choice("any", "any", ~Q(error_code="")),
                *(Choice(code.value, code.value, Q(error_code=code.value)) for code in ErrorCode),
            ],
        ),
        is_older_than("found", "created_at"),
        question(
            "known to be whole", "settled", [Choice("no", "not yet", Q(settled=False)), Choice("yes", "yes", Q(settled=True))]
        ),
        ("customer", AutocompleteSelectFilter),
        ("system_user", AutocompleteSelectFilter),
        ("aircraft", AutocompleteSelectFilter),
    )
    list_filter_submit = True
    list_select_related = ("customer", "aircraft", "application", "system_user__partner")
    search_fields = ("=external_log_id", "file_name", "=aircraft__external_id")

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Any]":
        return super().get_queryset(request).select_related(*self.list_select_related)

    def links(self, row: PartnerLog) -> list[Link]:
        links = [
            Link("Versions", to_list(LogVersion, log__id__exact=row.pk)),
            Link("Account", f"/admin/partners/partnersystemuser/{row.system_user_id}/change/"),
            Link("Partner calls", to_list(PartnerCall, system_user__id__exact=row.system_user_id)),
        ]
        if row.application_id:
            links.insert(0, Link("Application", f"/admin/flightdata/application/{row.application_id}/change/"))
        return links

    @admin.display(description="log", ordering="id")
    def name(self, row: PartnerLog) -> str:
        return str(row)

    @admin.display(description="state", ordering="status")
    def state(self, row: PartnerLog) -> str:
        word = row.application.status if row.status == LogStatus.STORED and row.application else row.status
        return badge(word, TONES.get(word, ""))

    @admin.display(description="listed size", ordering="listed_size")
    def size(self, row: PartnerLog) -> str:
        return "—" if row.listed_size is None else f"{row.listed_size:,}"

    @admin.display(description="tries", ordering="attempts")
    def tries(self, row: PartnerLog) -> int:
        return row.attempts

    @admin.display(description="due", ordering="due_at")
    def due(self, row: PartnerLog) -> str:
        return ago(row.due_at, row)

    @admin.display(description="found", ordering="id")
    def found(self, row: PartnerLog) -> str:
        return ago(row.created_at, row)

    @admin.display(description="error code")
    def code(self, row: PartnerLog) -> str:
        return row.error_code or (row.application.error_code if row.application else "") or "—"

    @admin.display(description="last error")
    def reason(self, row: PartnerLog) -> str:
        return cut(row.error or (row.application.error if row.application else ""), 60)


@admin.register(LogVersion)
class LogVersionAdmin(ReadOnlyAdmin):
    list_display = ("log", "number", "size", "short_hash", "fetched", "download_ms")
    list_filter = (is_older_than("fetched", "fetched_at"), ("log", AutocompleteSelectFilter))
    list_filter_submit = True
    list_select_related = ("log",)
    search_fields = ("=sha256", "log__file_name", "=log__external_log_id")

    @admin.display(description="SHA-256")
    def short_hash(self, row: LogVersion) -> str:
        return cut(row.sha256, 17)

    @admin.display(description="fetched", ordering="id")
    def fetched(self, row: LogVersion) -> str:
        return ago(row.fetched_at, row)


@admin.register(ApplicationFile)
class ApplicationFileAdmin(ReadOnlyAdmin):
    list_display = ("short_hash", "customer", "size", "made")
    list_filter = (
        is_older_than("taken in", "created_at"),
        question("size", "size", [Choice("empty", "empty", Q(size=0)), Choice("huge", "over 100 MB", Q(size__gt=100_000_000))]),
        ("customer", AutocompleteSelectFilter),
    )
    list_filter_submit = True
    search_fields = ("=sha256",)

    def links(self, row: ApplicationFile) -> list[Link]:
        return [Link("Application", to_list(Application, q=row.sha256))]

    @admin.display(description="SHA-256")
    def short_hash(self, row: ApplicationFile) -> str:
        return cut(row.sha256, 17)

    @admin.display(description="taken in", ordering="id")
    def made(self, row: ApplicationFile) -> str:
        return ago(row.created_at, row)
