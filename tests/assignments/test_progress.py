"""A job's progress: what the hub knows, and nothing made up."""

from typing import Any

import pytest
from django.db import connection
from django.db.models.functions import Now
from django.test.utils import CaptureQueriesContext

from assignments.models import Job, JobAssignment
from flightdata.models import Coverage, JobFlight
from partners.models import Aircraft
from tests.support.api import as_user
from tests.support.scene import a_job, a_user
from tests.support.world import Tenant, a_tenant

NOTHING = {"uploaded": False, "lastSeen": None, "logsReceived": 0, "areasCovered": None}


@pytest.fixture
def own(db: None) -> Tenant:
    return a_tenant("prairie")


def progress(own: Tenant, job: Job | None = None) -> dict[str, Any]:
    found: dict[str, Any] = as_user(own.office).get(f"/api/v1/jobs/{(job or own.job).pk}/").json()["progress"]
    return found


def measured(own: Tenant, *inside: float | None, **fields: Any) -> Coverage:
    areas = [{"name": f"area {number}", "inside": hectares} for number, hectares in enumerate(inside)]
    fields = {"status": "measured", "measured_at": Now(), "basis": "b", **fields}
    return Coverage.objects.create(job=own.job, areas=areas, **fields)


def test_nothing_is_known_of_a_new_job(own: Tenant) -> None:
    assert progress(own, a_job(own.customer)) == NOTHING
    assert progress(own) == NOTHING


def test_it_is_uploaded_when_a_partner_has_it(own: Tenant) -> None:
    JobAssignment.objects.update(sent_revision=1)
    assert progress(own)["uploaded"] is True
    JobAssignment.objects.update(status=3)
    assert progress(own)["uploaded"] is False


def test_what_a_pilot_took_along_is_not_uploaded(own: Tenant) -> None:
    job = a_job(own.customer)
    JobAssignment.objects.create(job=job, user=own.pilot, sent_revision=1, status=1)
    assert progress(own, job) == NOTHING


def test_the_aircraft_it_was_given_to_was_last_seen(own: Tenant) -> None:
    Aircraft.objects.update(last_seen="2025-06-01T10:00:00Z")
    other = Aircraft.objects.create(system_user=own.account, external_id="x", last_seen="2025-06-02T10:00:00Z")
    second = JobAssignment.objects.create(
        job=own.job, user=own.office, partner_type="satloc", system_user=own.account, aircraft=other
    )
    assert progress(own)["lastSeen"] == "2025-06-02T10:00:00Z"
    JobAssignment.objects.filter(pk=second.pk).update(status=3)
    assert progress(own)["lastSeen"] == "2025-06-01T10:00:00Z"


def test_logs_that_a_newer_version_replaced_were_not_received(own: Tenant) -> None:
    JobFlight.objects.create(application=own.application, job=own.job, decided_by="rule")
    assert progress(own)["logsReceived"] == 1
    type(own.application).objects.update(superseded_at=Now())
    assert progress(own)["logsReceived"] == 0


@pytest.mark.parametrize(("inside", "covered"), [((), 0), ((0.0, 0.0), 0), ((0.0001, 0.0, 3.2), 2), ((None,), 0)])
def test_areas_are_covered_of_which_something_was_sprayed(own: Tenant, inside: tuple[float, ...], covered: int) -> None:
    flight = JobFlight.objects.create(application=own.application, job=own.job, decided_by="rule")
    measured(own, *inside)
    measured(own, 1.0, 1.0, 1.0, 1.0, flight=flight)
    assert progress(own)["areasCovered"] == covered


@pytest.mark.parametrize("why", ["noSwath", "noAreas", "noFlights", "farApart", "workerLost"])
def test_without_figures_no_number_is_made_up(own: Tenant, why: str) -> None:
    measured(own, why_not=why)
    assert progress(own)["areasCovered"] is None


def test_what_waits_for_its_first_measurement_is_not_known(own: Tenant) -> None:
    measured(own, status="waiting", measured_at=None, basis="")
    assert progress(own)["areasCovered"] is None


def test_while_it_is_measured_again_the_last_figures_hold(own: Tenant) -> None:
    measured(own, 1.0, status="waiting")
    assert progress(own)["areasCovered"] == 1


@pytest.mark.parametrize("jobs", [1, 30])
def test_a_list_of_jobs_costs_the_same_however_long_it_is(own: Tenant, jobs: int) -> None:
    for _ in range(jobs - 1):
        Coverage.objects.create(job=a_job(own.customer), status="measured", measured_at=Now(), areas=[{"inside": 1.0}])
    client = as_user(a_user(None))
    with CaptureQueriesContext(connection) as queries:
        assert len(client.get("/api/v1/jobs/").json()["results"]) == jobs
    # session, user, the page, and three for what is known of its jobs
    assert len(queries) == 6, [query["sql"][:90] for query in queries]
