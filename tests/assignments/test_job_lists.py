"""Lists of jobs by what they were given to, and the list of a job's assignments."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.states import Role
from assignments.models import Job, JobAssignment
from assignments.services.assigning import AssignRequest, assign
from assignments.services.endings import cancel
from tests.assignments.conftest import Scene
from tests.assignments.test_assigning import internal, satloc, sent
from tests.support.api import as_user, complaints
from tests.support.scene import a_customer, a_job, a_user


def numbers(response: Any) -> list[int]:
    assert response.status_code == 200, response.content
    return [row["number"] for row in response.json()["results"]]


@pytest.fixture
def given(scene: Scene) -> JobAssignment:
    """The scene's job is flown by the pilot's aircraft and the office; there is another job that nobody has."""
    a_job(scene.customer, start_date="2026-07-01", end_date="2026-07-31")
    Job.objects.filter(pk=scene.job.pk).update(start_date="2026-06-01", end_date="2026-06-30")
    return assign(scene.job, AssignRequest((satloc(scene.pilot), internal(scene.office))), scene.office).assigned[0].assignment


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"userId": "pilot"}, True),
        ({"partnerType": "satloc"}, True),
        ({"partnerType": "internal"}, True),
        ({"partnerType": "dji"}, False),
        ({"partnerSystemUserId": "account"}, True),
        ({"aircraftId": "N1"}, True),
        ({"aircraftId": "N2"}, False),
        ({"outdated": "true"}, False),
        ({"outdated": "false", "aircraftId": "N1"}, True),
        ({"dateFrom": "2026-06-30", "dateTo": "2026-06-30"}, True),
        ({"dateTo": "2026-05-31"}, False),
        ({"dateFrom": "2026-06-01", "dateTo": "2026-06-15", "status": "open"}, True),
    ],
)
def test_jobs_are_found_by_what_they_were_given_to(
    scene: Scene, given: JobAssignment, query: dict[str, str], found: bool
) -> None:
    things = {"pilot": scene.pilot, "account": scene.account}
    asked = {name: things[value].pk if value in things else value for name, value in query.items()}
    assert numbers(as_user(scene.office).get("/api/v1/jobs/", asked)) == ([scene.job.number] if found else [])


def test_an_edited_job_is_found_as_outdated(scene: Scene, given: JobAssignment) -> None:
    sent(given)
    Job.objects.filter(pk=scene.job.pk).update(revision=2)
    client = as_user(scene.office)
    assert numbers(client.get("/api/v1/jobs/", {"outdated": "true"})) == [scene.job.number]
    assert scene.job.number not in numbers(client.get("/api/v1/jobs/", {"outdated": "false"}))


def test_a_job_that_was_taken_back_is_not_found_by_it(scene: Scene, given: JobAssignment) -> None:
    cancel(given, actor="test")
    assert numbers(as_user(scene.office).get("/api/v1/jobs/", {"aircraftId": "N1"})) == []


def test_a_pilot_does_not_learn_who_else_has_its_job(scene: Scene, given: JobAssignment) -> None:
    colleague = a_user(scene.customer)
    assign(scene.job, AssignRequest((satloc(scene.pilot), internal(colleague))), scene.office)
    client = as_user(colleague)
    assert numbers(client.get("/api/v1/jobs/", {"partnerType": "internal"})) == [scene.job.number]
    assert numbers(client.get("/api/v1/jobs/", {"partnerType": "satloc"})) == []
    assert numbers(client.get("/api/v1/jobs/", {"aircraftId": "N1"})) == []


@pytest.mark.parametrize("query", [{"userId": "7"}, {"partnerSystemUserId": "x"}])
def test_a_filter_that_names_nothing_is_404(scene: Scene, query: dict[str, str]) -> None:
    response = as_user(scene.office).get("/api/v1/jobs/", query)
    assert (response.status_code, complaints(response)) == (404, {next(iter(query)): "notFound"})


@pytest.mark.parametrize("query", [{"dateFrom": "2026"}, {"dateTo": "2026-06-31"}, {"outdated": "yes"}])
def test_a_filter_that_makes_no_sense_is_refused_by_name(scene: Scene, query: dict[str, str]) -> None:
    response = as_user(scene.office).get("/api/v1/jobs/", query)
    assert (response.status_code, set(complaints(response))) == (400, set(query))


def assignments_of(scene: Scene, user: Any, **query: Any) -> list[str]:
    response = as_user(user).get(f"/api/v1/jobs/{scene.job.number}/assignments/", query)
    assert response.status_code == 200, response.content
    return [row["userId"] for row in response.json()["results"]]


def test_a_job_lists_its_assignments_and_no_others(scene: Scene, given: JobAssignment) -> None:
    assign(a_job(scene.customer), AssignRequest((satloc(scene.pilot, "N9"),)), scene.office)
    assert set(assignments_of(scene, scene.office)) == {str(scene.pilot.pk), str(scene.office.pk)}
    assert assignments_of(scene, scene.office, partnerType="satloc") == [str(scene.pilot.pk)]
    assert assignments_of(scene, scene.office, needsSync="true", pageSize=1) == [str(scene.pilot.pk)]
    assert assignments_of(scene, scene.pilot) == [str(scene.pilot.pk)]


def test_it_shows_what_the_list_of_assignments_shows(scene: Scene, given: JobAssignment) -> None:
    client = as_user(scene.office)
    rows = client.get(f"/api/v1/jobs/{scene.job.number}/assignments").json()["results"]
    assert rows == client.get("/api/v1/assignments/", {"jobNumber": scene.job.number}).json()["results"]


def test_others_find_no_job_to_list_them_of(scene: Scene, given: JobAssignment) -> None:
    rival = a_customer("rival")
    for stranger in (a_user(rival, Role.CUSTOMER), a_user(rival), a_user(scene.customer)):
        assert as_user(stranger).get(f"/api/v1/jobs/{scene.job.number}/assignments/").status_code == 404


def test_it_costs_the_same_however_many_there_are(scene: Scene, given: JobAssignment) -> None:
    pilots = [a_user(scene.customer) for _ in range(20)]
    client, counts = as_user(scene.office), []
    for asked in ((), tuple(satloc(pilot, f"N{n}") for n, pilot in enumerate(pilots))):
        assign(scene.job, AssignRequest((satloc(scene.pilot, "N50"), *asked)), scene.office)
        with CaptureQueriesContext(connection) as queries:
            client.get(f"/api/v1/jobs/{scene.job.number}/assignments/")
        counts.append(len(queries))
    assert counts == [6, 6]
