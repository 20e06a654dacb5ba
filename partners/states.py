"""States of health checks, of health itself, and of aircraft lists; and what an account can be said to be in."""

from operator import attrgetter

from django.db.models import TextChoices

from work.states import Machine, table


class AltitudeUnit(TextChoices):
    METRES = "m"
    FEET = "ft"


class SpeedUnit(TextChoices):
    METRES_PER_SECOND = "m/s"
    KILOMETRES_PER_HOUR = "km/h"
    KNOTS = "kn"
    MILES_PER_HOUR = "mph"


class CheckStatus(TextChoices):
    IDLE = "idle"
    CHECKING = "checking"


class RefreshStatus(TextChoices):
    IDLE = "idle"
    LISTING = "listing"


class AccountState(TextChoices):
    """Computed when read, never stored."""

    UNVERIFIED = "unverified"
    OK = "ok"
    CREDENTIALS_REJECTED = "credentialsRejected"
    PAUSED = "paused"
    UNREACHABLE = "unreachable"


class HealthStatus(TextChoices):
    """What is known of a partner's or an account's health.

    `degraded`: it works, but not well: slowly, with failures in a row below the threshold, not yet long enough without one, or
    (a partner) with more than a fifth of its accounts out of reach. `unknown`: not heard yet, or nobody may ask.
    """

    UNKNOWN = "unknown"
    HEALTHY = "healthy"
    DEGRADED = "degraded"
    UNHEALTHY = "unhealthy"


class AttentionKind(TextChoices):
    """What an account or a partner may ask of a person."""

    CREDENTIALS_REJECTED = "credentialsRejected"
    PARTNER_UNHEALTHY = "partnerUnhealthy"
    CHECK_BREAKS_DOWN = "healthCheckBreaksDown"


ACTIONS: dict[str, tuple[str, ...]] = {
    AttentionKind.CREDENTIALS_REJECTED: ("resume",),
    AttentionKind.PARTNER_UNHEALTHY: ("check",),
    AttentionKind.CHECK_BREAKS_DOWN: (),
}

check = Machine(
    object_type="healthCheck",
    moves=table({CheckStatus.IDLE: [CheckStatus.CHECKING], CheckStatus.CHECKING: [CheckStatus.IDLE]}),
    exits={
        CheckStatus.IDLE: "clock: checked when due",
        CheckStatus.CHECKING: "clock: by its outcome, or when its lease runs out",
    },
    quiet=frozenset({(CheckStatus.IDLE, CheckStatus.CHECKING), (CheckStatus.CHECKING, CheckStatus.IDLE)}),
)

ANY_OTHER = table({status: [other for other in HealthStatus if other != status] for status in HealthStatus})
LOOKED_AT = "clock: by the next look; a person: by asking for one"

partner_health = Machine(
    object_type="partner",
    column="health",
    touches=False,
    moves=ANY_OTHER,
    exits=dict.fromkeys(HealthStatus.values, LOOKED_AT),
    attention={HealthStatus.UNHEALTHY: AttentionKind.PARTNER_UNHEALTHY},
)

account_health = Machine(
    object_type="partnerSystemUser",
    column="health",
    touches=False,
    moves=ANY_OTHER,
    exits=dict.fromkeys(HealthStatus.values, LOOKED_AT),
    quiet=frozenset({(HealthStatus.UNKNOWN, HealthStatus.HEALTHY)}),
)

refresh = Machine(
    object_type="partnerSystemUser",
    key=attrgetter("system_user_id"),
    moves=table({RefreshStatus.IDLE: [RefreshStatus.LISTING], RefreshStatus.LISTING: [RefreshStatus.IDLE]}),
    exits={
        RefreshStatus.IDLE: "clock: listed when due; person: verify, aircraft",
        RefreshStatus.LISTING: "clock: by its outcome, or when its lease runs out",
    },
    quiet=frozenset({(RefreshStatus.IDLE, RefreshStatus.LISTING), (RefreshStatus.LISTING, RefreshStatus.IDLE)}),
)
