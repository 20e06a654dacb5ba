"""What stands in exports is what the API shows."""

import json
from datetime import date
from typing import Any

import pytest

from accounts.states import Role
from assignments.models import Job
from flightdata.models import Application, Coverage
from flightdata.services import applications, matching
from flightdata.states import CoverageStatus
from tests.assignments.conftest import Scene
from tests.flightdata.conftest import LOG, TakeIn, parse_all
from tests.flightdata.exports.conftest import Exporting, as_cell
from tests.support.fields import FIELD
from tests.support.samples import OHIO_FIELD, OHIO_LOG, beginning_of_ohio
from tests.support.scene import a_customer, a_job, a_user

pytestmark = pytest.mark.thorough

FIGURES = ("sprayed", "union", "overlap", "inside", "outside", "missed")
BOUNDARY = json.loads((OHIO_FIELD).read_text())


@pytest.fixture
def flown(request: pytest.FixtureRequest, scene: Scene, take_in: TakeIn) -> Application:
    """The beginning of the Ohio flight over its field, or what the test names."""
    Job.objects.filter(pk=scene.job.pk).update(
        spray_areas=BOUNDARY, swath_width=60.0, swath_width_metres=18.288, measure_unit=True, name="=North"
    )
    application = take_in(scene.customer, getattr(request, "param", beginning_of_ohio()), file_name="ohio.csv")
    matching.set_jobs(application, [scene.job], user=scene.office)
    parse_all()
    return application


def api(office: Exporting, path: str) -> dict[str, Any]:
    answer = office.client.get(f"/api/v1/{path}")
    assert answer.status_code == 200, answer.content
    return dict(answer.json())


def test_a_job_is_as_the_api_shows_it(office: Exporting, scene: Scene, flown: Application) -> None:
    (line,) = office.lines("jobs")
    shown = api(office, f"jobs/{scene.job.number}/")
    shown |= {name: shown["progress"][name] for name in ("uploaded", "lastSeen", "logsReceived")}
    assert line.pop("swathWidthMetres") == "18.288"
    assert line.pop("name") == "'=North"
    assert line == {name: as_cell(shown[name]) for name in line}
    assert (line["swathWidth"], line["measureUnit"], line["logsReceived"]) == ("60.0", "true", "1")


@pytest.mark.parametrize("flown", [OHIO_LOG.read_bytes()], indirect=True, ids=["all of it"])
def test_a_flight_is_as_the_api_shows_it(office: Exporting, flown: Application) -> None:
    (line,) = office.lines("flights")
    shown = api(office, f"applications/{flown.pk}/")
    (flight,) = shown["flights"]
    expected = {**shown, **shown["counts"], **flight["coverage"], "applicationId": shown["id"]}
    expected |= {"sha256": shown["originalData"]["checksum"], "decidedBy": flight["decidedBy"], "score": flight["score"]}
    expected |= {"parser": shown["parser"]["name"], "parserVersion": shown["parser"]["version"], "supersededAt": None}
    assert line == {name: as_cell(expected[name]) for name in line}
    assert float(line["union"]) > 30


def test_coverage_is_as_the_api_shows_it(office: Exporting, scene: Scene, flown: Application) -> None:
    of_job, job_area, of_flight, flight_area = office.lines("coverage")
    assert [line["of"] for line in (of_job, job_area, of_flight, flight_area)] == ["job", "area", "flight", "area"]
    for path, whole, part in (
        (f"jobs/{scene.job.number}/coverage/", of_job, job_area),
        (f"applications/{flown.pk}/coverage/", of_flight, flight_area),
    ):
        shown = api(office, path)
        assert [whole[name] for name in FIGURES] == [as_cell(shown[name]) for name in FIGURES]
        assert [part[name] for name in FIGURES] == [as_cell(shown["areas"][0][name]) for name in FIGURES]
        method = {"name": whole["method"], "version": whole["methodVersion"]}
        method |= {"swathWidth": float(whole["swathWidth"]), "jobRevision": int(whole["jobRevision"])}
        assert (method, whole["reason"]) == (shown["method"], "")
    assert (of_job["applicationId"], of_flight["applicationId"]) == ("", str(flown.pk))


def test_the_shapes_of_coverage_carry_its_figures_once(office: Exporting, scene: Scene, flown: Application) -> None:
    shown = api(office, f"jobs/{scene.job.number}/coverage/")
    drawn = office.features("coverage")
    (covered,) = (one["properties"] for one in drawn if one["properties"]["layer"] == "covered")
    assert {name: covered[name] for name in FIGURES} == {name: shown[name] for name in FIGURES}
    layers = {one["properties"]["layer"] for one in drawn}
    assert layers >= {"planned", "pass", "covered", "missed"}
    assert {one["geometry"]["type"] for one in drawn} <= {"Polygon", "MultiPolygon"}
    assert {one["properties"]["jobNumber"] for one in drawn} == {scene.job.number}


def test_a_flight_is_drawn_where_its_boom_was_on(office: Exporting, flown: Application) -> None:
    (one,) = office.features("flights")
    drawn = api(office, f"applications/{flown.pk}/track.geojson")["features"]
    on = [part["geometry"]["coordinates"] for part in drawn if part["properties"]["spray"]]
    assert one["geometry"] == {"type": "MultiLineString", "coordinates": on}
    assert one["properties"]["sha256"] == flown.file.sha256


def test_areas_of_jobs_are_those_of_the_api(office: Exporting, scene: Scene) -> None:
    bare = a_job(scene.customer, spray_areas={})
    Job.objects.filter(pk=scene.job.pk).update(excluded_areas=FIELD, start_date=date(2026, 5, 1))
    *areas, empty = office.features("jobs")
    assert [one["properties"]["area"] for one in areas] == ["spray", "excluded"]
    assert [one["geometry"] for one in areas] == [FIELD["features"][0]["geometry"]] * 2
    told = areas[0]["properties"]
    assert (told["name"], told["appRate"], told["jobName"], told["startDate"]) == ("North", 20, "North field", "2026-05-01")
    assert (empty["geometry"], empty["properties"]["jobNumber"], empty["properties"]["area"]) == (None, bare.number, None)


def test_what_has_no_figures_says_why_and_is_there(office: Exporting, scene: Scene, take_in: TakeIn) -> None:
    alone, unread = take_in(scene.customer), take_in(scene.customer, b"")
    first, second = office.lines("flights")
    assert [first["applicationId"], second["applicationId"]] == [str(alone.pk), str(unread.pk)]
    assert (first["jobNumber"], first["union"], first["coverageReason"]) == ("", "", "noJob")
    assert (second["status"], second["errorCode"], second["records"], second["startedAt"]) == ("3", "EMPTY", "", "")
    (line,) = office.lines("coverage")
    assert (line["of"], line["union"], line["reason"]) == ("job", "", "noFlights")
    (covered,) = office.features("coverage")
    assert (covered["geometry"], covered["properties"]["reason"]) == (None, "noFlights")
    assert [one["geometry"] for one in office.features("flights")] == [
        {"type": "MultiLineString", "coordinates": [[[-83.0, 40.001], [-83.0, 40.004]]]},
        None,
    ]


def test_a_flight_in_two_jobs_has_a_line_for_each_with_its_own_hectares(office: Exporting, scene: Scene, take_in: TakeIn) -> None:
    other = a_job(scene.customer, swath_width=None)
    matching.set_jobs(take_in(scene.customer), [scene.job, other], user=scene.office)
    parse_all()
    assert [line["jobNumber"] for line in office.lines("flights")] == [str(scene.job.number), str(other.number)]
    (line,) = office.lines("flights", jobNumber=other.number)
    assert (line["jobNumber"], line["coverageReason"]) == (str(other.number), "noSwath")


def test_an_older_version_of_a_log_is_marked_and_counts_in_no_coverage(office: Exporting, scene: Scene, take_in: TakeIn) -> None:
    old, new = take_in(scene.customer), take_in(scene.customer, LOG + b"# more\n")
    matching.set_jobs(old, [scene.job], user=scene.office)
    applications.supersede(old, new)
    parse_all()
    marked = {line["applicationId"]: bool(line["supersededAt"]) for line in office.lines("flights")}
    assert marked == {str(old.pk): True, str(new.pk): False}
    flights = [line["applicationId"] for line in office.lines("coverage") if line["of"] == "flight"]
    assert flights == [str(new.pk)]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, ["none", "may", "june", "since may"]),
        ({"status": "closed"}, ["june"]),
        ({"from_": "2026-05-31"}, ["may", "june", "since may"]),
        ({"from_": "2026-06-01"}, ["june", "since may"]),
        ({"to": "2026-05-01"}, ["may", "since may"]),
        ({"to": "2026-04-30"}, []),
        ({"from_": "2026-05-10", "to": "2026-05-11T23:00:00Z"}, ["may", "since may"]),
    ],
)
def test_jobs_are_chosen_by_their_planned_days(office: Exporting, scene: Scene, asked: Any, found: list[str]) -> None:
    Job.objects.update(name="none")
    Job.objects.create(number=1_000_001, customer=scene.customer, name="may", start_date="2026-05-01", end_date="2026-05-31")
    Job.objects.create(
        number=1_000_002, customer=scene.customer, name="june", start_date="2026-06-01", end_date="2026-06-02", status="closed"
    )
    Job.objects.create(number=1_000_003, customer=scene.customer, name="since may", start_date="2026-05-01")
    assert [line["name"] for line in office.lines("jobs", **asked)] == found


@pytest.mark.parametrize(
    ("zone", "asked", "found"),
    [
        ("UTC", {"from_": "2026-05-01", "to": "2026-05-01"}, True),
        ("UTC", {"from_": "2026-05-02"}, False),
        ("UTC", {"to": "2026-04-30"}, False),
        ("Pacific/Auckland", {"from_": "2026-05-02"}, False),
        ("Pacific/Kiritimati", {"from_": "2026-05-02", "to": "2026-05-02"}, True),
        ("Pacific/Kiritimati", {"to": "2026-05-01"}, False),
        ("UTC", {"status": 2}, True),
        ("UTC", {"status": 0}, False),
    ],
)
def test_flights_are_chosen_by_the_day_they_began_where_the_customer_is(
    office: Exporting, scene: Scene, take_in: TakeIn, zone: str, asked: Any, found: bool
) -> None:
    """It began on 1 May 2026 at ten, UTC."""
    type(scene.customer).objects.update(time_zone=zone)
    matching.set_jobs(take_in(scene.customer), [scene.job], user=scene.office)
    a_job(scene.customer)
    assert bool(office.lines("flights", **asked)) == found
    if "status" not in asked:
        jobs = {line["jobNumber"] for line in office.lines("coverage", **asked)}
        assert jobs == ({str(scene.job.number)} if found else set())


def test_several_jobs_are_chosen_by_number(office: Exporting, scene: Scene) -> None:
    one, _, three = (a_job(scene.customer) for _ in range(3))
    for kind in ("jobs", "coverage"):
        name = "number" if kind == "jobs" else "jobNumber"
        lines = office.lines(kind, jobNumbers=[three.number, one.number])
        assert [int(line[name]) for line in lines] == [one.number, three.number]


def test_nothing_of_another_customer_is_in_it(office: Exporting, scene: Scene, take_in: TakeIn) -> None:
    rival = a_customer("rival")
    foreign, _ = a_job(rival), take_in(rival)
    assert [line["number"] for line in office.lines("jobs")] == [str(scene.job.number)]
    assert office.lines("flights") == []
    assert [line["jobNumber"] for line in office.lines("coverage")] == [str(scene.job.number)]
    theirs = Exporting(a_user(rival, Role.CUSTOMER))
    assert [line["number"] for line in theirs.lines("jobs")] == [str(foreign.number)]


def test_ops_export_one_customer_or_all(office: Exporting, scene: Scene) -> None:
    foreign, ops = a_job(a_customer("rival")), Exporting(a_user(None))
    both = [(line["number"], line["customerId"]) for line in ops.lines("jobs")]
    assert both == [(str(job.number), str(job.customer_id)) for job in (scene.job, foreign)]
    assert [line["number"] for line in ops.lines("jobs", customerId=str(foreign.customer_id))] == [str(foreign.number)]


@pytest.mark.parametrize("kind", ["jobs", "flights", "coverage"])
def test_pages_join_without_a_gap_or_a_double(
    office: Exporting, scene: Scene, take_in: TakeIn, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    for name in ("jobs", "flights", "coverages"):
        monkeypatch.setattr(f"flightdata.exports.{name}.LINES_AT_ONCE", 2)
    jobs = [a_job(scene.customer) for _ in range(4)]
    flights = [take_in(scene.customer, LOG + b"#%d\n" % number, parse=False) for number in range(5)]
    lines = office.lines(kind)
    if kind == "flights":
        assert [line["applicationId"] for line in lines] == [str(one.pk) for one in flights]
    else:
        numbers = [int(line["number" if kind == "jobs" else "jobNumber"]) for line in lines]
        assert numbers == [scene.job.number, *(job.number for job in jobs)]


def test_shapes_that_are_measured_anew_meanwhile_are_the_new_ones(office: Exporting, scene: Scene, flown: Application) -> None:
    """The row that the export has in hand names a file that is gone; the row itself names the new one."""
    from flightdata import store
    from flightdata.exports.stored import read_current

    row = Coverage.objects.get(flight__isnull=True)
    old = store.track_path(row.layers_key)
    Coverage.objects.update(layers_key=f"{row.layers_key}.new")
    old.rename(f"{old}.new")
    assert read_current(row, "layers_key", lambda path: path.stat().st_size)
    assert row.layers_key.endswith(".new")
    Coverage.objects.update(layers_key="", status=CoverageStatus.WAITING)
    old.with_name(f"{old.name}.new").unlink()
    assert read_current(row, "layers_key", lambda path: path.stat().st_size) is None
