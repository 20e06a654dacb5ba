"""Text that other programs read: spreadsheets, and those that know GeoJSON."""

import csv
import io
import json
from datetime import UTC, date, datetime, timedelta, timezone
from uuid import UUID

import pytest

from flightdata.exports.text import CHUNK, Column, csv_of, feature, geojson_of, table


def cells(*values: object) -> list[str]:
    text = b"".join(csv_of(["a"] * len(values), [values])).decode()
    return list(csv.reader(io.StringIO(text, newline="")))[1]


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "  =cmd|' /C calc'!A0", "\uff1d1", "\uff0b1", "\uff0d1", "\uff201"],
)
def test_a_text_that_a_spreadsheet_would_run_is_shown_instead(text: str) -> None:
    assert cells(text) == [f"'{text}"]


@pytest.mark.parametrize("text", ["North", "7 = 7", "a-b", "", "Ünïcode ✈", 'he said "x", y', "two\nlines", "'=1"])
def test_any_other_text_stays_as_it_is(text: str) -> None:
    assert cells(text) == [text]


def test_a_header_from_outside_is_no_formula_either() -> None:
    assert b"".join(csv_of(["=1", "ok"], [])) == b"'=1,ok\r\n"


def test_values_are_as_in_the_api() -> None:
    west = timezone(timedelta(hours=-5))
    moments = datetime(2026, 5, 1, 10, 0, tzinfo=UTC), datetime(2026, 5, 1, 5, 0, 0, 250000, tzinfo=west)
    plain = [None, True, False, 7, -0.1, 1e300]
    assert cells(*plain, *moments, date(2026, 5, 1), UUID(int=1)) == [
        "", "true", "false", "7", "-0.1", "1e+300", "2026-05-01T10:00:00Z", "2026-05-01T10:00:00.250000Z", "2026-05-01",
        "00000000-0000-0000-0000-000000000001",
    ]  # fmt: skip


def test_units_stand_in_the_headers() -> None:
    columns = [Column("alt", lambda row: row, "m"), Column("name", str)]
    assert b"".join(table(columns, [3])) == b"alt (m),name\r\n3,3\r\n"


def test_a_text_that_no_encoding_holds_stops_nothing() -> None:
    assert cells("half \ud800") == ["half \\ud800"]


def test_long_tables_come_in_pieces() -> None:
    pieces = list(csv_of(["a"], ([number] for number in range(CHUNK))))
    assert len(pieces) > 3
    assert max(map(len, pieces)) < CHUNK + 100
    assert b"".join(pieces).count(b"\r\n") == CHUNK + 1


@pytest.mark.parametrize("count", [0, 1, 3])
def test_features_make_a_collection(count: int) -> None:
    made = [feature({"type": "Point", "coordinates": [1.5, number]}, {"at": date(2026, 5, 1)}) for number in range(count)]
    read = json.loads(b"".join(geojson_of(made)))
    assert read["type"] == "FeatureCollection"
    assert [one["geometry"]["coordinates"][1] for one in read["features"]] == list(range(count))
    assert all(one["properties"] == {"at": "2026-05-01"} for one in read["features"])
