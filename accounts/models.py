"""Customers (the tenants), the people who sign in, the tokens that programs sign in with, and mail to ops."""

import zoneinfo
from typing import ClassVar

from django.contrib.auth.models import AbstractUser, UserManager
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Q
from django.db.models.functions import Now
from knox.models import AbstractAuthToken

from accounts.states import MailingStatus, Role, Units
from work import history
from work.ids import new_id
from work.limiter import RateLimited
from work.models import ASKED_FOR, Event, Stamped, WorkItem, work_constraints, work_indexes
from work.provenance import system_user


def is_time_zone(value: str) -> None:
    """Refuse what is no IANA time zone name."""
    if value not in zoneinfo.available_timezones():
        raise ValidationError(f"{value} is no time zone name such as America/Chicago", code="unknownTimeZone")


class Customer(Stamped):
    """An operator of aircraft: the tenant that everything else belongs to."""

    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=200)
    units = models.CharField(max_length=8, choices=Units.choices, default=Units.METRIC)
    time_zone = models.CharField(max_length=60, default="UTC", validators=[is_time_zone])
    active = models.BooleanField(default=True)

    class Meta:
        constraints = [models.CheckConstraint(name="customer_units", condition=Q(units__in=Units.values))]

    def __str__(self) -> str:
        return self.name


class UserAccounts(UserManager["User"]):
    """Makes users; the first one made by a command is ops."""

    def create_superuser(self, username: str, email: str | None = None, password: str | None = None, **fields: object) -> "User":
        fields.setdefault("role", Role.OPS)
        with transaction.atomic():
            user = super().create_superuser(username, email, password, **fields)
            after = {"username": user.username, "role": user.role}
            history.record("user", user.pk, "created", actor=f"command {system_user()}", after=after)
        return user


class User(AbstractUser):
    """Somebody who signs in. Ops belong to nobody; customers' people and pilots to one customer."""

    SECRETS = frozenset({"password"})

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    first_name = None  # type: ignore[assignment]  # one `name`, as the job system has it
    last_name = None  # type: ignore[assignment]
    name = models.CharField(max_length=200, blank=True)
    role = models.CharField(max_length=8, choices=Role.choices, default=Role.CUSTOMER)
    customer = models.ForeignKey(Customer, null=True, blank=True, on_delete=models.PROTECT, related_name="users")
    legacy_id = models.CharField(max_length=40, null=True, blank=True, unique=True, help_text="The old system's ObjectId")
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    updated_at = models.DateTimeField(db_default=Now(), editable=False)

    objects: ClassVar[UserAccounts] = UserAccounts()

    class Meta:
        constraints = [
            models.CheckConstraint(name="user_role", condition=Q(role__in=Role.values)),
            models.CheckConstraint(
                name="user_of_a_customer",
                condition=Q(role__in=[Role.CUSTOMER, Role.PILOT], customer__isnull=False)
                | Q(role__in=[Role.OPS, Role.PARTNER], customer__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.username

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name or self.username


class ApiToken(Stamped, AbstractAuthToken):
    """A token that a program signs in with: kept as a hash and nothing else of it, named, with an end."""

    SECRETS = frozenset({"digest"})

    token_key = None
    created = None
    digest = models.CharField(max_length=128, unique=True, help_text="SHA-512 of the token")
    name = models.CharField(max_length=100, default="sign-in")
    expiry = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True, editable=False, help_text="To the hour")

    objects: ClassVar["models.Manager[ApiToken]"] = models.Manager()

    class Meta:
        verbose_name = "API token"

    def __str__(self) -> str:
        return f"{self.name} of {self.user}"


class SignInLimit(RateLimited, Stamped):
    """Failed sign-ins for one username or from one address."""

    key = models.CharField(max_length=64, unique=True, help_text="Keyed SHA-256 of the name or address")

    def __str__(self) -> str:
        return self.key[:12]


class RequestLimit(RateLimited, Stamped):
    """How many requests of one kind a user has sent lately."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=40, help_text="What is limited")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "name"], name="request_limit_once")]

    def __str__(self) -> str:
        return f"{self.name} of {self.user}"


class RememberedRequest(Stamped):
    """The answer to a request that carried an Idempotency-Key, given again when the request comes again."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=200)
    fingerprint = models.CharField(max_length=64, help_text="SHA-256 of method, path and body")
    status_code = models.PositiveSmallIntegerField(null=True, help_text="null while the first request is under way")
    body = models.JSONField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="idempotency_key_once")]

    def __str__(self) -> str:
        return f"{self.key} of {self.user}"


class AskedFor(models.Manager["AuditEntry"]):
    """What somebody asked for."""

    def get_queryset(self) -> "models.QuerySet[AuditEntry]":
        return super().get_queryset().filter(ASKED_FOR)


class AuditEntry(Event):
    """What a person, a program or a command did, to which object, and from where: the history without the clock's own doings."""

    objects: ClassVar[AskedFor] = AskedFor()

    class Meta:
        proxy = True
        verbose_name_plural = "audit entries"


class Notice(models.Model):
    """Something that ops are told by mail; several of one time go in one mail."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    at = models.DateTimeField(db_default=Now(), editable=False)
    subject = models.CharField(max_length=200)
    text = models.TextField()
    mailed_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        indexes = [models.Index(fields=["id"], name="notice_unmailed", condition=Q(mailed_at__isnull=True))]

    def __str__(self) -> str:
        return self.subject


class Mailing(WorkItem):
    """The sending of what ops are told: one row, looked at on an interval, so that there is one mail at a time."""

    name = models.CharField(max_length=20, unique=True, default="ops")
    error = models.TextField(blank=True, help_text="Why the last mail could not be sent")

    class Meta:
        indexes = work_indexes("mailing")
        constraints = [
            *work_constraints("mailing", MailingStatus.SENDING),
            models.CheckConstraint(name="mailing_status", condition=Q(status__in=MailingStatus.values)),
        ]

    def __str__(self) -> str:
        return f"mail to {self.name}"

    @property
    def tenant_id(self) -> None:
        return None
