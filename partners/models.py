"""Partner organizations, customers' accounts there, their aircraft, and what was said to whom."""

from datetime import timedelta
from typing import Any

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from accounts.models import Customer, User
from partners.fields import EncryptedTextField
from partners.states import AltitudeUnit, CheckStatus, HealthStatus, RefreshStatus, SpeedUnit
from work.apart import OWNER
from work.ids import new_id
from work.limiter import RateLimited
from work.models import Stamped, WorkItem, work_constraints, work_indexes

LOOK_BACK = timedelta(days=7)
PARTNER_CODE = RegexValidator(r"^[A-Za-z0-9][A-Za-z0-9_.-]*\Z", "use letters, digits, dots, hyphens and underscores only")


def default_configuration() -> dict[str, Any]:
    """What a partner can take when nothing else is said (the implementation guide's own values)."""
    return {
        "supportsRealtime": False,
        "maxFileSize": 10_485_760,
        "supportedFormats": ["kml", "shp", "geojson"],
        "uploadFormat": "json",
    }


class Watched(models.Model):
    """A row whose health is kept, with the breaker that holds its calls back (`services.breaker`).

    `failures` of an account are those of all its calls; of a partner those of the looks at it. Without `open_until` the
    breaker is closed.
    """

    health = models.CharField(
        max_length=16,
        choices=HealthStatus.choices,
        db_default=HealthStatus.UNKNOWN.value,
        default=HealthStatus.UNKNOWN,
        editable=False,
    )
    health_since = models.DateTimeField(null=True, editable=False)
    health_error = models.TextField(blank=True, db_default="", default="", editable=False, help_text="Why it is not healthy")
    failures = models.PositiveIntegerField(db_default=0, default=0, editable=False, help_text="Calls in a row that failed")
    troubled_at = models.DateTimeField(null=True, editable=False, help_text="When it last failed, or answered slowly")
    checked_at = models.DateTimeField(null=True, editable=False, help_text="When it was last looked at")
    open_until = models.DateTimeField(null=True, editable=False, help_text="No call but the next look before this time")

    class Meta:
        abstract = True


WATCHED = tuple(field.name for field in Watched._meta.local_fields)
"""What the machine moves by itself on a row that people edit."""


class Partner(Watched, Stamped):
    """An organization whose cloud aircraft talk to."""

    code = models.CharField(max_length=40, unique=True, validators=[PARTNER_CODE])
    name = models.CharField(max_length=200)
    adapter = models.CharField(max_length=40)
    configuration = models.JSONField(default=default_configuration, blank=True)
    active = models.BooleanField(default=True)
    response_time = models.DurationField(null=True, editable=False, help_text="Of the last look, where it was answered")
    refused_at = models.DateTimeField(null=True, editable=False, help_text="Since when it refuses the logins of many accounts")

    class Meta:
        indexes = [models.Index(fields=["name", "id"], name="partner_by_name")]

    def __str__(self) -> str:
        return self.name

    @property
    def tenant_id(self) -> None:
        """A partner is nobody's: what it asks of a person it asks of ops."""
        return None

    @property
    def login(self) -> User | None:
        """Its own login: the first that it was given. Reads no row where `memberships__user` were prefetched."""
        first = min(self.memberships.all(), key=lambda membership: membership.pk, default=None)
        return first.user if first else None


class PartnerMembership(Stamped):
    """A partner's own login."""

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="partner_membership")
    partner = models.ForeignKey(Partner, on_delete=models.CASCADE, related_name="memberships")

    def __str__(self) -> str:
        return f"{self.user} of {self.partner}"


class PartnerSystemUser(RateLimited, Watched, Stamped):
    """One customer's account at one partner. Secrets are encrypted, and never read back to anybody."""

    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="system_users")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="system_users")
    name = models.CharField(max_length=200, blank=True)
    partner_username = models.CharField(max_length=200)
    partner_user_id = models.CharField(max_length=100, blank=True)
    company_id = models.CharField(max_length=100, blank=True)
    api_key = EncryptedTextField(blank=True, default="")
    api_secret = EncryptedTextField(blank=True, default="")
    active = models.BooleanField(default=True)

    logs_since = models.DateTimeField(
        db_default=models.ExpressionWrapper(Now() + -LOOK_BACK, output_field=models.DateTimeField())
    )
    log_time_zone = models.CharField(max_length=60, default="UTC")
    log_altitude_unit = models.CharField(max_length=4, choices=AltitudeUnit.choices, default=AltitudeUnit.METRES)
    log_speed_unit = models.CharField(max_length=4, choices=SpeedUnit.choices, default=SpeedUnit.METRES_PER_SECOND)
    rate_limit = models.PositiveIntegerField(null=True, blank=True, help_text="Calls a minute; empty: the partner's own")

    sign_in = EncryptedTextField(null=True, editable=False)
    credentials_version = models.PositiveIntegerField(default=1, editable=False)
    signed_in_user_id = models.CharField(max_length=100, blank=True, editable=False, help_text="As the last sign-in returned it")
    signed_in_company_id = models.CharField(max_length=100, blank=True, editable=False)
    verified_at = models.DateTimeField(null=True, editable=False)
    last_success_at = models.DateTimeField(null=True, editable=False)
    refused_at = models.DateTimeField(null=True, editable=False, help_text="Since when the credentials are refused")
    paused_until = models.DateTimeField(null=True, editable=False, help_text="No call before this time")
    paused_by_person = models.BooleanField(default=False, editable=False)
    refusal_doubted = models.BooleanField(
        default=False,
        db_default=False,
        editable=False,
        help_text="Its last refusal was taken for an outage of the partner; the next one is believed",
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["partner", "customer", "partner_username"], name="system_user_once"),
            models.CheckConstraint(
                # The canary's partner is a simulated cloud: nobody else has an account there, and the canary nowhere else.
                name="system_user_apart",
                condition=Q(partner=OWNER, customer=OWNER) | (~Q(partner=OWNER) & ~Q(customer=OWNER)),
            ),
        ]
        indexes = [
            models.Index(fields=["name", "id"], name="system_user_by_name"),
            models.Index(fields=["partner_username", "id"], name="system_user_by_login"),
        ]

    def __str__(self) -> str:
        return self.name or f"{self.partner_username} at {self.partner}"

    @property
    def tenant_id(self) -> Any:
        return self.customer_id


class Aircraft(Stamped):
    """An aircraft as the partner lists it, or as an assignment first named it (then not seen yet)."""

    system_user = models.ForeignKey(PartnerSystemUser, on_delete=models.CASCADE, related_name="aircraft")
    external_id = models.CharField(max_length=100)
    name = models.CharField(max_length=200, blank=True)
    type = models.CharField(max_length=100, blank=True)
    status = models.CharField(max_length=40, blank=True)
    last_seen = models.DateTimeField(null=True, blank=True)
    listed_at = models.DateTimeField(null=True, blank=True, help_text="When the partner last listed it; empty: unseen")

    class Meta:
        verbose_name_plural = "aircraft"
        constraints = [models.UniqueConstraint(fields=["system_user", "external_id"], name="aircraft_once")]

    def __str__(self) -> str:
        return self.name or self.external_id


class AircraftRefresh(WorkItem):
    """The next time that an account's aircraft are listed by the clock."""

    system_user = models.OneToOneField(PartnerSystemUser, on_delete=models.CASCADE, related_name="aircraft_refresh")
    error_code = models.CharField(max_length=40, blank=True)
    error = models.TextField(blank=True)

    class Meta:
        verbose_name_plural = "aircraft refreshes"
        indexes = work_indexes("refresh")
        constraints = [
            *work_constraints("refresh", RefreshStatus.LISTING),
            models.CheckConstraint(name="refresh_status", condition=Q(status__in=RefreshStatus.values)),
        ]

    def __str__(self) -> str:
        return f"aircraft of {self.system_user}"

    @property
    def tenant_id(self) -> Any:
        return self.system_user.customer_id


class HealthCheck(WorkItem):
    """The next check of one partner, or of one account there; its results are `HealthResult`s."""

    partner = models.ForeignKey(Partner, on_delete=models.CASCADE, related_name="checks")
    system_user = models.OneToOneField(PartnerSystemUser, null=True, on_delete=models.CASCADE, related_name="check_row")

    class Meta:
        indexes = work_indexes("health")
        constraints = [
            *work_constraints("health", CheckStatus.CHECKING),
            models.UniqueConstraint(fields=["partner"], condition=Q(system_user__isnull=True), name="health_once_per_partner"),
            models.CheckConstraint(name="health_status", condition=Q(status__in=CheckStatus.values)),
        ]

    def __str__(self) -> str:
        return f"check of {self.system_user or self.partner}"

    @property
    def tenant_id(self) -> Any:
        return self.system_user.customer_id if self.system_user else None


class HealthResult(models.Model):
    """What one look found, and what the subject's health was after it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    partner = models.ForeignKey(Partner, on_delete=models.CASCADE, related_name="health_results")
    system_user = models.ForeignKey(PartnerSystemUser, null=True, on_delete=models.CASCADE, related_name="health_results")
    checked_at = models.DateTimeField(db_default=Now())
    healthy = models.BooleanField(help_text="Whether this look was answered as it should be")
    status = models.CharField(max_length=16, choices=HealthStatus.choices, db_default="unknown", default=HealthStatus.UNKNOWN)
    response_time = models.DurationField(null=True)
    error_code = models.CharField(max_length=40, blank=True)
    error = models.TextField(blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["partner", "id"], name="health_of_partner"),
            models.Index(fields=["partner", "id"], name="health_history", condition=Q(system_user__isnull=True)),
        ]

    def __str__(self) -> str:
        return f"{self.partner} {'healthy' if self.healthy else self.error_code}"


class PartnerCall(models.Model):
    """One call to a partner, as far as it may be kept: no secret, no payload."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    system_user = models.ForeignKey(PartnerSystemUser, null=True, on_delete=models.CASCADE, related_name="calls")
    at = models.DateTimeField(db_default=Now())
    operation = models.CharField(max_length=40)
    method = models.CharField(max_length=8)
    url = models.TextField()
    outcome = models.CharField(max_length=40)
    http_status = models.PositiveSmallIntegerField(null=True)
    duration_ms = models.PositiveIntegerField()
    bytes_in = models.PositiveBigIntegerField(default=0)
    bytes_out = models.PositiveBigIntegerField(default=0)
    dialect = models.CharField(max_length=20, blank=True)
    error = models.TextField(blank=True)
    correlation_id = models.CharField(max_length=64, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["system_user", "id"], name="call_of_account"),
            models.Index(fields=["at"], name="call_by_age"),
        ]

    def __str__(self) -> str:
        return f"{self.operation} {self.outcome}"


class CallCounter(models.Model):
    """Calls of one account in one hour that are not worth a row each: polls that found nothing new."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    system_user = models.ForeignKey(PartnerSystemUser, on_delete=models.CASCADE, related_name="counters")
    hour = models.DateTimeField()
    operation = models.CharField(max_length=40)
    calls = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["system_user", "hour", "operation"], name="counter_once")]

    def __str__(self) -> str:
        return f"{self.operation}: {self.calls}"
