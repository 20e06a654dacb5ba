"""Records, rejects and the track of a file that was read."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from flightdata import store
from flightdata.models import Application, Interpretation
from tests.assignments.conftest import Scene
from tests.flightdata.conftest import TakeIn, parse_all
from tests.support.api import as_user, complaints
from tests.support.samples import OHIO_LOG


@pytest.fixture
def application(scene: Scene, take_in: TakeIn) -> Application:
    return take_in(scene.customer)


@pytest.fixture
def client(scene: Scene) -> APIClient:
    return as_user(scene.office)


def url(application: Application, action: str) -> str:
    return f"/api/v1/applications/{application.pk}/{action}"


def every_page(client: APIClient, address: str, size: int) -> list[list[dict[str, Any]]]:
    page = client.get(address, {"pageSize": size}).json()
    pages = [page["results"]]
    assert page["previous"] is None
    while page["next"]:
        page = client.get(page["next"]).json()
        pages.append(page["results"])
    return pages


def test_records_are_in_si_units_under_the_guides_names(client: APIClient, application: Application) -> None:
    page = client.get(url(application, "records/")).json()
    assert set(page) == {"next", "previous", "results"}
    assert page["results"][0] == {
        "gpsTime": "2026-05-01T10:00:00Z",
        "lat": 40.0,
        "lon": -83.0,
        "alt": 300.5,
        "grSpeed": 60.0,
        "sprayStat": 0,
        "partnerSpecific": {"tank": "A"},
    }
    last = page["results"][-1]
    assert (last["gpsTime"], last["grSpeed"], last["sprayStat"]) == ("2026-05-01T10:00:04.250000Z", None, 2)
    assert page["results"][2]["alt"] is None


def test_rejects_say_what_where_and_why(client: APIClient, application: Application) -> None:
    (reject,) = client.get(url(application, "rejects/")).json()["results"]
    assert set(reject) == {"line", "offset", "code", "field", "raw", "message"}
    assert (reject["line"], reject["field"]) == (6, "lat")
    assert reject["raw"].startswith("2026-05-01T10:00:03Z,95.0")


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5])
def test_pages_hold_every_record_once_and_in_order(client: APIClient, application: Application, size: int) -> None:
    pages = every_page(client, url(application, "records/"), size)
    assert [len(page) for page in pages[:-1]] == [size] * (len(pages) - 1)
    times = [row["gpsTime"] for page in pages for row in page]
    assert len(times) == 4
    assert times == sorted(set(times))


def test_pages_lead_back(client: APIClient, application: Application) -> None:
    first = client.get(url(application, "records/"), {"pageSize": 2}).json()
    second = client.get(first["next"]).json()
    assert second["next"] is None
    assert client.get(second["previous"]).json()["results"] == first["results"]


def test_a_real_flight_comes_whole_over_row_groups_and_pages(scene: Scene, client: APIClient, take_in: TakeIn) -> None:
    application = take_in(scene.customer, OHIO_LOG.read_bytes())
    lines = OHIO_LOG.read_text().splitlines()[1:]
    rows = [row for page in every_page(client, url(application, "records/"), 1000) for row in page]
    assert len(rows) == len(lines)
    for line, row in zip(lines, rows, strict=True):
        time, lat, lon, alt, speed, spray = line.split(",")
        assert row["gpsTime"] == time
        assert (row["lat"], row["lon"], row["alt"]) == (float(lat), float(lon), float(alt))
        assert (row["grSpeed"], row["sprayStat"]) == (float(speed), int(spray))


@pytest.mark.parametrize(
    "query",
    [{"pageSize": 0}, {"pageSize": 10_001}, {"pageSize": "x"}, {"pageSize": "٣"}, {"cursor": "?"}, {"cursor": "YWJj"}, {"at": 1}],
)
def test_pages_that_make_no_sense_are_refused_by_name(client: APIClient, application: Application, query: dict[str, Any]) -> None:
    response = client.get(url(application, "records/"), query)
    assert (response.status_code, set(complaints(response))) == (400, set(query))


def test_a_page_of_an_earlier_reading_is_refused(client: APIClient, application: Application) -> None:
    following = client.get(url(application, "records/"), {"pageSize": 1}).json()["next"]
    client.post(url(application, "reparse/"))
    parse_all()
    assert complaints(client.get(following)) == {"cursor": "invalid"}


def test_what_is_not_read_yet_has_no_records(scene: Scene, client: APIClient, take_in: TakeIn) -> None:
    application = take_in(scene.customer, parse=False)
    for action in ("records/", "rejects/", "track.geojson"):
        assert complaints(client.get(url(application, action))) == {"": "notParsed"}


def test_a_track_that_is_gone_is_said_to_be_missing(client: APIClient, application: Application) -> None:
    store.track_path(Interpretation.objects.get().track_key).unlink()
    response = client.get(url(application, "records/"))
    assert (response.status_code, complaints(response)) == (500, {"": "fileMissing"})


@pytest.mark.parametrize("end", ["", "/"])
def test_the_track_is_geojson(client: APIClient, application: Application, end: str) -> None:
    response = client.get(url(application, "track.geojson") + end)
    assert response["Content-Type"] == "application/geo+json"
    drawn = response.json()
    assert [feature["properties"] for feature in drawn["features"]] == [{"spray": False}, {"spray": True}]
    assert drawn["features"][0]["geometry"] == {"type": "LineString", "coordinates": [[-83.0, 40.0], [-83.0, 40.001]]}


def test_doubts_are_counted_under_names_of_the_wire(scene: Scene, client: APIClient, take_in: TakeIn) -> None:
    lines = [f"2026-05-01T10:00:0{second}Z,40,-83,{altitude},20,{spray}" for second, altitude, spray in ((0, "", 1), (1, 9, 7))]
    doubtful = take_in(scene.customer, "\n".join(lines).encode())
    shown = client.get(url(doubtful, "")).json()
    assert shown["partnerMetadata"]["flags"] == {"noAltitude": 1, "otherSpray": 1}
