"""`jobs/{number}/file`: who takes a job along, and what is known of it from then on."""

import json
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from accounts.states import Role
from assignments.models import Job, JobAssignment
from assignments.services.assigning import AssignRequest, assign
from assignments.services.endings import complete
from assignments.services.jobs import change_job
from assignments.services.taking_along import note_taken
from assignments.states import DownloadOption
from tests.assignments.conftest import Scene
from tests.assignments.test_assigning import internal, satloc
from tests.support.api import as_user, complaints
from tests.support.scene import a_customer, a_job, a_partner, a_user
from tests.support.together import together
from tests.support.world import a_partner_login
from work import history
from work.models import Attention, Event


@pytest.fixture
def assignment(scene: Scene) -> JobAssignment:
    request = AssignRequest((internal(scene.pilot),), dl_op_type=DownloadOption.GEOJSON)
    return assign(scene.job, request, scene.office).assigned[0].assignment


def take(scene: Scene, by: User | None = None, **headers: str) -> Any:
    return as_user(by or scene.pilot).get(f"/api/v1/jobs/{scene.job.number}/file", headers=headers)


def edit(scene: Scene, **fields: Any) -> None:
    change_job(Job.objects.get(pk=scene.job.pk), actor="test", **fields)


def told(assignment: JobAssignment) -> list[str]:
    """What the history says of downloads, oldest first."""
    events = history.of("assignment", assignment.pk).filter(reason__contains="downloaded").order_by("id")
    return [f"{event.name}: {event.reason}" for event in events]


def row_of(scene: Scene, assignment: JobAssignment) -> dict[str, Any]:
    row: dict[str, Any] = as_user(scene.office).get(f"/api/v1/assignments/{assignment.pk}/").json()
    return row


@pytest.mark.parametrize(
    ("option", "kind", "name"),
    [
        (1, "application/vnd.google-earth.kml+xml", "kml"),
        (2, "application/zip", "zip"),
        (3, "application/geo+json", "geojson"),
        (4, "application/json", "json"),
    ],
)
def test_the_file_is_in_the_jobs_own_format(scene: Scene, assignment: JobAssignment, option: int, kind: str, name: str) -> None:
    Job.objects.update(dl_op_type=option, name='../\r\nSet-Cookie: x="1" 🌾')
    response = take(scene)
    assert response.status_code == 200
    assert (response["Content-Type"], len(response.content)) == (kind, int(response["Content-Length"]))
    assert response["Content-Disposition"] == f'attachment; filename="agm_job_{scene.job.number}.{name}"'


@pytest.mark.parametrize("accept", ["application/geo+json", "text/html", "image/png", "*/*"])
def test_it_comes_whatever_the_client_says_that_it_accepts(scene: Scene, assignment: JobAssignment, accept: str) -> None:
    assert take(scene, Accept=accept)["Content-Type"] == "application/geo+json"


@pytest.mark.parametrize("end", ["", "/"])
def test_the_address_is_served_with_and_without_its_slash(scene: Scene, assignment: JobAssignment, end: str) -> None:
    assert as_user(scene.pilot).get(f"/api/v1/jobs/{scene.job.number}/file{end}").status_code == 200


def test_a_job_without_a_format_has_no_file(scene: Scene) -> None:
    response = take(scene, scene.office)
    assert (response.status_code, complaints(response)) == (409, {"": "noFileFormat"})
    assert "dlOp" in response.json()["detail"]


@pytest.mark.parametrize("option", [1, 2, 3, 4])
def test_a_job_without_areas_has_no_file_and_marks_nothing(scene: Scene, assignment: JobAssignment, option: int) -> None:
    Job.objects.update(spray_areas={}, dl_op_type=option)
    response = take(scene)
    assert (response.status_code, complaints(response)) == (409, {"": "nothingToFly"})
    assert row_of(scene, assignment)["status"] == 0


def test_a_pilots_download_marks_its_assignment_once(scene: Scene, assignment: JobAssignment) -> None:
    for _ in range(3):
        assert take(scene).status_code == 200
    row = row_of(scene, assignment)
    assert (row["status"], row["sentRevision"], row["outdated"]) == (1, 1, False)
    assert told(assignment) == ["moved: revision 1 of the job's file was downloaded"]
    assert history.of("assignment", assignment.pk).filter(actor__contains=scene.pilot.username).count() == 1


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_two_downloads_at_once_are_one_mark() -> None:
    customer = a_customer()
    pilot, job = a_user(customer), a_job(customer, dl_op_type=3)
    mine = JobAssignment.objects.create(job=job, user=pilot)
    together(*[lambda: note_taken(Job.objects.get(pk=job.pk), pilot)] * 4)
    mine.refresh_from_db()
    assert (mine.status, mine.sent_revision, len(told(mine))) == (1, 1, 1)


@pytest.mark.parametrize("role", [Role.OPS, Role.CUSTOMER])
def test_the_office_may_look_without_marking_anything(scene: Scene, assignment: JobAssignment, role: Role) -> None:
    who = scene.office if role == Role.CUSTOMER else a_user(None)
    assert take(scene, who).status_code == 200
    assert (row_of(scene, assignment)["status"], told(assignment)) == (0, [])


def test_an_owner_who_flies_marks_the_own_assignment_only(scene: Scene, assignment: JobAssignment) -> None:
    request = AssignRequest((internal(scene.pilot), internal(scene.office)))
    own = assign(scene.job, request, scene.office).assigned[1].assignment
    take(scene, scene.office)
    assert (row_of(scene, own)["status"], row_of(scene, assignment)["status"]) == (1, 0)


def test_a_look_at_the_head_marks_nothing(scene: Scene, assignment: JobAssignment) -> None:
    response = as_user(scene.pilot).head(f"/api/v1/jobs/{scene.job.number}/file")
    assert (response.status_code, row_of(scene, assignment)["status"]) == (200, 0)


def test_what_a_partner_is_sent_is_not_marked_by_the_pilots_file(scene: Scene) -> None:
    request = AssignRequest((satloc(scene.pilot),), dl_op_type=DownloadOption.KML)
    made = assign(scene.job, request, scene.office).assigned[0].assignment
    assert take(scene).status_code == 200
    row = row_of(scene, made)
    assert (row["status"], row["sentRevision"]) == (0, None)


def test_an_edited_job_is_outdated_until_the_pilot_takes_it_again(scene: Scene, assignment: JobAssignment) -> None:
    take(scene)
    edit(scene, swath_width=7.0)
    assert row_of(scene, assignment)["outdated"] is True
    (asked,) = Attention.objects.filter(settled_at__isnull=True)
    assert (asked.kind, "the pilot has revision 1" in asked.reason) == ("fileOutdated", True)
    assert json.loads(take(scene).content)["features"][0]["properties"]["swathWidth"] == 7.0
    row = row_of(scene, assignment)
    assert (row["outdated"], row["sentRevision"], row["status"]) == (False, 2, 1)
    assert not Attention.objects.filter(settled_at__isnull=True).exists()
    assert told(assignment)[1:] == ["downloaded: revision 2 of the job's file was downloaded"]


def test_a_job_edited_while_its_file_was_made_is_outdated(scene: Scene, assignment: JobAssignment) -> None:
    in_hand = Job.objects.get(pk=scene.job.pk)
    edit(scene, swath_width=7.0)
    note_taken(in_hand, scene.pilot)
    assert row_of(scene, assignment)["outdated"] is True
    assert Attention.objects.get(settled_at__isnull=True).kind == "fileOutdated"
    note_taken(Job.objects.get(pk=scene.job.pk), scene.pilot)
    note_taken(in_hand, scene.pilot)
    assert row_of(scene, assignment)["sentRevision"] == 2


def test_a_completed_assignments_file_can_be_looked_at_again(scene: Scene, assignment: JobAssignment) -> None:
    complete(assignment, actor="test")
    assert take(scene).status_code == 200
    assert (row_of(scene, assignment)["status"], told(assignment)) == (2, [])


def test_what_was_taken_along_is_kept_when_the_job_is_assigned_anew(scene: Scene, assignment: JobAssignment) -> None:
    take(scene)
    assign(scene.job, AssignRequest(), scene.office)
    assert row_of(scene, assignment)["status"] == 1


def test_others_find_no_file(scene: Scene, assignment: JobAssignment) -> None:
    rival = a_customer("rival")
    for stranger in (a_user(rival, Role.CUSTOMER), a_user(rival), a_user(scene.customer), a_partner_login(a_partner("X"))):
        assert take(scene, stranger).status_code == 404
    assert not Event.objects.filter(name="downloaded").exists()


def test_a_file_taken_again_costs_few_statements(scene: Scene, assignment: JobAssignment) -> None:
    client, address = as_user(scene.pilot), f"/api/v1/jobs/{scene.job.number}/file"
    client.get(address)
    with CaptureQueriesContext(connection) as queries:
        client.get(address)
    # session, user with customer, the job, the pilot's own assignment
    assert len(queries) == 4, [query["sql"] for query in queries]
