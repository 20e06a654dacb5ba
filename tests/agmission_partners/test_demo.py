"""The demo: made once, left as people changed it, and equal to what the simulated cloud begins with."""

from io import StringIO
from typing import Any

import pytest
from django.contrib.auth import authenticate
from django.core.management import CommandError, call_command

from accounts.models import Customer, User
from agmission_partners import demo
from agmission_partners.supervisor.banner import Logins
from assignments import areas
from assignments.models import Job, JobAssignment, SyncOperation
from assignments.services.definitions import definition_of
from partners.models import Partner, PartnerSystemUser
from sandbox import demo as cloud
from tests.support.scene import a_customer, a_partner, a_user

pytestmark = pytest.mark.django_db


def seed() -> Logins:
    """What the supervisor reads from it."""
    out, logins = StringIO(), Logins()
    call_command("seed_demo", stdout=out)
    for line in out.getvalue().splitlines():
        logins.read(line)
    return logins


def counts() -> list[int]:
    return [model.objects.count() for model in (Customer, User, Partner, PartnerSystemUser, Job, JobAssignment, SyncOperation)]  # type: ignore[attr-defined]


def test_the_clouds_constants_are_the_clouds() -> None:
    assert (demo.CLOUD_LOGIN, demo.CLOUD_PASSWORD) == (cloud.LOGIN, cloud.PASSWORD)
    assert demo.TAIL_NUMBER in cloud.TAIL_NUMBERS
    assert demo.aircraft_id(demo.TAIL_NUMBER) == cloud.demo_id(f"aircraft:{demo.TAIL_NUMBER}")


def test_a_first_start_makes_all_and_a_second_nothing() -> None:
    first = seed()
    made = counts()
    assert seed() == first
    assert counts() == made == [1, 4, 1, 1, 1, 1, 1]


def test_the_printed_logins_work() -> None:
    found = seed().found
    assert set(found) == {"ops", "office", "pilot"}
    assert all(authenticate(username=username, password=password) for username, password in found.items())


def test_a_changed_password_is_not_printed() -> None:
    seed()
    user = User.objects.get(username="office")
    user.set_password("something-else-7")
    user.save()
    assert set(seed().found) == {"ops", "pilot"}


def test_the_job_is_due_to_be_sent_as_drawn() -> None:
    seed()
    operation = SyncOperation.objects.select_related("assignment__job", "assignment__aircraft").get()
    definition = definition_of(operation)
    assert areas.faults(operation.assignment.job.spray_areas) == []
    assert (definition.swath_width, definition.us_units, len(definition.areas)) == (18.288, False, 1)
    assert definition.aircraft_id == cloud.demo_id("aircraft:HK4704")
    assert operation.due_at is not None


def test_what_is_there_already_is_used() -> None:
    partner, ops = a_partner(), User.objects.create_superuser("ops", password="own-password-3")
    a_user(a_customer())
    seed()
    assert Partner.objects.get() == partner
    assert User.objects.get(username="ops") == ops


def test_a_name_that_somebody_else_has_is_said_and_nothing_is_made() -> None:
    User.objects.create_user("pilot", role="ops")
    with pytest.raises(CommandError, match="DEMO=false"):
        seed()
    assert counts() == [0, 1, 0, 0, 0, 0, 0]


def test_a_deleted_job_does_not_come_back(settings: Any) -> None:
    seed()
    SyncOperation.objects.all().delete()
    JobAssignment.objects.all().delete()
    Job.objects.all().delete()
    seed()
    assert not Job.objects.exists()
