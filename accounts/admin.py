"""Admin pages of customers, people, tokens, and mail to ops."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.models import Group
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.db.models.functions import Now

from accounts.actors import name_of
from accounts.admin_base import (
    Choice,
    Link,
    PersonAction,
    ReadOnlyAdmin,
    SecretField,
    ServiceAdmin,
    ServiceForm,
    ago,
    badge,
    by_actor,
    is_older_than,
    linked,
    question,
    to_list,
    waits,
)
from accounts.admin_base.columns import page_of
from accounts.models import ApiToken, AuditEntry, Customer, Mailing, Notice, RememberedRequest, RequestLimit, SignInLimit, User
from accounts.services import customers, tokens, users
from accounts.states import MailingStatus, Role, mailing
from work.errors import Refused

SIGN_IN = Q(name=tokens.SIGN_IN)

if admin.site.is_registered(Group):
    admin.site.unregister(Group)


@admin.register(Customer)
class CustomerAdmin(ServiceAdmin):
    object_type = customers.OBJECT_TYPE
    list_display = ("code", "name", "units", "time_zone", "active")
    list_filter = ("active", "units")
    search_fields = ("code", "name")

    def create(self, fields: dict[str, Any], actor: str) -> Customer:
        return customers.create_customer(actor=actor, **fields)

    def change(self, row: Customer, fields: dict[str, Any], actor: str) -> Customer:
        return customers.change_customer(row, actor=actor, **fields)

    def links(self, row: Customer) -> list[Link]:
        lists = ("accounts.User", "partners.PartnerSystemUser", "assignments.Job", "flightdata.PartnerLog")
        return [
            Link(words, _of_customer(label, row))
            for words, label in zip(("People", "Accounts", "Jobs", "Logs"), lists, strict=True)
        ]


def _of_customer(label: str, customer: Customer) -> str:
    from django.apps import apps

    return to_list(apps.get_model(label), customer__id__exact=customer.pk)


class PersonForm(ServiceForm):
    """A person; the role says where it belongs."""

    password = SecretField(help_text="A new password ends this person's tokens. Without one nobody can sign in as a new person.")

    class Meta:
        model = User
        fields = ("username", "name", "email", "role", "customer", "legacy_id", "is_active", "password")

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        if password:
            validate_password(password, self.instance)
        return password

    def clean_legacy_id(self) -> str | None:
        return self.cleaned_data["legacy_id"] or None

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        belongs = cleaned.get("role") in (Role.CUSTOMER, Role.PILOT)
        if belongs and not cleaned.get("customer"):
            raise ValidationError({"customer": "Customers' people and pilots belong to a customer; choose it."})
        if not belongs and cleaned.get("customer"):
            raise ValidationError({"customer": "Ops and partners belong to no customer; leave it empty."})
        if cleaned.get("role") == Role.PARTNER and (self.instance._state.adding or "role" in self.changed_data):
            raise ValidationError({"role": "A partner's login is made with its partner; see there."})
        return cleaned


def _end_tokens(row: User, *, user: User) -> str:
    ended = tokens.end_tokens(row, actor=name_of(user))
    if not ended:
        raise Refused("it has no token", "noToken")
    return f"{ended} ended"


@admin.register(User)
class PersonAdmin(ServiceAdmin):
    object_type = users.OBJECT_TYPE
    form = PersonForm
    person_actions = (
        PersonAction(
            "end-tokens",
            "End its tokens",
            "All programs that work as this person are shut out at once, its sign-ins over the API too. It may make new tokens.",
            _end_tokens,
            fits=lambda row: row.auth_token_set.exists(),
        ),
    )
    list_display = ("username", "name", "role_badge", "belongs_to", "is_active", "signed_in")
    list_filter = (
        "role",
        "is_active",
        is_older_than("last signed in", "last_login"),
        question("never signed in", "never", [Choice("yes", "yes", Q(last_login__isnull=True))]),
    )
    list_select_related = ("customer",)
    search_fields = ("username", "name", "email", "legacy_id")
    ordering = ("username",)
    autocomplete_fields = ("customer",)
    readonly_fields = ("last_login",)
    fieldsets = (
        (None, {"fields": ("username", "name", "email", "password")}),
        ("Belongs to", {"fields": ("role", "customer", "legacy_id")}),
        ("Access", {"fields": ("is_active", "last_login")}),
    )

    def links(self, row: User) -> list[Link]:
        return [
            Link("Its tokens", to_list(ApiToken, user__id__exact=row.pk)),
            Link("What it did", to_list(AuditEntry, q=row.pk)),
        ]

    def create(self, fields: dict[str, Any], actor: str) -> User:
        return users.create_user(actor=actor, **fields)

    def change(self, row: User, fields: dict[str, Any], actor: str) -> User:
        return users.change_user(row, actor=actor, **fields)

    @admin.display(description="role", ordering="role")
    def role_badge(self, row: User) -> str:
        return badge(row.role, "busy" if row.role == Role.OPS else "")

    @admin.display(description="customer", ordering="customer")
    def belongs_to(self, row: User) -> str:
        return linked(row.customer)

    @admin.display(description="last signed in", ordering="last_login")
    def signed_in(self, row: User) -> str:
        return ago(row.last_login, row)


@admin.register(ApiToken)
class ApiTokenAdmin(ReadOnlyAdmin):
    """Whose tokens there are. Nobody sees the tokens themselves; ops may revoke them."""

    object_type = tokens.OBJECT_TYPE
    hidden = ("digest",)
    person_actions = (
        PersonAction(
            "revoke",
            "Revoke",
            "The program that uses this token is shut out at once, and for good. Its owner makes a new one where that was wrong.",
            by_actor(tokens.revoke_token),
            removes=True,
        ),
    )
    list_display = ("name", "of_whom", "state", "made", "ends", "used")
    list_filter = (
        question("state", "state", [Choice("live", "live", Q(expiry__gt=Now())), Choice("ended", "ended", Q(expiry__lte=Now()))]),
        question("made by", "made_by", [Choice("hand", "hand", ~SIGN_IN), Choice("sign-in", "a sign-in", SIGN_IN)]),
        question("ever used", "used", [Choice("never", "never", Q(last_used_at__isnull=True))]),
        is_older_than("last used", "last_used_at"),
    )
    search_fields = ("name", "user__username")

    def links(self, row: ApiToken) -> list[Link]:
        return [Link(f"{row.user}", page_of(row.user)), Link("All of its tokens", to_list(ApiToken, user__id__exact=row.user_id))]

    @admin.display(description="of", ordering="user")
    def of_whom(self, row: ApiToken) -> str:
        return linked(row.user)

    @admin.display(description="state")
    def state(self, row: Any) -> str:
        return badge("live", "good") if row.expiry > row.read_at else badge("ended")

    @admin.display(description="made", ordering="id")
    def made(self, row: ApiToken) -> str:
        return ago(row.created_at, row)

    @admin.display(description="ends", ordering="expiry")
    def ends(self, row: ApiToken) -> str:
        return ago(row.expiry, row)

    @admin.display(description="last used", ordering="last_used_at")
    def used(self, row: ApiToken) -> str:
        return ago(row.last_used_at, row)


@admin.register(RememberedRequest)
class RememberedRequestAdmin(ReadOnlyAdmin):
    list_display = ("key", "user", "status_code", "created_at")
    list_filter = (is_older_than("made", "created_at"),)
    search_fields = ("key", "user__username")
    hidden = ("body",)
    deferred = ("body",)


@admin.register(RequestLimit)
class RequestLimitAdmin(ReadOnlyAdmin):
    list_display = ("name", "user", "next_call_at")
    list_filter = (is_older_than("first used", "created_at"),)
    search_fields = ("name", "user__username")


@admin.register(SignInLimit)
class SignInLimitAdmin(ReadOnlyAdmin):
    list_display = ("__str__", "next_call_at", "updated_at")


@admin.register(Notice)
class NoticeAdmin(ReadOnlyAdmin):
    list_display = ("when", "subject", "mailed")
    list_filter = (
        question(
            "mailed",
            "mailed",
            [Choice("no", "not yet", Q(mailed_at__isnull=True)), Choice("yes", "yes", Q(mailed_at__isnull=False))],
        ),
        is_older_than("told", "at"),
    )
    search_fields = ("subject",)

    @admin.display(description="told", ordering="id")
    def when(self, row: Notice) -> str:
        return ago(row.at, row)

    @admin.display(description="mailed", ordering="mailed_at")
    def mailed(self, row: Notice) -> str:
        return ago(row.mailed_at, row)


@admin.register(Mailing)
class MailingAdmin(ReadOnlyAdmin):
    object_type = mailing.object_type
    list_display = ("name", "status", "next_mail", "error")
    list_filter = (waits((MailingStatus.IDLE,)),)

    def links(self, row: Mailing) -> list[Link]:
        return [Link("What waits to be mailed", to_list(Notice, mailed="no"))]

    @admin.display(description="next mail", ordering="due_at")
    def next_mail(self, row: Mailing) -> str:
        return ago(row.due_at, row)
