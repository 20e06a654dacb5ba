"""An assignment's figures are measured, each end to end with the simulated cloud."""

import io
from datetime import timedelta
from typing import Any

import pytest
from django.db.models import F

from assignments.models import JobAssignment, PollTarget, SyncOperation
from assignments.services import uploads
from flightdata.models import Application, Interpretation, LogVersion
from flightdata.services import intake, matching
from tests.support.api import as_user
from tests.support.hub import LOGIN, Hub
from tests.support.scene import a_user

TEXT = b"# synthetic\ntimestamp,lat,lon,alt,groundSpeed,sprayStatus\n2026-07-01T12:00:00Z,40.1,-83.1,300,60,1\n"
TEN_MINUTES = timedelta(minutes=10)
NOTHING = {"syncDuration": None, "dataSize": 0, "conversionTime": None, "uploadTime": None, "downloadTime": None}


def metrics(_: Hub) -> dict[str, Any]:
    found: dict[str, Any] = as_user(a_user(None)).get("/api/v1/assignments/").json()["results"][-1]["metrics"]
    return found


def fetch(hub: Hub) -> None:
    hub.later(minutes=20)
    for _ in range(2):
        PollTarget.objects.update(due_at=F("created_at"), rank_at=F("created_at"))
        hub.work("data_poll", "data_poll", "flight_data")


@pytest.fixture
def sent(hub: Hub) -> Hub:
    hub.cloud.settings(flightDelay=3600)
    hub.assign()
    hub.work("job_sync")
    return hub


def test_nothing_is_made_up(hub: Hub) -> None:
    hub.assign()
    assert metrics(hub) == NOTHING


def test_an_upload_is_timed_alone_and_with_all_that_it_waited_for(hub: Hub) -> None:
    hub.assign()
    hub.cloud.fault("late", "UploadJobData", seconds=0.3)
    hub.work("job_sync")
    found = metrics(hub)
    assert 300 <= found["uploadTime"] <= found["syncDuration"]


def test_waiting_and_failed_tries_count_from_when_somebody_asked(hub: Hub) -> None:
    hub.assign()
    hub.cloud.fault("status", "UploadJobData", times=1, status=500)
    hub.work("job_sync")
    assert metrics(hub) == NOTHING
    hub.later(minutes=10)
    SyncOperation.objects.update(queued_at=F("queued_at") - TEN_MINUTES)
    hub.work("job_sync")
    assert metrics(hub)["syncDuration"] >= 600_000 > metrics(hub)["uploadTime"]


def test_sent_again_it_is_measured_anew(sent: Hub) -> None:
    SyncOperation.objects.update(queued_at=F("queued_at") - TEN_MINUTES)
    uploads.resend(JobAssignment.objects.get(), actor="user ann")
    sent.work("job_sync")
    assert metrics(sent)["syncDuration"] < 600_000


def test_what_a_person_confirmed_was_not_measured(hub: Hub) -> None:
    assignment = hub.assign()
    hub.cloud.fault("reset_after", "UploadJobData", times=1)
    hub.work("job_sync")
    uploads.confirm(assignment, "7", actor="user ann")
    assert (metrics(hub)["syncDuration"], metrics(hub)["uploadTime"]) == (None, None)


def test_a_logs_bytes_its_download_and_its_reading_are_measured(sent: Hub) -> None:
    sent.cloud.fault("late", "GetAircraftLogData", seconds=0.3)
    sent.cloud.add_log(LOGIN, sent.aircraft_id, TEXT, name=f"JOB{sent.job.number}.log")
    fetch(sent)
    found = metrics(sent)
    assert (found["dataSize"], found["conversionTime"]) == (len(TEXT), Interpretation.objects.get().parse_ms)
    assert found["downloadTime"] == LogVersion.objects.get().download_ms >= 300


def test_all_logs_that_count_are_in_it_and_what_was_replaced_is_not(sent: Hub) -> None:
    first = sent.cloud.add_log(LOGIN, sent.aircraft_id, TEXT, name=f"JOB{sent.job.number} a.log")
    sent.cloud.add_log(LOGIN, sent.aircraft_id, TEXT + b"# b\n", name=f"JOB{sent.job.number} b.log")
    fetch(sent)
    assert metrics(sent)["dataSize"] == 2 * len(TEXT) + 4
    sent.cloud.change_log(LOGIN, first, TEXT + b"# a, longer\n", listedSize=len(TEXT) + 12)
    fetch(sent)
    assert metrics(sent)["dataSize"] == 2 * len(TEXT) + 4 + 12


def test_a_flight_that_a_person_moves_away_takes_its_bytes_along(sent: Hub) -> None:
    sent.cloud.add_log(LOGIN, sent.aircraft_id, TEXT, name=f"JOB{sent.job.number}.log")
    fetch(sent)
    matching.set_jobs(Application.objects.get(), [], user=sent.pilot)
    found = metrics(sent)
    assert (found["dataSize"], found["conversionTime"], found["downloadTime"]) == (0, None, None)


def test_a_file_that_came_by_hand_has_no_download(sent: Hub) -> None:
    intake.take_in(sent.customer, io.BytesIO(TEXT), file_name="x.log", actor="test", user=sent.pilot, job=sent.job)
    sent.work("flight_data")
    found = metrics(sent)
    assert (found["dataSize"], found["downloadTime"]) == (len(TEXT), None)
    assert found["conversionTime"] is not None
