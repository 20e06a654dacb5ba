"""How partners and accounts are, as both of their lists and pages show it; and looking at one now."""

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet, Subquery

from accounts.actors import name_of
from accounts.admin_base import Choice, PersonAction, ago, badge, cut, question
from accounts.models import User
from partners.models import HealthCheck, HealthResult, Partner, PartnerSystemUser
from partners.services import health
from partners.states import HealthStatus
from work.errors import Refused

TONES = {HealthStatus.HEALTHY: "good", HealthStatus.DEGRADED: "warn", HealthStatus.UNHEALTHY: "bad"}
COLUMNS = ("health_badge", "well_since", "health_words", "next_look")
TOLD = ("health_badge", "health_since", "health_error", "checked_at", "failures", "troubled_at", "open_until", "next_look")


def health_question() -> Any:
    """A filter by health."""
    return question("health", "health", [Choice(one.value, one.value, Q(health=one)) for one in HealthStatus])


def with_next_look(rows: "QuerySet[Any]", checks: "QuerySet[HealthCheck]") -> "QuerySet[Any]":
    """The rows with the time of their next look; `checks` finds that of a row by `OuterRef`."""
    return rows.annotate(next_look_at=Subquery(checks.values("due_at")[:1]))


class HealthColumns:
    """Cells about health."""

    @admin.display(description="health", ordering="health")
    def health_badge(self, row: Any) -> str:
        return badge(row.health, TONES.get(row.health, ""))

    @admin.display(description="so since", ordering="health_since")
    def well_since(self, row: Any) -> str:
        return ago(row.health_since, row)

    @admin.display(description="last error")
    def health_words(self, row: Any) -> str:
        return cut(row.health_error, 60)

    @admin.display(description="next look", ordering="next_look_at")
    def next_look(self, row: Any) -> str:
        return ago(row.next_look_at, row)


def _check_partner(row: Partner, *, user: User) -> str:
    return _said(health.check(row, actor=name_of(user)))


def _said(result: HealthResult) -> str:
    words = f"it is {result.status}"
    if result.response_time is not None:
        words += f" and answered in {result.response_time.total_seconds() * 1000:.0f} ms"
    return f"{words}. {result.error}".strip()


def _check_account(row: PartnerSystemUser, *, user: User) -> str:
    look = health.check_account(row, actor=name_of(user))
    if look.error:
        raise Refused(look.error, look.error_code)
    return "it works."


CHECK_PARTNER = PersonAction(
    "check",
    "Check now",
    "The partner is asked now whether it is there. Where it answers, its breaker is closed, and what waited for it goes on.",
    _check_partner,
    fits=lambda row: row.active,
)

CHECK_ACCOUNT = PersonAction(
    "check",
    "Check now",
    "One call is made now with the account's sign-in. Where it is answered, the account's breaker is closed, and what waited "
    "for it goes on.",
    _check_account,
    fits=lambda row: row.active,
)
