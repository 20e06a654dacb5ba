"""What a demo begins with: an operator with people, its account at the simulated SatLoc cloud, and a job that is assigned.

All of it or nothing: where the demo's customer exists, nothing is made or changed, whatever people did with it since.
"""

import json
import uuid
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from accounts.models import Customer, User
from accounts.services.customers import create_customer
from accounts.services.users import create_user
from accounts.states import Role, Units
from agmission_partners.variables import PROJECT_DIR
from assignments.models import Job
from assignments.partner_config import PartnerConfig
from assignments.services.assigning import AssignRequest, assign
from assignments.services.destinations import Asked
from assignments.services.jobs import create_job
from partners.models import Partner, PartnerSystemUser
from partners.services.organizations import create_partner
from partners.services.system_users import create_system_user

ACTOR = "demo"
CUSTOMER_CODE = "prairie-air"
PARTNER_CODE, ADAPTER = "SATLOC", "satloc"
JOB_NUMBER = 1001
SWATH_WIDTH = 18.288
"""Metres: the 60 feet of the recorded track."""

# The simulated cloud's own constants, which the hub does not import; a test holds both equal.
CLOUD_LOGIN = "demo@prairie-air.example"
CLOUD_PASSWORD = "prairie-demo-2025"  # noqa: S105  # a documented login of a simulated cloud
TAIL_NUMBER = "HK4704"
BOUNDARY = PROJECT_DIR / "sandbox" / "data" / "ohio-asapplied" / "boundary.geojson"


@dataclass(frozen=True)
class Login:
    """Somebody of the demo. The passwords are documented: a demo is nothing to keep secrets in."""

    username: str
    password: str
    role: Role
    name: str


LOGINS = (
    Login("ops", "wide-open-prairie", Role.OPS, "Olive Ops"),
    Login("office", "rows-of-winter-wheat", Role.CUSTOMER, "Otto Office"),
    Login("pilot", "low-over-the-field", Role.PILOT, "Petra Pilot"),
)


def aircraft_id(tail_number: str) -> str:
    """The id that the simulated cloud gives its aircraft."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"https://sandbox.example/aircraft:{tail_number}"))


def seed() -> bool:
    """Make the demo, unless its customer exists; whether it was made."""
    with transaction.atomic():
        if Customer.objects.filter(code=CUSTOMER_CODE).exists():
            return False
        customer = create_customer(
            actor=ACTOR, code=CUSTOMER_CODE, name="Prairie Air", units=Units.METRIC, time_zone="America/New_York"
        )
        people = {login.role: _person(login, customer) for login in LOGINS}
        account = _account(customer)
        _give(_job(customer), people[Role.PILOT], account, people[Role.OPS])
    return True


def working_logins() -> list[Login]:
    """Those whose password still is the documented one."""
    users = {user.username: user for user in User.objects.filter(username__in=[login.username for login in LOGINS])}
    return [login for login in LOGINS if login.username in users and users[login.username].check_password(login.password)]


def _person(login: Login, customer: Customer) -> User:
    there = User.objects.filter(username=login.username, role=login.role).first()
    if login.role == Role.OPS and there:
        return there
    return create_user(
        actor=ACTOR,
        username=login.username,
        password=login.password,
        role=login.role,
        name=login.name,
        customer=None if login.role == Role.OPS else customer,
    )


def _account(customer: Customer) -> PartnerSystemUser:
    partner = Partner.objects.filter(code=PARTNER_CODE).first() or create_partner(
        actor=ACTOR,
        code=PARTNER_CODE,
        name="SatLoc Cloud",
        adapter=ADAPTER,
        login={"username": "satloc", "name": "SatLoc Cloud"},
        configuration={},
    )
    return create_system_user(
        actor=ACTOR,
        partner=partner,
        customer=customer,
        name="Prairie Air at SatLoc",
        partner_username=CLOUD_LOGIN,
        api_secret=CLOUD_PASSWORD,
    )


def _job(customer: Customer) -> Job:
    taken = Job.objects.filter(number=JOB_NUMBER).exists()
    areas: dict[str, Any] = json.loads(BOUNDARY.read_text("utf-8"))
    return create_job(
        actor=ACTOR,
        number=None if taken else JOB_NUMBER,
        customer=customer,
        name="Ohio field",
        spray_areas=areas,
        swath_width=SWATH_WIDTH,
        app_rate=28.0,
    )


def _give(job: Job, pilot: User, account: PartnerSystemUser, user: User) -> None:
    config = PartnerConfig.from_wire(
        {"aircraftId": aircraft_id(TAIL_NUMBER), "systemUserId": str(account.pk), "pollInterval": 15_000}
    )
    asked = Asked(uid=str(pilot.pk), partner_type=ADAPTER, config=config)
    result = assign(job, AssignRequest(as_users=(asked,)), user)
    if result.refused:
        raise ValueError(f"the demo's job cannot be assigned: {result.refused[0].message}")
