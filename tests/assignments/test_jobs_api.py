"""`jobs/`."""

import copy
from datetime import date
from typing import Any

import pytest
from django.db.models.functions import Now

from accounts.models import User
from accounts.states import Role
from assignments.models import Job, JobAssignment, SyncOperation
from assignments.services import uploads
from flightdata.models import JobFlight
from tests.support.api import as_user, complaints
from tests.support.scene import FIELD, a_customer, a_job, a_user
from tests.support.together import together
from tests.support.world import Tenant, a_tenant
from work import history
from work.models import Attention

PATH = "/api/v1/jobs/"
EMPTY = {"type": "FeatureCollection", "features": []}


@pytest.fixture
def own(db: None) -> Tenant:
    return a_tenant("prairie")


@pytest.fixture
def job(own: Tenant) -> Job:
    """A job that nobody was given."""
    return a_job(own.customer)


def address(job: Job) -> str:
    return f"{PATH}{job.pk}/"


def sent(assignment: JobAssignment) -> None:
    """The assignment as after its upload."""
    uploads.enqueue(assignment, actor="test")
    JobAssignment.objects.filter(pk=assignment.pk).update(status=1, sent_revision=assignment.job.revision)
    SyncOperation.objects.update(status="synced", due_at=None, rank_at=None, first_tried_at=Now())


def test_a_job_is_made_read_changed_and_deleted(own: Tenant) -> None:
    client = as_user(own.office)
    body = {
        "number": 4711,
        "name": "North",
        "sprayAreas": FIELD,
        "excludedAreas": EMPTY,
        "swathWidth": 18.5,
        "measureUnit": False,
        "appRate": 28,
        "startDate": "2025-06-01",
        "endDate": "2025-06-30",
        "dlOp": {"type": 3},
    }
    made = client.post(PATH, body)
    assert made.status_code == 201
    row = made.json()
    assert {name: row[name] for name in body} == body
    assert (row["revision"], row["status"], row["customerId"]) == (1, "open", str(own.customer.pk))
    assert client.get(f"{PATH}4711/").json() == row
    assert client.patch(f"{PATH}4711/", {"dlOp": {"type": 1}}).json()["dlOp"] == {"type": 1}
    assert client.delete(f"{PATH}4711/").status_code == 204
    assert client.get(f"{PATH}4711/").status_code == 404
    assert [event.name for event in history.of("job", 4711)] == ["deleted", "changed", "created"]


def test_a_job_shows_its_fields_and_no_others(own: Tenant) -> None:
    row = as_user(own.office).get(address(own.job)).json()
    expected = {"number", "customerId", "name", "sprayAreas", "excludedAreas", "swathWidth", "measureUnit", "appRate"}
    expected |= {"startDate", "endDate", "dlOp", "revision", "status", "progress", "createdAt", "updatedAt"}
    assert set(row) == expected
    assert row["excludedAreas"] == EMPTY
    assert isinstance(row["number"], int)


def test_what_was_read_can_be_put_back(own: Tenant) -> None:
    client = as_user(own.office)
    row = client.get(address(own.job)).json()
    assert client.put(address(own.job), row).json() == {**row, "excludedAreas": EMPTY} | {
        name: client.get(address(own.job)).json()[name] for name in ("updatedAt", "revision")
    }


def test_putting_it_back_twice_changes_nothing(own: Tenant) -> None:
    client = as_user(own.office)
    client.put(address(own.job), client.get(address(own.job)).json())
    row = client.get(address(own.job)).json()
    assert client.put(address(own.job), row).json() == row


def test_without_a_number_the_next_one_is_taken(own: Tenant) -> None:
    highest = Job.objects.order_by("-number").first().number  # type: ignore[union-attr]
    assert as_user(own.office).post(PATH, {"name": "N"}).json()["number"] == highest + 1


def test_a_number_that_is_taken_is_a_conflict(own: Tenant) -> None:
    response = as_user(own.office).post(PATH, {"number": own.job.number})
    assert response.status_code == 409
    assert complaints(response) == {"": "jobNumberTaken"}


@pytest.mark.django_db(transaction=True)
def test_jobs_made_at_the_same_moment_get_numbers_of_their_own() -> None:
    office = a_user(a_customer(), Role.CUSTOMER)
    numbers = together(*[lambda: as_user(office).post(PATH, {"name": "N"}).json()["number"]] * 4)
    assert sorted(numbers) == [1, 2, 3, 4]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("number", 0),
        ("number", -1),
        ("number", 2**53),
        ("number", True),
        ("number", "x"),
        ("swathWidth", 0),
        ("swathWidth", -1),
        ("swathWidth", "NaN"),
        ("swathWidth", "1e999"),
        ("swathWidth", True),
        ("appRate", -0.1),
        ("startDate", "2025-02-30"),
        ("startDate", "soon"),
        ("startDate", 20250601),
        ("status", "done"),
        ("measureUnit", "feet"),
        ("dlOp", 3),
        ("swath_width", 3),
    ],
)
def test_a_wrong_field_is_named(own: Tenant, field: str, value: Any) -> None:
    response = as_user(own.office).post(PATH, {"name": "N", field: value})
    assert response.status_code == 400
    assert set(complaints(response)) == {field}


@pytest.mark.parametrize(("dl_op", "culprit"), [({"type": 5}, "dlOp.type"), ({}, "dlOp.type"), ({"type": 1, "a": 1}, "dlOp.a")])
def test_a_wrong_download_option_is_named(own: Tenant, dl_op: Any, culprit: str) -> None:
    response = as_user(own.office).post(PATH, {"name": "N", "dlOp": dl_op})
    assert set(complaints(response)) == {culprit}


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("2025-06-01", date(2025, 6, 1)),
        ("2025-06-01T23:59:59-05:00", date(2025, 6, 1)),
        ("2025-06-01T00:00:00Z", date(2025, 6, 1)),
        (None, None),
    ],
)
def test_the_date_of_a_time_counts_as_it_is_written(own: Tenant, given: str | None, kept: date | None) -> None:
    row = as_user(own.office).post(PATH, {"name": "N", "endDate": given}).json()
    assert Job.objects.get(number=row["number"]).end_date == kept


@pytest.mark.parametrize("body", [{"startDate": "2025-06-02", "endDate": "2025-06-01"}, {"endDate": "2025-05-31"}])
def test_a_job_does_not_end_before_it_starts(own: Tenant, body: dict[str, str]) -> None:
    Job.objects.update(start_date=date(2025, 6, 1))
    response = as_user(own.office).patch(address(own.job), body)
    assert response.status_code == 400
    assert complaints(response) == {"endDate": "endsBeforeStart"}


@pytest.mark.parametrize("field", ["sprayAreas", "excludedAreas"])
def test_a_wrong_area_is_named_by_its_place(own: Tenant, field: str) -> None:
    crossed = copy.deepcopy(FIELD)
    ring = crossed["features"][0]["geometry"]["coordinates"][0]  # type: ignore[index]
    ring[1], ring[2] = ring[2], ring[1]
    response = as_user(own.office).patch(address(own.job), {field: crossed})
    assert response.status_code == 400
    assert complaints(response) == {f"{field}.features[0].geometry": "invalidGeometry"}
    assert "Self-intersection" in response.json()["detail"]


@pytest.mark.parametrize(
    ("change", "raises"),
    [
        ({"name": "Other"}, True),
        ({"sprayAreas": EMPTY}, True),
        ({"excludedAreas": FIELD}, True),
        ({"swathWidth": 7}, True),
        ({"appRate": 7}, True),
        ({"startDate": "2025-01-01"}, True),
        ({"endDate": "2025-01-01"}, True),
        ({"dlOp": {"type": 2}}, False),
        ({"name": "North field", "swathWidth": 20.0}, False),
        ({}, False),
    ],
)
def test_what_is_sent_raises_the_revision_and_makes_assignments_outdated(
    own: Tenant, change: dict[str, Any], raises: bool
) -> None:
    sent(own.assignment)
    row = as_user(own.office).patch(address(own.job), change).json()
    assert row["revision"] == (2 if raises else 1)
    waiting = Attention.objects.filter(kind="assignmentOutdated", object_id=str(own.assignment.pk))
    assert waiting.exists() is raises


def test_units_may_change_until_the_job_was_uploaded(own: Tenant) -> None:
    client = as_user(own.office)
    assert client.patch(address(own.job), {"measureUnit": True}).json()["measureUnit"] is True
    assert Job.objects.get(pk=own.job.pk).swath_width_metres == pytest.approx(6.096)
    sent(own.assignment)
    response = client.patch(address(own.job), {"measureUnit": False})
    assert response.status_code == 409
    assert complaints(response) == {"": "measureUnitFixed"}
    assert client.patch(address(own.job), {"measureUnit": True}).status_code == 200


def test_closing_completes_assignments_and_opening_leaves_them(own: Tenant) -> None:
    client = as_user(own.office)
    assert client.patch(address(own.job), {"status": "closed"}).json()["status"] == "closed"
    own.assignment.refresh_from_db()
    assert own.assignment.status == 2
    assert client.patch(address(own.job), {"status": "open"}).json()["status"] == "open"
    own.assignment.refresh_from_db()
    assert own.assignment.status == 2
    assert [(e.from_state, e.to_state) for e in history.of("job", own.job.pk)] == [("closed", "open"), ("open", "closed")]


def test_a_job_with_assignments_is_kept(own: Tenant) -> None:
    response = as_user(own.office).delete(address(own.job))
    assert response.status_code == 409
    assert complaints(response) == {"": "jobInUse"}


def test_a_job_with_flights_is_kept(own: Tenant, job: Job) -> None:
    JobFlight.objects.create(application=own.application, job=job, decided_by="rule")
    assert as_user(own.office).delete(address(job)).status_code == 409
    assert Job.objects.filter(pk=job.pk).exists()


def test_a_pilot_reads_the_jobs_given_to_it_and_writes_none(own: Tenant, job: Job) -> None:
    client = as_user(own.pilot)
    assert [row["number"] for row in client.get(PATH).json()["results"]] == [own.job.number]
    assert client.get(address(job)).status_code == 404
    assert client.patch(address(own.job), {"name": "X"}).status_code == 403
    assert client.delete(address(own.job)).status_code == 403
    assert client.post(PATH, {"name": "X"}).status_code == 403


@pytest.mark.parametrize("field", ["number", "customerId"])
def test_number_and_customer_stay(own: Tenant, field: str) -> None:
    value = {"number": 1, "customerId": str(a_customer("delta").pk)}[field]
    response = as_user(a_user(None)).patch(address(own.job), {field: value})
    assert response.status_code == 400
    assert complaints(response) == {field: "fixed"}


def test_a_job_for_anothers_customer_reads_like_one_for_none(own: Tenant) -> None:
    foreign = a_customer("delta")
    errors = [
        as_user(own.office).post(PATH, {"name": "X", "customerId": key}).json()["errors"]
        for key in (str(foreign.pk), str(own.pilot.pk), "x")
    ]
    assert errors[0] == errors[1] == errors[2]
    assert errors[0][0]["field"] == "customerId"


@pytest.mark.parametrize(("search", "found"), [("north", 1), ("zzz", 0), ("9" * 40, 0)])
def test_search_by_name(own: Tenant, search: str, found: int) -> None:
    assert len(as_user(own.office).get(PATH, {"search": search}).json()["results"]) == found


def test_search_by_number_and_status(own: Tenant, job: Job) -> None:
    client = as_user(own.office)
    assert [row["number"] for row in client.get(PATH, {"search": str(job.number)}).json()["results"]] == [job.number]
    assert client.get(PATH, {"status": "closed"}).json()["results"] == []
    assert client.get(PATH, {"status": "lost"}).status_code == 400


def test_ops_say_whose_job_it_is(own: Tenant) -> None:
    ops: User = a_user(None)
    assert complaints(as_user(ops).post(PATH, {"name": "X"})) == {"customerId": "required"}
    assert as_user(ops).post(PATH, {"name": "X", "customerId": str(own.customer.pk)}).status_code == 201
