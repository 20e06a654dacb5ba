"""Which customers and people somebody may see. Every other selector of these tables begins here."""

from typing import TypeVar
from uuid import UUID

from django.db.models import Model, Q, QuerySet

from accounts.apart import real
from accounts.models import ApiToken, AuditEntry, Customer, User
from accounts.states import Role

Row = TypeVar("Row", bound=Model)


def visible_customers(user: User) -> "QuerySet[Customer]":
    """Ops see all customers, a customer's people their own, pilots and partners none."""
    return of_customer(user, Customer.objects.all(), "pk")


def visible_users(user: User) -> "QuerySet[User]":
    """Ops see everybody, a customer's people those of their customer, pilots and partners nobody."""
    return of_customer(user, User.objects.all(), "customer")


def visible_tokens(user: User) -> "QuerySet[ApiToken]":
    """Everybody sees its own, and nobody another's."""
    return ApiToken.objects.filter(user=user)


def visible_audit(user: User) -> "QuerySet[AuditEntry]":
    """Ops see the whole trail, others nothing of it."""
    return AuditEntry.objects.all() if user.role == Role.OPS else AuditEntry.objects.none()


def of_customer(user: User, rows: "QuerySet[Row]", customer: str = "customer") -> "QuerySet[Row]":
    """The rows of the office's view: all but the canary's for ops, those whose `customer` is theirs for a customer's people."""
    if user.role == Role.OPS:
        return real(rows)
    if user.role == Role.CUSTOMER and user.customer_id:
        return rows.filter(**{customer: user.customer_id})
    return rows.none()


def find_by_uid(rows: "QuerySet[User]", uid: str) -> User | None:
    """The user whose `id` or `legacyId` is `uid`, among `rows`; None where there is none."""
    by_legacy_id = Q(legacy_id=uid)
    try:
        return rows.filter(by_legacy_id | Q(pk=UUID(uid))).first()
    except ValueError:
        return rows.filter(by_legacy_id).first()
