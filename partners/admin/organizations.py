"""Partner organizations and their logins."""

from typing import Any

from django.contrib import admin
from django.db.models import Count, OuterRef, QuerySet
from django.http import HttpRequest

from accounts.admin_base import Link, ReadOnlyAdmin, ServiceAdmin, ago, listed, to_list
from partners.admin.health import CHECK_PARTNER, COLUMNS, TOLD, HealthColumns, health_question, with_next_look
from partners.admin.partner_form import PartnerForm
from partners.models import HealthCheck, HealthResult, Partner, PartnerMembership, PartnerSystemUser
from partners.services import organizations

TOLD_OF_PARTNER = (*TOLD, "response_time", "refused_at")


@admin.register(Partner)
class PartnerAdmin(HealthColumns, ServiceAdmin):
    object_type = organizations.OBJECT_TYPE
    form = PartnerForm
    person_actions = (CHECK_PARTNER,)
    list_display = ("code", "name", "adapter", "active", *COLUMNS, "checked", "accounts")
    list_filter = ("active", "adapter", health_question())
    search_fields = ("code", "name")
    ordering = ("code",)
    fieldsets = (
        (None, {"fields": ("code", "name", "adapter", "active")}),
        ("What it is sent", {"fields": ("upload_format", "supported_formats", "max_file_size", "on_unknown_outcome")}),
        ("Where it is reached", {"fields": ("base_url", "supports_realtime")}),
    )

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Any]":
        checks = HealthCheck.objects.filter(partner=OuterRef("pk"), system_user__isnull=True)
        return with_next_look(super().get_queryset(request), checks).annotate(account_count=Count("system_users"))

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("code", "adapter", *TOLD_OF_PARTNER) if obj else ()

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        return (*self.fieldsets, ("Health", {"fields": TOLD_OF_PARTNER})) if obj else self.fieldsets

    def create(self, fields: dict[str, Any], actor: str) -> Partner:
        login = {"username": fields["code"].lower(), "name": fields["name"]}
        return organizations.create_partner(actor=actor, login=login, **fields)

    def change(self, row: Partner, fields: dict[str, Any], actor: str) -> Partner:
        return organizations.change_partner(row, actor=actor, login={}, **fields)

    def links(self, row: Partner) -> list[Link]:
        return [
            Link("Accounts", to_list(PartnerSystemUser, partner__id__exact=row.pk)),
            Link("Health checks", to_list(HealthResult, partner__id__exact=row.pk)),
        ]

    @admin.display(description="checked", ordering="checked_at")
    def checked(self, row: Any) -> str:
        return ago(row.checked_at, row)

    @admin.display(description="accounts", ordering="account_count")
    def accounts(self, row: Any) -> str:
        return listed(row.account_count, PartnerSystemUser, partner__id__exact=row.pk)


@admin.register(PartnerMembership)
class PartnerMembershipAdmin(ReadOnlyAdmin):
    list_display = ("user", "partner")
    search_fields = ("user__username", "partner__code")
