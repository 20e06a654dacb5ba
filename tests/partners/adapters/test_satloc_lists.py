"""Aircraft and logs as SatLoc Cloud lists them, in both dialects."""

from datetime import UTC, datetime

import pytest
import responses

from partners.adapters.base import ListedAircraft, ListedLog
from partners.adapters.errors import Rejected, RetryLater
from tests.support.partners import BASE_URL, RememberingLedger, error_of, satloc


@pytest.fixture
def cloud():
    with responses.RequestsMock() as cloud:
        yield cloud


def listed(cloud, document, path="GetAircraftLogs"):
    cloud.get(f"{BASE_URL}/{path}", json=document)
    adapter = satloc()
    return adapter.list_aircraft() if path == "GetAircraftList" else adapter.list_logs("HK 4704")


def enveloped(result):
    return {"IsSuccess": True, "Result": result, "ErrorMessage": None}


def test_aircraft_of_the_bare_dialect(cloud):
    listing = listed(cloud, [{"id": "a-1", "tailNumber": "HK 4704"}, {"id": 7}], "GetAircraftList")
    assert listing.aircraft == [ListedAircraft("a-1", "HK 4704"), ListedAircraft("7", "")]


def test_aircraft_of_the_envelope(cloud):
    entry = {
        "AircraftId": "a",
        "AircraftName": "N1",
        "AircraftType": "AT-802",
        "Status": "Active",
        "LastSeen": "2026-05-01T10:00:00",
    }
    listing = listed(cloud, enveloped([entry]), "GetAircraftList")
    assert listing.aircraft == [ListedAircraft("a", "N1", "AT-802", "Active", datetime(2026, 5, 1, 10, tzinfo=UTC))]


def test_a_bad_aircraft_costs_only_itself(cloud):
    listing = listed(cloud, [{"tailNumber": "HK 1"}, "HK 2", {"id": "a"}], "GetAircraftList")
    assert [aircraft.external_id for aircraft in listing] == ["a"]
    assert listing.bad_entries == [
        "Entry 1 of the aircraft list has no id (none of id, AircraftId).",
        "Entry 2 of the aircraft list is no object but str.",
    ]


@pytest.mark.parametrize(
    ("id_name", "log_name", "date_name", "size_name"),
    [
        ("id", "logFileName", "uploadedDate", "fileSize"),
        ("logId", "LogFileName", "UploadedDate", "FileSize"),
        ("LogId", "fileName", "uploadDate", "size"),
        ("Id", "FileName", "date", "size"),
    ],
)
@pytest.mark.parametrize("wrap", [enveloped, lambda result: result], ids=["envelope", "bare"])
def test_a_log_under_every_assumed_name(cloud, id_name, log_name, date_name, size_name, wrap):
    entry = {id_name: "l-1", log_name: "JOB146 HK4704.log", date_name: "2026-05-01T12:00:00+02:00", size_name: 1234}
    listing = listed(cloud, wrap([{**entry, "unheardOf": {"deep": []}}]))
    assert listing.logs == [ListedLog("l-1", "JOB146 HK4704.log", 1234, datetime(2026, 5, 1, 10, tzinfo=UTC))]
    assert (listing.bad_entries, listing.notes) == ([], [])


def test_a_log_needs_nothing_but_an_id(cloud):
    assert listed(cloud, [{"id": "l-1"}]).logs == [ListedLog("l-1", "", None, None)]


def test_the_first_name_with_a_value_counts(cloud):
    assert listed(cloud, [{"id": None, "logId": "l-1"}]).logs[0].external_id == "l-1"


@pytest.mark.parametrize("value", ["", "  ", True, 1.5, [], {"a": 1}, "a\x00b", "\ud800", "x" * 256])
def test_an_entry_with_an_unusable_id_is_counted_and_shown(cloud, value):
    listing = listed(cloud, [{"id": value}, {"id": "good"}])
    assert [log.external_id for log in listing] == ["good"]
    assert len(listing.bad_entries) == 1
    assert listing.bad_entries[0].startswith("Entry 1 of the log list has an id that cannot be used")


def test_what_a_bad_entry_holds_is_not_repeated(cloud):
    assert "secret" not in listed(cloud, [{"password": "secret"}]).bad_entries[0]


def test_an_unreadable_date_or_size_is_left_out_and_noted_once(cloud):
    entries = [{"id": str(number), "date": "05/13/2026", "size": -1} for number in range(1000)]
    listing = listed(cloud, entries)
    assert {(log.listed_at, log.size) for log in listing} == {(None, None)}
    assert listing.notes == [
        "1000 of the entries have a date that cannot be read, for example '05/13/2026'.",
        "1000 of the entries have a size that cannot be read, for example '-1'.",
    ]


def test_names_are_made_fit_to_be_stored(cloud):
    listing = listed(cloud, [{"id": "1", "logFileName": "../../etc\x00\ud800/passwd" + "x" * 300}, {"id": "2", "logFileName": 5}])
    assert listing.logs[0].name.startswith("../../etc��/passwd")
    assert len(listing.logs[0].name) == 255
    assert listing.logs[1].name == "5"


def test_an_empty_list_is_a_success(cloud):
    listing = listed(cloud, [])
    assert (listing.logs, listing.bad_entries, listing.notes) == ([], [], [])


@pytest.mark.parametrize("document", [{}, None, 7, "logs", enveloped(None), enveloped({"logs": []}), {"Result": []}])
def test_what_is_no_list_is_no_empty_list(cloud, document):
    cloud.get(f"{BASE_URL}/GetAircraftLogs", json=document)
    assert type(error_of(satloc().list_logs, "a")) is RetryLater


def test_an_id_with_a_space_is_percent_encoded(cloud):
    listed(cloud, [])
    assert cloud.calls[0].request.url.endswith("?userId=user-1&aircraftId=HK%204704")


@pytest.mark.parametrize(("document", "dialect"), [([], "bare"), (enveloped([]), "envelope")])
def test_the_record_says_which_dialect_was_met(cloud, document, dialect):
    cloud.get(f"{BASE_URL}/GetAircraftLogs", json=document)
    cloud.get(f"{BASE_URL}/AuthenticateAPIUser", json={"userId": "u", "companyId": "c"})
    ledger = RememberingLedger()
    satloc(ledger=ledger).list_logs("a")
    assert [(record.operation, record.dialect) for record in ledger.records] == [("sign_in", "bare"), ("list_logs", dialect)]


def test_both_dialects_may_alternate(cloud):
    for document in ([{"id": "1"}], enveloped([{"LogId": "2"}]), [{"id": "3"}]):
        cloud.get(f"{BASE_URL}/GetAircraftLogs", json=document)
    adapter = satloc()
    assert [adapter.list_logs("a").logs[0].external_id for _ in range(3)] == ["1", "2", "3"]


@pytest.mark.parametrize("body", ["true", " TRUE\n", '{"IsSuccess": true, "Result": true}', '{"IsSuccess": true}'])
def test_is_alive(cloud, body):
    cloud.get(f"{BASE_URL}/IsAlive", body=body)
    assert satloc().ping().total_seconds() >= 0


@pytest.mark.parametrize("body", ["", "false", "[]", "<html>", '{"IsSuccess": true, "Result": false}', '{"alive": true}'])
def test_is_not_alive(cloud, body):
    cloud.get(f"{BASE_URL}/IsAlive", body=body)
    assert type(error_of(satloc().ping)) is RetryLater


ERRORS_IN_DISGUISE = [
    (b'{"IsSuccess": false, "Result": null, "ErrorMessage": "Invalid logId"}', Rejected),
    (b'\xef\xbb\xbf {"IsSuccess": true, "Result": "..."}', RetryLater),
    (b"<!DOCTYPE html><html>Please sign in</html>", RetryLater),
    (b"\n<HTML>", RetryLater),
]


@pytest.mark.parametrize(("body", "error"), ERRORS_IN_DISGUISE)
def test_an_error_in_place_of_a_log_is_no_log(cloud, body, error):
    cloud.get(f"{BASE_URL}/GetAircraftLogData", body=body)
    assert type(error_of(satloc().download_log("1", 1000).__enter__)) is error


@pytest.mark.parametrize("body", [b"{not an envelope", b'{"IsSuccess": false}' + b"\n" * 200_000, b"\x00\x01binary", b"#x"])
def test_what_only_looks_like_an_error_is_a_log(cloud, body):
    cloud.get(f"{BASE_URL}/GetAircraftLogData", body=body)
    with satloc().download_log("1", 10**6) as stream:
        assert b"".join(stream.chunks) == body
