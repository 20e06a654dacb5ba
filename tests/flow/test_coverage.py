"""What was sprayed is measured by itself, and anew when anything it rests on changes."""

import io
import json
from datetime import timedelta

import pytest
from django.test import Client

from assignments.services import jobs
from flightdata import figures, store
from flightdata.models import Coverage, JobFlight
from flightdata.services import coverages, intake
from tests.support.hub import Hub
from tests.support.samples import OHIO_FIELD, OHIO_LOG, beginning_of_ohio
from tests.support.scene import a_user
from work import claims, engine
from work.leases import due

pytestmark = pytest.mark.thorough

SWATH = 18.288


def fly_ohio(hub: Hub, log: bytes = beginning_of_ohio(), **job: object) -> None:
    """The Ohio log, or its beginning, taken in by hand for a job over its field."""
    boundary = json.loads(OHIO_FIELD.read_text())
    hub.job = jobs.create_job(
        actor="test", number=77, customer=hub.customer, **{"spray_areas": boundary, "swath_width": SWATH, **job}
    )
    intake.take_in(hub.customer, io.BytesIO(log), file_name="ohio.log", actor="test", user=hub.pilot, job=hub.job)
    hub.work("flight_data")


def test_the_ohio_field_is_measured_within_one_percent(hub: Hub) -> None:
    fly_ohio(hub, OHIO_LOG.read_bytes())
    shape = figures.of_job(77)
    assert abs(shape["union"] - 33.97) < 0.34
    assert abs(shape["inside"] + shape["outside"] - shape["union"]) < 1e-3
    assert shape["reason"] is None
    assert shape["method"] == {"name": "bands", "version": shape["method"]["version"], "swathWidth": SWATH, "jobRevision": 1}
    of_flight = Coverage.objects.get(flight=JobFlight.objects.get())
    assert of_flight.union == shape["union"]
    layers = json.loads(store.track_path(of_flight.layers_key).read_bytes())
    assert {feature["properties"]["layer"] for feature in layers["features"]} >= {"planned", "pass", "covered", "missed"}


def test_the_api_shows_what_is_stored(hub: Hub) -> None:
    fly_ohio(hub)
    client = Client()
    client.force_login(a_user(None))
    job = client.get("/api/v1/jobs/77/coverage/").json()
    application = client.get(f"/api/v1/applications/{hub.application().pk}/").json()
    flight = client.get(f"/api/v1/applications/{hub.application().pk}/coverage/").json()
    assert job == figures.of_job(77)
    assert application["coverage"] == application["flights"][0]["coverage"] == flight == job


def test_without_a_swath_width_there_is_a_reason_and_no_zero(hub: Hub) -> None:
    fly_ohio(hub, swath_width=None)
    shape = figures.of_job(77)
    assert (shape["sprayed"], shape["union"], shape["reason"]) == (None, None, "noSwath")


def test_an_edited_swath_measures_anew_against_the_new_revision(hub: Hub) -> None:
    fly_ohio(hub)
    before = figures.of_job(77)
    jobs.change_job(hub.job, actor="test", swath_width=9.0)
    hub.work("flight_data")
    after = figures.of_job(77)
    assert after["union"] < before["union"]
    assert after["method"]["jobRevision"] == 2


def test_a_result_whose_basis_is_gone_is_not_written(hub: Hub) -> None:
    fly_ohio(hub)
    coverages.due_for(hub.job)
    kind = coverages.Measurement()
    row = Coverage.objects.get(job=hub.job, flight__isnull=True)
    lease = claims.claim(kind, row, "slow worker")
    assert lease
    basis = coverages.basis_of(lease.item)
    jobs.change_job(hub.job, actor="test", swath_width=9.0)
    coverages._settle(lease, basis, {**coverages.NO_FIGURES, "why_not": "stale"})
    row.refresh_from_db()
    assert (row.status, row.why_not) == ("waiting", "")
    hub.work("flight_data")
    assert figures.of_job(77)["method"]["swathWidth"] == 9.0


def test_two_flights_of_a_job_count_their_common_ground_once(hub: Hub) -> None:
    fly_ohio(hub)
    text = beginning_of_ohio() + b"# flown again\n"
    intake.take_in(hub.customer, io.BytesIO(text), file_name="again.log", actor="test", user=hub.pilot, job=hub.job)
    hub.work("flight_data")
    shape = figures.of_job(77)
    alone = Coverage.objects.filter(flight__isnull=False).first()
    assert alone
    assert abs(shape["union"] - alone.union) < 0.01
    assert abs(shape["sprayed"] - 2 * alone.sprayed) < 0.01


def test_measuring_that_broke_down_says_so_instead_of_soon(hub: Hub) -> None:
    fly_ohio(hub)
    row = Coverage.objects.get(job=hub.job, flight__isnull=True)
    Coverage.objects.filter(pk=row.pk).update(status="waiting", basis="", losses=2, **due(timedelta(0), "normal"))
    row.refresh_from_db()
    assert claims.claim(coverages.Measurement(), row, "a worker that vanishes")
    hub.later(minutes=10)
    engine.reap(coverages.Measurement())
    assert figures.of_job(77)["reason"] == "workerLost"
