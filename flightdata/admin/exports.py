"""Files that people asked for, while they live and after."""

from django.contrib import admin
from django.db.models import Q
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
    in_state,
    is_older_than,
    linked,
    question,
    waits,
)
from flightdata.exports.formats import FORMATS
from flightdata.models import Export
from flightdata.services import exports
from flightdata.services.exporting import Writing
from flightdata.states import ExportStatus

TONES = {
    ExportStatus.WAITING: "busy",
    ExportStatus.RUNNING: "busy",
    ExportStatus.DONE: "good",
    ExportStatus.FAILED: "bad",
}


@admin.register(Export)
class ExportAdmin(ReadOnlyAdmin):
    object_type = "export"
    person_actions = (
        PersonAction(
            "retry",
            "Try again",
            "The export is written once more, from what is stored now.",
            by_actor(exports.retry),
            fits=lambda row: row.status == ExportStatus.FAILED and not row.over,
        ),
    )
    list_display = ("what", "customer_link", "state", "size", "asked", "expires", "reason")
    list_filter = (
        in_state(ExportStatus),
        waits(Writing.due),
        "kind",
        question("format", "format", [Choice(name, name, Q(format=name)) for name in FORMATS]),
        question("of", "of", [Choice("all", "all customers", Q(customer__isnull=True))]),
        is_older_than("asked for", "created_at"),
        ("customer", AutocompleteSelectFilter),
    )
    list_filter_submit = True
    list_select_related = ("customer",)
    search_fields = ("=request_hash", "=sha256", "customer__code")

    def links(self, row: Export) -> list[Link]:
        return [Link("Customer", f"/admin/accounts/customer/{row.customer_id}/change/")] if row.customer_id else []

    @admin.display(description="export", ordering="id")
    def what(self, row: Export) -> str:
        return str(row)

    @admin.display(description="customer", ordering="customer")
    def customer_link(self, row: Export) -> str:
        return linked(row.customer) if row.customer else "all"

    @admin.display(description="state", ordering="status")
    def state(self, row: Export) -> str:
        status = ExportStatus(row.status)
        return badge(status, TONES.get(status, ""))

    @admin.display(description="asked for", ordering="id")
    def asked(self, row: Export) -> str:
        return ago(row.created_at, row)

    @admin.display(description="expires", ordering="expires_at")
    def expires(self, row: Export) -> str:
        return ago(row.expires_at, row)

    @admin.display(description="error")
    def reason(self, row: Export) -> str:
        return cut(row.error, 60)
