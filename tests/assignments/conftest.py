from dataclasses import dataclass

import pytest

from accounts.models import Customer, User
from accounts.states import Role
from assignments.models import Job
from partners.models import Partner, PartnerSystemUser
from tests.support.scene import a_customer, a_job, a_partner, a_user, an_account


@dataclass
class Scene:
    customer: Customer
    office: User
    pilot: User
    partner: Partner
    account: PartnerSystemUser
    job: Job


@pytest.fixture
def scene(db: None) -> Scene:
    customer = a_customer()
    partner = a_partner()
    return Scene(
        customer=customer,
        office=a_user(customer, Role.CUSTOMER),
        pilot=a_user(customer),
        partner=partner,
        account=an_account(customer, partner),
        job=a_job(customer),
    )
