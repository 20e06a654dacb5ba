"""Which logs, applications and exports somebody may see, and which of them are shown in a state."""

from typing import Any

from django.db.models import BooleanField, ExpressionWrapper, Prefetch, Q, QuerySet
from django.db.models.functions import Now

from accounts.models import User
from accounts.selectors import of_customer
from accounts.states import Role
from flightdata.models import Application, Export, Interpretation, JobFlight, PartnerLog
from flightdata.states import ApplicationStatus, ExportStatus, LogStatus
from partners.models import PartnerSystemUser
from partners.selectors import visible_system_users

CURRENT = Interpretation.objects.filter(current=True).defer("line")
SHOWN_STATUSES = ("discovered", "skipped", "downloading", "stored", "parsing", "parsed", "quarantined", "failed", "duplicate")


def visible_logs(user: User) -> "QuerySet[PartnerLog]":
    """Ops see all logs, a customer's people their own, a partner those of its aircraft, pilots none."""
    rows = PartnerLog.objects.select_related("application__file", "aircraft")
    if user.role == Role.PARTNER:
        readings = Prefetch("application__interpretations", CURRENT, to_attr="current_readings")
        return rows.filter(system_user__partner__memberships__user=user).prefetch_related(readings)
    return of_customer(user, rows.prefetch_related(Prefetch("application__flights", JobFlight.objects.order_by("job"))))


def visible_applications(user: User) -> "QuerySet[Application]":
    """Ops see all files, a customer's people their own, partners and pilots none."""
    rows = Application.objects.select_related("file", "log__aircraft").prefetch_related(
        Prefetch("interpretations", CURRENT, to_attr="current_readings"),
        Prefetch("flights", JobFlight.objects.select_related("assignment", "coverage").order_by("job")),
    )
    return of_customer(user, rows)


def visible_exports(user: User) -> "QuerySet[Export]":
    """Ops see all exports, a customer's people those of their customer, partners and pilots none."""
    over = Q(over=True) | Q(expires_at__isnull=False, expires_at__lte=Now())
    return of_customer(user, Export.objects.annotate(is_over=ExpressionWrapper(over, output_field=BooleanField())))


def exports_shown_as(rows: "QuerySet[Any]", word: str) -> "QuerySet[Any]":
    """Of visible exports those that are shown in this state."""
    over, status = {"is_over": True}, {"is_over": False, "status": word}  # of `visible_exports`
    return rows.filter(**(over if word == ExportStatus.EXPIRED else status))


def visible_log_accounts(user: User) -> "QuerySet[PartnerSystemUser]":
    """The accounts whose logs the user may see."""
    if user.role == Role.PARTNER:
        return PartnerSystemUser.objects.filter(partner__memberships__user=user)
    return visible_system_users(user)


def shown_as(rows: "QuerySet[PartnerLog]", word: str) -> "QuerySet[PartnerLog]":
    """The logs that are shown in this state: a stored one shows its application's."""
    if word in ApplicationStatus.values:
        return rows.filter(status=LogStatus.STORED, application__status=word)
    return rows.filter(status=word)


def current_reading(application: Application) -> Interpretation | None:
    """What the application was read as, the newest that counts; None where it has not been read."""
    readings: list[Interpretation] | None = getattr(application, "current_readings", None)
    if readings is None:
        return application.interpretations.filter(current=True).first()
    return readings[0] if readings else None
