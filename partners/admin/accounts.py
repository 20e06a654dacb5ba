"""Customers' accounts at partners: the form that adds and mends them, and what can be done about them."""

from typing import Any, cast

from django.contrib import admin
from django.db.models import Count, OuterRef, Q, QuerySet
from django.http import HttpRequest, JsonResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from unfold.contrib.filters.admin import AutocompleteSelectFilter

from accounts.actors import name_of
from accounts.admin_base import (
    Choice,
    Link,
    PersonAction,
    SecretField,
    ServiceAdmin,
    ServiceForm,
    ago,
    badge,
    by_actor,
    is_older_than,
    question,
    to_list,
)
from accounts.models import User
from partners.account_states import state_is, with_state
from partners.admin.health import CHECK_ACCOUNT, COLUMNS, TOLD, HealthColumns, health_question, with_next_look
from partners.models import LOOK_BACK, Aircraft, HealthCheck, PartnerCall, PartnerSystemUser
from partners.services import aircraft, pausing, signing_in, system_users
from partners.states import AccountState
from work.clock import now
from work.errors import Refused

STATE_TONES = {
    AccountState.OK: "good",
    AccountState.UNVERIFIED: "",
    AccountState.PAUSED: "warn",
    AccountState.UNREACHABLE: "bad",
    AccountState.CREDENTIALS_REJECTED: "bad",
}
STATE_WORDS = {state: state.value.replace("credentialsRejected", "credentials rejected") for state in AccountState}


class AccountForm(ServiceForm):
    """An account. SatLoc signs in with username and password; the other ids are told by its answer."""

    api_secret = SecretField(label="Password", max_length=1000, help_text="Kept encrypted, and shown to nobody.")
    api_key = SecretField(label="API key", max_length=1000, help_text="Only where the partner gave you one.")

    class Meta:
        model = PartnerSystemUser
        fields = (
            "partner",
            "customer",
            "name",
            "partner_username",
            "api_secret",
            "api_key",
            "partner_user_id",
            "company_id",
            "active",
            "logs_since",
            "log_time_zone",
            "log_altitude_unit",
            "log_speed_unit",
            "rate_limit",
        )
        labels = {"partner_username": "Login at the partner", "partner_user_id": "User id", "company_id": "Company id"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance._state.adding:
            self.initial["logs_since"] = now() - LOOK_BACK


TEST_BUTTON = (
    '<button type="button" class="hub-button" id="test-sign-in" data-address="{}">Test sign-in</button> '
    "<span>Signs in at the partner with what is entered here. Nothing is saved or changed.</span>"
    '<p class="hub-verdict" id="sign-in-verdict" role="status" aria-live="polite"></p>'
)


def _verify(row: PartnerSystemUser, *, user: User) -> str:
    verdict = signing_in.verify(row, actor=name_of(user))
    if not verdict.ok:
        raise Refused(verdict.words, verdict.error_code)
    return verdict.words


def _list_aircraft(row: PartnerSystemUser, *, user: User) -> str:
    listed = aircraft.refresh(row, actor=name_of(user))
    return " ".join([f"{listed.count} aircraft are listed.", *listed.left_out])


ACTIONS = (
    PersonAction(
        "verify",
        "Verify",
        "The hub signs in at the partner now with the stored password. Where the partner accepts it, what waited for it goes on, "
        "and its aircraft are listed; where it refuses, the account is paused and asks for a person.",
        _verify,
        fits=lambda row: row.active,
    ),
    PersonAction(
        "pause",
        "Pause",
        "No call is made for this account until somebody resumes it. Work that is due waits and is not lost.",
        by_actor(system_users.pause),
        fits=lambda row: not row.paused_by_person,
    ),
    PersonAction(
        "resume",
        "Resume",
        "Calls are made again at once, whoever or whatever held them back; refused credentials are tried again.",
        by_actor(system_users.resume),
        fits=lambda row: row.paused_by_person or bool(row.paused_until or row.refused_at or row.open_until),
    ),
    PersonAction("list-aircraft", "List aircraft", "The partner is asked now which aircraft the account has.", _list_aircraft),
    CHECK_ACCOUNT,
)


@admin.register(PartnerSystemUser)
class AccountAdmin(HealthColumns, ServiceAdmin):
    object_type = pausing.OBJECT_TYPE
    form = AccountForm
    person_actions = ACTIONS
    hidden = ("sign_in",)
    list_display = (
        "account",
        "partner",
        "customer",
        "state_badge",
        "since",
        *COLUMNS,
        "last_good",
        "open_assignments",
        "active",
    )
    list_display_links = ("account",)
    list_filter = (
        question("state", "state", [Choice(state.value, STATE_WORDS[state], state_is(state)) for state in AccountState]),
        health_question(),
        question("held back by a person", "paused", [Choice("yes", "yes", Q(paused_by_person=True))]),
        is_older_than("last good call", "last_success_at", "quiet"),
        "active",
        ("partner", AutocompleteSelectFilter),
        ("customer", AutocompleteSelectFilter),
    )
    list_filter_submit = True
    list_select_related = ("partner", "customer")
    search_fields = ("name", "partner_username", "customer__name", "customer__code", "company_id")
    autocomplete_fields = ("partner", "customer")
    warn_unsaved_form = True
    fieldsets = (
        (None, {"fields": ("partner", "customer", "name")}),
        (
            "Sign-in",
            {"fields": ("partner_username", "api_secret", "sign_in_test", "api_key", "partner_user_id", "company_id", "active")},
        ),
        ("What its logs mean", {"fields": ("logs_since", "log_time_zone", "log_altitude_unit", "log_speed_unit", "rate_limit")}),
    )
    told = (
        "Told by the machine",
        {
            "fields": (
                "state_badge",
                "refused_at",
                "paused_until",
                "paused_by_person",
                *TOLD,
                "verified_at",
                "last_success_at",
                "signed_in_user_id",
                "signed_in_company_id",
            )
        },
    )

    class Media:
        js = ("hub/sign_in_test.js",)

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Any]":
        checks = HealthCheck.objects.filter(system_user=OuterRef("pk"))
        rows = with_next_look(with_state(super().get_queryset(request)), checks)
        return rows.annotate(open_count=Count("assignments", filter=Q(assignments__status__in=(0, 1))))

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        return (*self.fieldsets, self.told) if obj else self.fieldsets

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("sign_in_test", "partner", "customer", *self.told[1]["fields"]) if obj else ("sign_in_test",)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.test_sign_in)
        return [
            path("test-sign-in/", view, name="partners_partnersystemuser_test_new"),
            path("<uuid:object_id>/test-sign-in/", view, name="partners_partnersystemuser_test"),
            *super().get_urls(),
        ]

    def test_sign_in(self, request: HttpRequest, object_id: Any = None) -> JsonResponse:
        """Signs in with what the form holds, saved or not, and says what the partner answered. Nothing is changed by it."""
        if request.method != "POST":
            return JsonResponse({"ok": False, "words": "Press the button in the form."}, status=405)
        stored = PartnerSystemUser.objects.select_related("partner").filter(pk=object_id).first() if object_id else None
        form = self.get_form(request, stored, change=stored is not None)(request.POST, instance=stored)
        if not form.is_valid():
            return JsonResponse({"ok": False, "words": " ".join(_faults(form))})
        try:
            verdict = signing_in.try_out(_as_entered(form, object_id))
        except Refused as refusal:
            return JsonResponse({"ok": False, "words": f"Not tried: {refusal.message}."})
        return JsonResponse({"ok": verdict.ok, "words": verdict.words})

    def create(self, fields: dict[str, Any], actor: str) -> PartnerSystemUser:
        return system_users.create_system_user(actor=actor, **fields)

    def change(self, row: PartnerSystemUser, fields: dict[str, Any], actor: str) -> PartnerSystemUser:
        return system_users.change_system_user(row, actor=actor, **fields)

    def links(self, row: PartnerSystemUser) -> list[Link]:
        return [
            Link("Partner calls", to_list(PartnerCall, system_user__id__exact=row.pk)),
            Link("Aircraft", to_list(Aircraft, system_user__id__exact=row.pk)),
            Link("Assignments", f"/admin/assignments/jobassignment/?system_user__id__exact={row.pk}"),
            Link("Logs", f"/admin/flightdata/partnerlog/?system_user__id__exact={row.pk}"),
        ]

    @admin.display(description="Try it out")
    def sign_in_test(self, row: PartnerSystemUser) -> str:
        """The button; `sign_in_test.js` sends the form as it is to `test_sign_in`."""
        new = row._state.adding
        names = ("admin:partners_partnersystemuser_test_new", []) if new else ("admin:partners_partnersystemuser_test", [row.pk])
        return format_html(TEST_BUTTON, reverse(names[0], args=names[1]))

    @admin.display(description="account", ordering="partner_username")
    def account(self, row: PartnerSystemUser) -> str:
        return row.name or row.partner_username

    @admin.display(description="state")
    def state_badge(self, row: Any) -> str:
        state = AccountState(row.state)
        return badge(STATE_WORDS[state], STATE_TONES[state])

    @admin.display(description="since")
    def since(self, row: Any) -> str:
        paused = row.paused_until if row.state == AccountState.PAUSED else None
        failing = row.health_since if row.state == AccountState.UNREACHABLE else None
        return ago(row.refused_at or paused or failing, row)

    @admin.display(description="last good call", ordering="last_success_at")
    def last_good(self, row: Any) -> str:
        return ago(row.last_success_at, row)

    @admin.display(description="open assignments", ordering="open_count")
    def open_assignments(self, row: Any) -> int:
        return cast("int", row.open_count)


def _faults(form: Any) -> list[str]:
    return [
        f"{form.fields[name].label if name in form.fields else 'Form'}: {' '.join(said)}" for name, said in form.errors.items()
    ]


def _as_entered(form: Any, object_id: Any) -> PartnerSystemUser:
    """The account as it would be after saving; what is not entered is as it is stored."""
    account = (
        PartnerSystemUser.objects.select_related("partner").get(pk=object_id)
        if object_id
        else PartnerSystemUser(partner=form.cleaned_data["partner"], customer=form.cleaned_data["customer"])
    )
    for name, value in form.entered().items():
        setattr(account, name, value)
    return account
