"""The real processes: a job goes out over HTTP, its log comes back through Celery, and every line is accounted for."""

import hashlib
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.collector import Collector
from tests.support.journey import LOGIN, PASSWORD, Journey
from tests.support.processes import Stack
from tests.support.sandbox import SandboxProcess
from tests.support.waiting import wait_for

pytestmark = [pytest.mark.live, pytest.mark.timeout(300)]
ON_THE_WAY = {"upload", "listing", "download", "parse", "coverage"}


@pytest.fixture
def collector() -> Iterator[Collector]:
    with Collector() as collector:
        yield collector


@pytest.fixture(params=["bare", "envelope"])
def journey(request: pytest.FixtureRequest, tmp_path: Path, collector: Collector) -> Iterator[Journey]:
    with SandboxProcess(tmp_path / "cloud.db", "--flight-delay", "1") as cloud:
        quick = {"PARTNER_FIRST_POLL_DELAY": "1000", "PARTNER_MIN_POLL_INTERVAL": "1000", "PARTNER_TICK_INTERVAL": "500"}
        traces = {"OTEL_EXPORTER_OTLP_ENDPOINT": f"http://{collector.host}", "OTEL_BSP_SCHEDULE_DELAY": "200", "NO_PROXY": "*"}
        env = {"SATLOC_BASE_URL": cloud.base_url, "SATLOC_RATE_LIMIT": "6000", **quick, **traces}
        with Stack(env, tmp_path / "data") as stack:
            yield Journey(stack, cloud, request.param)


def test_from_an_empty_hub_to_the_records_of_a_flight(journey: Journey, collector: Collector) -> None:
    number, _ = journey.send_job(pollInterval=1000)
    log = wait_for(lambda: journey.logs("parsed"), "a parsed log", 60)[0]
    content = journey.cloud.log_content(LOGIN, log["externalLogId"])
    raw = journey.stack.get(f"/api/v1/logs/{log['id']}/download").content
    assert raw == content
    assert log["sha256"] == hashlib.sha256(content).hexdigest()
    assert log["jobNumbers"] == [number]
    application = journey.read(f"/api/v1/applications/{log['applicationId']}/")
    counts = application["counts"]
    assert counts["lines"] == content.count(b"\n") == counts["records"] + counts["rejects"] + counts["comments"]
    assert application["status"] == 2
    records = journey.all(f"/api/v1/applications/{log['applicationId']}/records/")
    assert len(records) == counts["records"]
    assert journey.read(f"/api/v1/applications/{log['applicationId']}/track.geojson")["type"] == "FeatureCollection"
    assignment = journey.all(f"/api/v1/assignments/?jobNumber={number}")[0]
    assert assignment["syncState"]["jobUpload"]["status"] == "synced"
    later_logs_follow(journey)
    traces_show_the_way(collector, journey)
    nothing_secret_was_written(journey, collector)


def later_logs_follow(journey: Journey) -> None:
    """A log that appears later comes too, with its rejects to the line."""
    text = b"# by hand\n2026-07-01T12:00:00Z,40.1,-83.1,300,60,1\nnonsense\n\n2026-07-01T12:00:01Z,95.1,-83.1,300,60,1\n"
    journey.cloud.add_log(LOGIN, journey.aircraft_id, text, name="late.log")
    log = wait_for(lambda: [one for one in journey.logs("parsed") if one["logFileName"] == "late.log"], "the later log", 60)[0]
    counts = journey.read(f"/api/v1/applications/{log['applicationId']}/")["counts"]
    assert (counts["lines"], counts["records"], counts["rejects"], counts["comments"]) == (5, 1, 2, 2)
    rejects = journey.all(f"/api/v1/applications/{log['applicationId']}/rejects/")
    assert [(reject["line"], reject["raw"]) for reject in rejects] == [
        (3, "nonsense"),
        (5, "2026-07-01T12:00:01Z,95.1,-83.1,300,60,1"),
    ]
    assert [text[reject["offset"] :].split(b"\n")[0].decode() for reject in rejects] == [reject["raw"] for reject in rejects]


def traces_show_the_way(collector: Collector, journey: Journey) -> None:
    """Requests, leased work of every kind on the way, and the calls made for it, each under the work it was made for."""
    wait_for(lambda: {span.name for span in collector.spans()} >= ON_THE_WAY, f"spans named {sorted(ON_THE_WAY)}", 20)
    spans = collector.spans()
    names = {span.own: span.name for span in spans}
    made_for = {(names.get(span.parent), span.name) for span in spans}
    assert {("upload", "upload_job"), ("listing", "list_logs"), ("download", "download_log")} <= made_for
    assert all(span.told["request_id"] for span in spans if span.name.startswith("GET "))


def nothing_secret_was_written(journey: Journey, collector: Collector) -> None:
    """Neither the password nor a token is in anything that the hub wrote or sent: logs, database, files, traces."""
    tokens = [token for token in journey.cloud.state().get("tokens", []) if isinstance(token, str)]
    for secret in (PASSWORD, *tokens):
        found = subprocess.run(["grep", "-rlaF", secret, str(journey.stack.data_dir)], capture_output=True, text=True)
        assert found.stdout == "", f"a secret stands in {found.stdout}"
        assert secret not in journey.stack.logs()
        assert secret.encode() not in b"".join(collector.bodies)
