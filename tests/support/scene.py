"""The usual cast of a test: an operator with people, a partner, an account there with an aircraft, and a job."""

import itertools
from typing import Any

from accounts.models import Customer, User
from accounts.states import Role
from assignments.models import Job
from partners.models import Partner, PartnerSystemUser
from tests.support.fields import FIELD

_numbers = itertools.count(7001)


def a_customer(code: str = "prairie", **fields: Any) -> Customer:
    return Customer.objects.create(code=code, name=f"{code.title()} Air", **fields)


def a_user(customer: Customer | None, role: Role = Role.PILOT, **fields: Any) -> User:
    """Somebody of the customer; without one, ops."""
    role = role if customer else Role.OPS
    name = f"{role}{next(_numbers)}"
    return User.objects.create_user(username=name, password="crop-duster-9", role=role, customer=customer, **fields)


def a_job(customer: Customer, **fields: Any) -> Job:
    fields = {"spray_areas": FIELD, "swath_width": 20.0, "app_rate": 15.0, **fields}
    return Job.objects.create(number=next(_numbers), customer=customer, name="North field", **fields)


def a_partner(code: str = "SATLOC", adapter: str = "satloc", **fields: Any) -> Partner:
    return Partner.objects.create(code=code, name=code.title(), adapter=adapter, **fields)


def an_account(customer: Customer, partner: Partner, username: str = "prairie", **fields: Any) -> PartnerSystemUser:
    return PartnerSystemUser.objects.create(
        partner=partner, customer=customer, partner_username=username, api_secret="sky-high-5", **fields
    )
