"""Making and changing customers, the tenants."""

from contextlib import AbstractContextManager
from typing import Any
from uuid import UUID

from django.db.models import Q

from accounts.models import Customer
from accounts.services.writing import only_once, record_change, record_created, write
from accounts.signals import customer_switched

OBJECT_TYPE = "customer"


def create_customer(*, actor: str, **fields: Any) -> Customer:
    """A new tenant. Refused where the code is taken."""
    with _customer_code(fields["code"]):
        customer = Customer.objects.create(**fields)
        record_created(OBJECT_TYPE, customer, actor=actor)
    return customer


def change_customer(customer: Customer, *, actor: str, **fields: Any) -> Customer:
    """Change a tenant. Refused where the code is taken."""
    with _customer_code(fields.get("code", customer.code), customer.pk):
        changed = write(customer, fields)
        record_change(OBJECT_TYPE, customer, changed, actor=actor)
        if "active" in changed:
            customer_switched.send(sender=Customer, customer=customer)
    return customer


def _customer_code(code: str, own: UUID | None = None) -> AbstractContextManager[None]:
    others = Customer.objects.filter(Q(code=code) & ~Q(pk=own))
    return only_once(others, f"A customer with the code {code} exists already.", "codeTaken")
