"""Two who press «assign» at the same moment, and lists as long as they come."""

import subprocess
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from accounts.states import Role
from assignments.models import Job, JobAssignment, SyncOperation
from assignments.services.assigning import AssignRequest, assign
from assignments.states import AssignmentStatus
from partners.models import Aircraft
from tests.assignments.conftest import Scene
from tests.assignments.test_assigning import internal, satloc
from tests.support.scene import a_customer, a_job, a_partner, a_user, an_account
from work.models import Event

START = Callable[..., subprocess.Popen[str]]

PRESS = """
import sys
from accounts.models import User
from assignments.models import Job
from assignments.partner_config import PartnerConfig
from assignments.services.assigning import AssignRequest, assign
from assignments.services.destinations import Asked

number, office, aircraft, *pilots = sys.argv[1:]
config = PartnerConfig.from_wire({"aircraftId": aircraft})
request = AssignRequest(tuple(Asked(pilot, "satloc", config) for pilot in pilots))
print("ready", flush=True)
sys.stdin.readline()
result = assign(Job.objects.get(pk=number), request, User.objects.get(pk=office))
print(*(one.assignment.pk for one in result.assigned))
"""


def both_at_once(start: START, job: Job, office: User, pilots: list[User], aircraft: tuple[str, str]) -> list[list[str]]:
    """What the two answered, let go at the same moment."""
    keys = [str(pilot.pk) for pilot in pilots]
    processes = [start(PRESS, str(job.number), str(office.pk), one, *keys) for one in aircraft]
    for process in processes:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin
        process.stdin.write("go\n")
        process.stdin.flush()
    answers = [process.communicate(timeout=60) for process in processes]
    assert [process.returncode for process in processes] == [0, 0], answers
    return [sorted(out.split()) for out, _ in answers]


@pytest.mark.race
@pytest.mark.parametrize("aircraft", [("N1", "N1"), ("N1", "N2")])
def test_two_presses_at_once_make_one_assignment_each(second_process: START, aircraft: tuple[str, str]) -> None:
    customer = a_customer()
    an_account(customer, a_partner())
    office, pilots, job = a_user(customer, Role.CUSTOMER), [a_user(customer) for _ in range(20)], a_job(customer)
    first, second = both_at_once(second_process, job, office, pilots, aircraft)
    assert first == second
    standing = JobAssignment.objects.exclude(status=AssignmentStatus.CANCELLED)
    assert sorted(str(key) for key in standing.values_list("user", flat=True)) == sorted(str(pilot.pk) for pilot in pilots)
    assert SyncOperation.objects.count() == len(pilots)
    assert Event.objects.filter(name="assigned").count() == len(pilots)
    assert Aircraft.objects.count() == len(set(aircraft))


def once_before(statement: str, change: Callable[[], object]) -> Any:
    """Makes a change just before the first statement that begins like this: what another process may do."""
    done: list[bool] = []

    def interpose(execute: Any, sql: str, parameters: Any, many: bool, context: Any) -> Any:
        if sql.startswith(statement) and not done:
            done.append(True)
            change()
        return execute(sql, parameters, many, context)

    return connection.execute_wrapper(interpose)


def test_an_assignment_that_something_else_made_meanwhile_is_taken_up(scene: Scene) -> None:
    request = AssignRequest((internal(scene.pilot),))
    with once_before(
        'INSERT INTO "assignments_jobassignment"', lambda: JobAssignment.objects.create(job=scene.job, user=scene.pilot)
    ):
        assert len(assign(scene.job, request, scene.office).assigned) == 1
    assert JobAssignment.objects.count() == 1


def test_an_assignment_that_moved_on_meanwhile_is_looked_at_again(scene: Scene) -> None:
    assign(scene.job, AssignRequest((satloc(scene.pilot),)), scene.office)
    request = AssignRequest((satloc(scene.pilot, priority="high"),))
    with once_before('UPDATE "assignments_jobassignment"', lambda: JobAssignment.objects.update(status=AssignmentStatus.SENT)):
        assert len(assign(scene.job, request, scene.office).assigned) == 1


@pytest.mark.parametrize(("users", "most"), [(10, 16), (500, 60)])
def test_a_long_list_is_made_in_few_statements(scene: Scene, users: int, most: int) -> None:
    """SQLite takes 999 values a statement, hence more of them for more rows; none is per user."""
    people = [User(username=f"p{number}", role=Role.PILOT, customer=scene.customer) for number in range(users)]
    pilots = User.objects.bulk_create(people)
    request = AssignRequest(tuple(satloc(pilot, f"N{number}") for number, pilot in enumerate(pilots)))
    with CaptureQueriesContext(connection) as first:
        assert len(assign(scene.job, request, scene.office).assigned) == users
    with CaptureQueriesContext(connection) as again:
        assign(scene.job, request, scene.office)
    assert len(first) <= most, [query["sql"][:90] for query in first]
    assert len(again) <= 14, [query["sql"][:90] for query in again]


@pytest.mark.parametrize(("users", "most"), [(2, 24), (100, 32)])
@pytest.mark.parametrize("change", ["taken away", "sent elsewhere", "listed less often", "given to the pilot alone"])
def test_a_long_list_is_changed_in_few_statements(scene: Scene, users: int, most: int, change: str) -> None:
    pilots = [a_user(scene.customer) for _ in range(users)]
    assign(scene.job, AssignRequest(tuple(satloc(pilot, f"N{n}") for n, pilot in enumerate(pilots))), scene.office)
    asked = {
        "taken away": (),
        "sent elsewhere": tuple(satloc(pilot, f"M{n}") for n, pilot in enumerate(pilots)),
        "listed less often": tuple(satloc(pilot, f"N{n}", pollInterval=90_000) for n, pilot in enumerate(pilots)),
        "given to the pilot alone": tuple(internal(pilot) for pilot in pilots),
    }[change]
    with CaptureQueriesContext(connection) as queries:
        assign(scene.job, AssignRequest(asked), scene.office)
    assert len(queries) <= most, [query["sql"][:90] for query in queries]
