"""All records of one flight in one file."""

import io
import json
from typing import Any

import pyarrow.parquet as pq
import pytest
from rest_framework.test import APIClient

from accounts.states import Role
from flightdata import store
from flightdata.models import Application, Interpretation
from flightdata.services import parsing
from tests.assignments.conftest import Scene
from tests.flightdata.conftest import TakeIn, parse_all
from tests.flightdata.exports.conftest import as_cell, lines_of
from tests.support.api import as_user, complaints
from tests.support.samples import OHIO_LOG
from tests.support.scene import a_customer, a_user

TRICKY = b"""timestamp,lat,lon,alt,groundSpeed,sprayStatus,=tank,note
2026-05-01T10:00:00Z,40.0,-83.0,300.5,60.0,0,A,-1
2026-05-01T10:00:01Z,40.001,-83.0,,,1,=1+1
2026-05-01T10:00:01.5Z,40.002,-83.0,300.5,60.0,1,B,ok,x,y
"""
"""Headers and cells that a spreadsheet would run, a missing cell, and two cells too many."""


@pytest.fixture
def client(scene: Scene) -> APIClient:
    return as_user(scene.office)


def export(client: APIClient, application: Application, form: str) -> Any:
    answer = client.get(f"/api/v1/applications/{application.pk}/export", {"format": form})
    assert answer.status_code == 200, answer.content
    return answer


def body_of(answer: Any) -> bytes:
    return b"".join(answer.streaming_content)


def records(client: APIClient, application: Application) -> list[dict[str, Any]]:
    """As the API pages them."""
    page = client.get(f"/api/v1/applications/{application.pk}/records/", {"pageSize": 10_000}).json()
    assert page["next"] is None or application.file.size > 10_000
    return list(page["results"])


@pytest.fixture(params=[TRICKY, OHIO_LOG.read_bytes()], ids=["tricky", "Ohio"])
def application(request: pytest.FixtureRequest, scene: Scene, take_in: TakeIn) -> Application:
    return take_in(scene.customer, request.param, file_name="flight.log")


def test_every_record_is_a_line_with_the_apis_figures(client: APIClient, application: Application) -> None:
    answer = export(client, application, "csv")
    assert (answer["Content-Type"], answer["Content-Disposition"]) == (
        "text/csv; charset=utf-8; header=present", 'attachment; filename="flight.log.csv"',
    )  # fmt: skip
    lines, shown = lines_of(body_of(answer)), records(client, application)
    assert len(lines) == Interpretation.objects.get().records
    for line, record in zip(lines, shown, strict=False):
        assert {name: line[name] for name in record if name != "partnerSpecific"} == {
            name: as_cell(value) for name, value in record.items() if name != "partnerSpecific"
        }


def test_what_the_partner_adds_is_defused_and_nothing_of_it_is_lost(client: APIClient, scene: Scene, take_in: TakeIn) -> None:
    content = body_of(export(client, take_in(scene.customer, TRICKY), "csv")).decode().split("\r\n")
    assert content[0] == (
        "gpsTime (UTC),lat (degrees),lon (degrees),alt (m),grSpeed (m/s),sprayStat,line,flags,"
        "partnerSpecific.=tank,partnerSpecific.note,partnerExtra"
    )
    assert [line.split(",", 7)[7] for line in content[1:4]] == [",A,'-1,", "no_altitude no_speed,'=1+1,,", ',B,ok,"x,y"']


def test_every_record_is_a_point_with_all_that_the_api_shows(client: APIClient, application: Application) -> None:
    answer = export(client, application, "geojson")
    assert answer["Content-Type"] == "application/geo+json"
    drawn, shown = json.loads(body_of(answer))["features"], records(client, application)
    assert len(drawn) == Interpretation.objects.get().records
    for one, record in zip(drawn, shown, strict=False):
        lon, lat = one["geometry"]["coordinates"]
        told = {"lat": lat, "lon": lon, **one["properties"]}
        assert {name: told[name] for name in record} == record


def test_parquet_holds_the_same_doubles_under_the_same_names(client: APIClient, application: Application) -> None:
    answer = export(client, application, "parquet")
    assert answer["Content-Type"] == "application/vnd.apache.parquet"
    table, shown = pq.read_table(io.BytesIO(body_of(answer))), records(client, application)
    assert table.schema.field("alt").metadata == {b"unit": b"m"}
    assert table.num_rows == Interpretation.objects.get().records
    for row, record in zip(table.to_pylist(), shown, strict=False):
        time = row["gpsTime"].isoformat().replace("+00:00", "Z")
        named = {name: row[name] for name in ("lat", "lon", "alt", "grSpeed", "sprayStat")}
        assert {"gpsTime": time, **named} == {name: value for name, value in record.items() if name != "partnerSpecific"}
    assert table.column("line").to_pylist() == sorted(table.column("line").to_pylist())


def test_parquet_keeps_flags_and_what_the_partner_adds(client: APIClient, scene: Scene, take_in: TakeIn) -> None:
    table = pq.read_table(io.BytesIO(body_of(export(client, take_in(scene.customer, TRICKY), "parquet"))))
    assert table.column("flags").to_pylist() == [[], ["no_altitude", "no_speed"], []]
    assert table.column("partnerSpecific.=tank").to_pylist() == ["A", "=1+1", "B"]
    assert table.column("partnerExtra").to_pylist() == [None, None, "x,y"]


@pytest.mark.parametrize("form", ["csv", "geojson", "parquet"])
def test_a_flight_without_records_is_a_whole_file_all_the_same(
    client: APIClient, scene: Scene, take_in: TakeIn, form: str
) -> None:
    nothing = b"timestamp,lat,lon,alt,groundSpeed,sprayStatus\n2026-05-01T10:00:03Z,95.0,-83.0,300.5,60.0,1\n"
    content = body_of(export(client, take_in(scene.customer, nothing), form))
    if form == "csv":
        assert lines_of(content) == []
    elif form == "geojson":
        assert json.loads(content)["features"] == []
    else:
        assert pq.read_table(io.BytesIO(content)).num_rows == 0


@pytest.mark.parametrize(
    ("query", "code"), [({}, "required"), ({"format": ""}, "required"), ({"format": "xlsx"}, "invalidChoice")]
)
def test_an_unknown_format_is_refused_and_the_known_ones_are_named(
    client: APIClient, scene: Scene, take_in: TakeIn, query: dict[str, str], code: str
) -> None:
    answer = client.get(f"/api/v1/applications/{take_in(scene.customer).pk}/export", query)
    assert (answer.status_code, complaints(answer)) == (400, {"format": code})
    assert "csv, geojson, parquet" in answer.json()["detail"]


@pytest.mark.parametrize("accept", ["text/csv", "application/json", "*/*", "image/png"])
def test_a_file_is_sent_whatever_is_said_to_be_accepted(client: APIClient, scene: Scene, take_in: TakeIn, accept: str) -> None:
    url = f"/api/v1/applications/{take_in(scene.customer).pk}/"
    for path in ("export?format=csv", "download", "track.geojson"):
        assert client.get(url + path, headers={"Accept": accept}).status_code == 200


def test_a_file_that_was_not_read_has_no_records(client: APIClient, scene: Scene, take_in: TakeIn) -> None:
    waiting = take_in(scene.customer, parse=False)
    answer = client.get(f"/api/v1/applications/{waiting.pk}/export", {"format": "csv"})
    assert (answer.status_code, complaints(answer)) == (409, {"": "notParsed"})


def test_reading_again_meanwhile_takes_nothing_from_who_downloads(client: APIClient, scene: Scene, take_in: TakeIn) -> None:
    application = take_in(scene.customer)
    answer = export(client, application, "csv")
    parsing.reparse(application, actor="test")
    parse_all()
    assert len(lines_of(body_of(answer))) == 4


def test_a_track_that_is_gone_is_said_to_be_missing(client: APIClient, scene: Scene, take_in: TakeIn) -> None:
    application = take_in(scene.customer)
    store.track_path(Interpretation.objects.get().track_key).unlink()
    answer = client.get(f"/api/v1/applications/{application.pk}/export", {"format": "csv"})
    assert (answer.status_code, complaints(answer)) == (500, {"": "fileMissing"})


def test_a_stranger_finds_nothing(scene: Scene, take_in: TakeIn) -> None:
    application = take_in(scene.customer)
    for stranger in (a_user(a_customer("rival"), Role.CUSTOMER), scene.pilot):
        answer = as_user(stranger).get(f"/api/v1/applications/{application.pk}/export", {"format": "csv"})
        assert answer.status_code == 404
