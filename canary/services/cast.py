"""Who plays in a run, and the job that is sent: made as it begins, and taken away with it."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import make_password

from accounts.models import Customer, User
from accounts.states import Role
from assignments.partner_config import PartnerConfig
from assignments.services.assigning import AssignRequest, assign
from assignments.services.destinations import Asked
from assignments.services.jobs import create_job
from partners.models import Partner, PartnerSystemUser
from work.apart import OWNER
from work.clock import now
from work.errors import Refused

NAME = "~canary"
ACTOR = "canary"
ADAPTER = "satloc"
JOB_NUMBER = 0
"""Below every number that people can give, and that `create_job` gives."""

# The simulated cloud's own constants, which the hub does not import; a test holds both equal.
CLOUD_LOGIN = "demo@delta-ag.example"
CLOUD_PASSWORD = "delta-demo-2025"  # noqa: S105  # a documented login of a simulated cloud
AIRCRAFT_ID = "b3d21fed-558d-5c88-af75-8425d27e6ef8"

SWATH_WIDTH = 20.0
FIELD: dict[str, Any] = {
    "type": "FeatureCollection",
    "features": [
        {
            "type": "Feature",
            "properties": {"name": "A square of the ocean"},
            "geometry": {
                "type": "Polygon",
                "coordinates": [[[0.0, 0.0], [0.003, 0.0], [0.003, 0.0015], [0.0, 0.0015], [0.0, 0.0]]],
            },
        }
    ],
}


def send_job() -> None:
    """Make the cast and the job and assign it, as an office does; its upload is due then. Runs in a transaction."""
    customer, pilot = _people()
    _account(customer)
    job = create_job(
        actor=ACTOR, number=JOB_NUMBER, customer=customer, name=NAME, spray_areas=FIELD, swath_width=SWATH_WIDTH, app_rate=20.0
    )
    config = PartnerConfig.from_wire({"aircraftId": AIRCRAFT_ID})
    asked = Asked(uid=str(pilot.pk), partner_type=ADAPTER, config=config)
    result = assign(job, AssignRequest(as_users=(asked,)), pilot)
    for refusal in result.refused:
        raise Refused(refusal.message, refusal.code)


def _people() -> tuple[Customer, User]:
    customer = Customer(pk=OWNER, code=NAME, name=NAME)
    Customer.objects.bulk_create([customer])
    pilot = User(pk=OWNER, username=NAME, name=NAME, role=Role.PILOT, customer=customer, password=make_password(None))
    User.objects.bulk_create([pilot])
    return customer, pilot


def _older_than_this_run() -> timedelta:
    """Logs of earlier runs are left alone; the cloud dates them by a clock of its own, which may be off a little."""
    interval = settings.HUB.canary.interval if settings.HUB.canary else timedelta(0)
    return max(timedelta(minutes=1), interval / 2)


def _account(customer: Customer) -> None:
    """Made past the signals that have a partner checked: whether it is there shows with the run."""
    partner = Partner(pk=OWNER, code=NAME, name=NAME, adapter=ADAPTER)
    Partner.objects.bulk_create([partner])
    account = PartnerSystemUser(
        pk=OWNER, partner=partner, customer=customer, name=NAME,
        partner_username=CLOUD_LOGIN, api_secret=CLOUD_PASSWORD, logs_since=now() - _older_than_this_run(),
    )  # fmt: skip
    PartnerSystemUser.objects.bulk_create([account])
