"""Uploaded jobs are flown: what the logs say, and that they say it the same each time."""

import csv
import hashlib
import json
import re
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import contains_xy
from shapely.geometry import Polygon, box

from sandbox.fields import DEMO_FIELD, read_field
from sandbox.flightlog import Flight, write_log
from sandbox.jobs import read_job
from sandbox.passes import LocalFrame, NotFlyable, fly
from sandbox.recipes import Recipe
from tests.support.samples import OHIO_LOG
from tests.support.sandbox import SandboxProcess
from tests.support.satloc_client import HOLE, OHIO, SQUARE, SatlocClient, job_document

HEADER = "timestamp,lat,lon,alt,groundSpeed,sprayStatus"


def flown(client: SatlocClient, document: object) -> tuple[str, dict[str, object], bytes]:
    """Upload a job; the id it got, the list entry of its log and the log's bytes."""
    job_id = client.upload(document).json()["jobId"]
    entry = client.logs().json()[0]
    return job_id, entry, client.download(entry["id"]).content


def test_a_job_elsewhere_is_flown_in_generated_passes(bare: SatlocClient) -> None:
    job_id, entry, content = flown(bare, job_document("North\nfield # 2"))
    lines = content.decode().splitlines()
    assert "synthetic" in lines[0]
    assert lines[1] == f"# job: {job_id} North field # 2"
    assert lines[3] == HEADER
    assert {row[5] for row in csv.reader(lines[4:])} == {"0", "1"}
    assert (entry["logFileName"], entry["fileSize"]) == ("JOB146 HK4704.log", len(content))


def test_a_job_on_the_demo_field_is_the_recorded_track(bare: SatlocClient) -> None:
    _, _, content = flown(bare, job_document(rings=[OHIO]))
    head, *records = content.split(b"\r\n" + HEADER.encode() + b"\r\n")
    assert b"clock and spray state are synthetic; positions" in head.splitlines()[0]
    recorded = OHIO_LOG.read_bytes().split(b"\r\n")[1:]
    flown_records = records[0].split(b"\r\n")
    assert [line.partition(b",")[2] for line in flown_records] == [line.partition(b",")[2] for line in recorded]
    assert len(flown_records) == 10_133 + 1


def test_a_cloud_may_forget_all_but_the_newest_uploads(own_sandbox: SandboxProcess, own_client: SatlocClient) -> None:
    own_sandbox.settings(keep=2)
    own_sandbox.change_account(own_client.login, jobIds="counter")
    by_hand = own_sandbox.add_log(own_client.login, own_client.aircraft_id, b"by hand", name="old.log")
    sent = [flown(own_client, job_document(f"Field {number}"))[0] for number in range(4)]
    assert sent == ["1", "2", "3", "4"]
    assert [upload["jobId"] for upload in own_sandbox.uploads()] == sent[2:]
    assert [log["jobId"] for log in own_sandbox.logs()] == [None, *sent[2:]]
    assert own_client.download(by_hand).content == b"by hand"


def test_the_flight_begins_at_the_upload(sandbox: SandboxProcess, bare: SatlocClient) -> None:
    _, _, content = flown(bare, job_document(rings=[OHIO]))
    received = next(upload["receivedAt"] for upload in sandbox.uploads() if upload["account"] == bare.login)
    first, second = content.decode().splitlines()[4:6]
    assert first.split(",")[0] == f"{received[:19]}Z"
    assert second.split(",")[0] > first.split(",")[0]


def test_a_log_appears_only_after_the_delay(own_sandbox: SandboxProcess, own_client: SatlocClient) -> None:
    own_sandbox.settings(flightDelay=3600)
    own_client.upload()
    assert own_client.logs().json() == []
    own_sandbox.settings(flightDelay=0)
    own_client.upload()
    assert len(own_client.logs().json()) == 1


@pytest.mark.parametrize(
    ("shape", "pattern"),
    [("job", r"^JOB146 HK4704\.log$"), ("clock", r"^\d{10} 146\.log$"), ("dated", r"^\d{8}_JOB146_field1\.log$")],
)
def test_file_names_have_the_shapes_seen_in_the_field(new_client: Callable[..., SatlocClient], shape: str, pattern: str) -> None:
    _, entry, _ = flown(new_client(dialect="bare", logNames=shape), job_document())
    assert re.match(pattern, str(entry["logFileName"]))


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"<kml/>", "not JSON"),
        (b"[]", "no JSON object"),
        (b'{"areas": []}', "no areas"),
        (b'{"areas": [{"coordinates": [[[500, 0], [1, 1], [2, 0]]]}]}', "no longitude"),
        (b'{"areas": [{"coordinates": [[["a", 0], [1, 1], [2, 0]]]}]}', "cannot be flown"),
        (b'{"areas": [{"coordinates": [[[0, 0], [0, 0], [0, 0], [0, 0]]]}]}', "encloses nothing"),
        (b'{"areas": [{"coordinates": [[[0, 0], [40, 0], [40, 40], [0, 0]]]}]}', "one degree"),
        (b'{"areas": [{"coordinates": [[[0, 0], [0.9, 0], [0.9, 0.9], [0, 0]]]}]}', "records"),
    ],
)
def test_what_cannot_be_flown_is_taken_and_says_why(
    sandbox: SandboxProcess, bare: SatlocClient, content: bytes, reason: str
) -> None:
    assert bare.upload(content).status_code == 200
    assert bare.logs().json() == []
    assert reason in next(upload["note"] for upload in sandbox.uploads() if upload["account"] == bare.login)


def test_the_same_flight_gives_the_same_bytes_and_another_seed_others() -> None:
    job = read_job(json.dumps(job_document()).encode())
    logs = [write_log(Flight("job", job, 1.7e9, seed, 5), (read_field(DEMO_FIELD),)) for seed in (1, 1, 2)]
    assert logs[0] == logs[1] != logs[2]


def test_spray_is_off_over_exclusions_and_covers_the_rest_once() -> None:
    field = Polygon(SQUARE, [HOLE])
    frame = LocalFrame(10.005, 50.0025)
    track = fly((field,), 18.288, 10, seed=1)
    x, y = (track.longitude - frame.longitude) * frame.east, (track.latitude - frame.latitude) * frame.north
    on = track.spray == 1
    ground = frame.project(field)
    assert contains_xy(ground.buffer(0.5), x[on], y[on]).all()
    assert not contains_xy(ground.buffer(-1), x[~on], y[~on]).any()
    sprayed = np.hypot(np.diff(x), np.diff(y))[on[:-1]].sum() * 18.288
    assert sprayed == pytest.approx(ground.area, rel=0.02)


@settings(max_examples=40, deadline=None)
@given(
    st.floats(-179, 179), st.floats(-80, 80), st.floats(0.0005, 0.02), st.floats(0.0005, 0.02),
    st.floats(3, 60), st.floats(0.5, 10),
)  # fmt: skip
def test_every_flight_moves_forward_in_time_and_no_faster_than_an_aircraft(
    west: float, south: float, width: float, height: float, swath: float, rate: float
) -> None:
    track = fly((box(west, south, west + width, south + height),), swath, rate, seed=3)
    frame = LocalFrame(west + width / 2, south + height / 2)
    steps = np.hypot(np.diff(track.longitude) * frame.east, np.diff(track.latitude) * frame.north)
    seconds = np.diff(track.milliseconds) / 1000
    assert (seconds > 0).all()
    assert (steps <= 63 * seconds + 0.01).all()
    assert track.spray.any()
    assert set(track.spray.tolist()) <= {0, 1}


def test_several_areas_are_flown_in_one_log() -> None:
    first, second = box(10, 50, 10.005, 50.005), box(10.02, 50.01, 10.025, 50.015)
    track = fly((first, second), 20, 1, seed=1)
    on = track.spray == 1
    for area in (first, second):
        assert contains_xy(area.buffer(1e-5), track.longitude[on], track.latitude[on]).any()


def test_an_area_too_large_to_fly_is_refused() -> None:
    with pytest.raises(NotFlyable, match="500000 records"):
        fly((box(10, 50, 10.9, 50.9),), 18, 1, seed=1)


@pytest.mark.parametrize("records", [0, 1, 4096, 100_001])
def test_a_generated_log_has_the_size_it_says(records: int) -> None:
    recipe = Recipe(records, 10, 1_757_937_600, "J", "name")
    content = b"".join(recipe.chunks())
    assert len(content) == recipe.size
    assert content.count(b"\n") == records + 3


def test_the_sample_is_the_file_its_readme_names() -> None:
    readme = (OHIO_LOG.with_name("README.md")).read_text()
    assert hashlib.sha256(OHIO_LOG.read_bytes()).hexdigest() in readme
    assert "CC BY 4.0" in readme
