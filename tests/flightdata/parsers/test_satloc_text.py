"""The rules of text logs, one by one."""

from datetime import UTC, datetime

import pytest

from flightdata.parsers.base import RAW_LIMIT, NotThisFormat, ParseOptions, Unreadable
from flightdata.parsers.satloc_text import SatlocText
from flightdata.parsers.satloc_text.blocks import LONGEST_LINE
from tests.flightdata.parsers import reference
from tests.flightdata.parsers.parsing import GOOD, HEADER, as_reference, only_record, only_reject, parse

TEN = datetime(2025, 9, 15, 10, 0, tzinfo=UTC)


def line(
    time: str = "2025-09-15T10:00:00Z",
    lat: str = "40.1",
    lon: str = "-82.1",
    alt: str = "300.5",
    speed: str = "60.25",
    spray: str = "1",
) -> bytes:
    return ",".join([time, lat, lon, alt, speed, spray]).encode()


def test_a_line_becomes_a_record_in_the_guides_order() -> None:
    record = only_record(GOOD)
    assert record == {
        "line": 1, "gps_time": TEN, "lat": 40.1, "lon": -82.1, "alt": 300.5, "ground_speed": 60.25, "spray": 1,
        "flags": [], "partner": {},
    }  # fmt: skip


@pytest.mark.parametrize(
    ("bad", "code", "field"),
    [
        (b"2025-09-15T10:00:00Z,40.1,-82.1,300.5,60.25", "TOO_FEW_FIELDS", ""),
        (b"hello", "TOO_FEW_FIELDS", ""),
        (line(time=""), "BAD_TIME", "gpsTime"),
        (line(time="yesterday"), "BAD_TIME", "gpsTime"),
        (line(time="2025-09-15"), "BAD_TIME", "gpsTime"),
        (line(time="2025-02-30T10:00:00Z"), "BAD_TIME", "gpsTime"),
        (line(time="1694772000"), "BAD_TIME", "gpsTime"),
        (line(time="0001-01-01T00:00:00+10:00"), "BAD_TIME", "gpsTime"),
        (line(lat=""), "NOT_A_NUMBER", "lat"),
        (line(lat="abc"), "NOT_A_NUMBER", "lat"),
        (line(lat='"40.1"'), "NOT_A_NUMBER", "lat"),
        (line(lat="4_0"), "NOT_A_NUMBER", "lat"),
        (line(lat="nan"), "NOT_FINITE", "lat"),
        (line(lat="90.00000001"), "OUT_OF_RANGE", "lat"),
        (line(lon="-180.5"), "OUT_OF_RANGE", "lon"),
        (line(lon="1e999"), "NOT_FINITE", "lon"),
        (line(alt="high"), "NOT_A_NUMBER", "alt"),
        (line(alt="Infinity"), "NOT_FINITE", "alt"),
        (line(speed="0x10"), "NOT_A_NUMBER", "grSpeed"),
        (line(spray=""), "BAD_SPRAY", "sprayStat"),
        (line(spray="1.0"), "BAD_SPRAY", "sprayStat"),
        (line(spray="0x1"), "BAD_SPRAY", "sprayStat"),
        (line(spray="on"), "BAD_SPRAY", "sprayStat"),
        (line(spray="9223372036854775808"), "BAD_SPRAY", "sprayStat"),
    ],
)
def test_what_cannot_be_read_or_be_true_is_rejected(bad: bytes, code: str, field: str) -> None:
    reject = only_reject(GOOD + b"\n" + bad + b"\n" + GOOD)
    assert (reject.line, reject.offset, reject.code, reject.field) == (2, len(GOOD) + 1, code, field)
    assert reject.raw == bad.decode()
    assert len(reject.message) > 10


@pytest.mark.parametrize("edge", [line(lat="90", lon="-180"), line(lat="-90.0", lon="180.000")])
def test_the_edges_of_the_globe_are_on_it(edge: bytes) -> None:
    assert parse(edge).result.counts.records == 1


@pytest.mark.parametrize(
    "data",
    [
        b"\xef\xbb\xbf" + HEADER + b"\n" + GOOD,
        HEADER + b"\r\n" + GOOD + b"\r\n",
        HEADER + b"\n\n" + GOOD,
        b"# remark\n" + GOOD + b"\n",
        b"   \n" + GOOD,
        b"  # indented remark\n" + GOOD,
        b"# caf\xe9 in Latin-1\n" + GOOD,
        HEADER + b"\r" + GOOD + b"\r",
    ],
)
def test_remarks_header_blank_lines_and_line_ends_are_no_records(data: bytes) -> None:
    counts = parse(data).result.counts
    assert (counts.records, counts.rejects) == (1, 0)
    assert counts.lines == counts.comments + 1


def test_a_newline_at_the_end_makes_no_line() -> None:
    assert parse(GOOD + b"\n").result.counts.lines == parse(GOOD).result.counts.lines == 1


def test_a_last_line_cut_short_is_rejected_only_where_it_cannot_be_read() -> None:
    assert parse(GOOD + b"\n" + GOOD[:-3]).result.counts.rejects == 1
    assert parse(GOOD + b"\n" + GOOD).result.counts.records == 2


@pytest.mark.parametrize(
    "header",
    [
        b"lon,lat,sprayStat,gpsTime,grSpeed,alt",
        b"LNG,Latitude,SPRAY,Time,Ground Speed,Altitude",
        b"longitude,LAT,spray_status,timestamp,speed,alt",
    ],
)
def test_a_header_decides_the_order_of_the_columns(header: bytes) -> None:
    record = only_record(header + b"\n-82.1,40.1,1,2025-09-15T10:00:00Z,60.25,300.5")
    assert record == only_record(GOOD) | {"line": 2}


def test_a_header_counts_only_as_the_first_line_of_data() -> None:
    parsed = parse(GOOD + b"\n" + HEADER + b"\n" + GOOD)
    assert (parsed.result.counts.records, parsed.rejects[0].code) == (2, "BAD_TIME")


def test_a_header_without_altitude_and_speed_leaves_them_empty() -> None:
    record = only_record(b"time,lat,lon,spray\n2025-09-15T10:00:00Z,40.1,-82.1,1")
    assert (record["alt"], record["ground_speed"], record["flags"]) == (None, None, ["no_altitude", "no_speed"])


def test_a_header_without_a_position_is_refused_with_its_reason() -> None:
    with pytest.raises(Unreadable, match=r"MISSING_COLUMNS.*lat") as refused:
        parse(b"time,lon,alt,speed,spray\n" + GOOD)
    assert "time,lon" in refused.value.sentence.replace(" ", "")


def test_columns_of_the_options_outrank_the_header() -> None:
    options = ParseOptions(columns=("timestamp", "lon", "lat", "alt", "speed", "spray"))
    record = only_record(HEADER + b"\n2025-09-15T10:00:00Z,-82.1,40.1,300.5,60.25,1", options)
    assert (record["lat"], record["lon"]) == (40.1, -82.1)


def test_further_columns_are_kept_under_the_names_of_the_header() -> None:
    data = HEADER + b",flow rate,boom\n" + GOOD + b",7.5,left\n" + GOOD + b",8\n" + GOOD + b"\n" + GOOD + b",9,right,x,,y"
    partner = [record["partner"] for record in parse(data).records]
    assert partner[:3] == [{"flow rate": "7.5", "boom": "left"}, {"flow rate": "8"}, {}]
    assert partner[3] == {"flow rate": "9", "boom": "right", "extra1": "x", "extra2": "", "extra3": "y"}


def test_further_columns_without_a_header_are_numbered() -> None:
    data = b"\n".join([GOOD + b",a, b "] * 50 + [GOOD] + [GOOD + b",a,b,c"] * 50)
    records = parse(data).records
    assert records[0]["partner"] == {"field7": "a", "field8": " b "}
    assert records[50]["partner"] == {}
    assert records[100]["partner"] == {"field7": "a", "field8": "b", "extra1": "c"}


def test_a_header_of_thousands_of_columns_loses_no_field() -> None:
    names = b",".join(b"c%d" % number for number in range(3_000))
    parsed = parse(HEADER + b"," + names + b"\n" + GOOD + b"," + b",".join([b"7"] * 3_000))
    assert len(parsed.records[0]["partner"]) == 3_000


def test_text_beyond_ascii_is_kept_in_utf8_and_in_latin1() -> None:
    utf8, latin1 = parse(HEADER + b",pilot\n" + GOOD + ",José".encode()), parse(HEADER + b",pilot\n" + GOOD + b",Jos\xe9")
    assert utf8.records[0]["partner"] == latin1.records[0]["partner"] == {"pilot": "José"}
    assert (utf8.result.encoding, latin1.result.encoding) == ("utf-8", "latin-1")


@pytest.mark.parametrize(
    ("unit", "metres"), [(ParseOptions(altitude_unit="m"), 300.5), (ParseOptions(altitude_unit="ft"), 300.5 * 0.3048)]
)
def test_altitude_becomes_metres(unit: ParseOptions, metres: float) -> None:
    assert only_record(GOOD, unit)["alt"] == metres


@pytest.mark.parametrize(("unit", "speed"), [("m/s", 60.25), ("kn", 30.99527777), ("mph", 26.93416), ("km/h", 16.7361111)])
def test_speed_becomes_metres_per_second(unit: str, speed: float) -> None:
    assert only_record(GOOD, ParseOptions(speed_unit=unit))["ground_speed"] == pytest.approx(speed, rel=1e-7)


@pytest.mark.parametrize(
    ("time", "zone", "utc"),
    [
        ("2025-09-15T10:00:00", "UTC", "2025-09-15T10:00:00+00:00"),
        ("2025-09-15T10:00:00", "America/Bogota", "2025-09-15T15:00:00+00:00"),
        ("2025-09-15T10:00:00Z", "America/Bogota", "2025-09-15T10:00:00+00:00"),
        ("2025-09-15 10:00:00.25+02:00", "America/Bogota", "2025-09-15T08:00:00.250000+00:00"),
        ("2025-11-02T01:30:00", "America/New_York", "2025-11-02T05:30:00+00:00"),  # happens twice: the first
        ("2025-03-09T02:30:00", "America/New_York", "2025-03-09T07:30:00+00:00"),  # never happens: as before the change
    ],
)
def test_times_without_a_zone_are_in_the_accounts(time: str, zone: str, utc: str) -> None:
    assert only_record(line(time=time), ParseOptions(zone))["gps_time"].isoformat() == utc


def test_other_spray_states_are_kept_as_they_came_and_counted_without_a_flag() -> None:
    parsed = parse(
        b"\n".join(line(time=f"2025-09-15T10:00:0{at}Z", spray=spray) for at, spray in enumerate(["0", "1", "2", "-7"]))
    )
    assert [record["spray"] for record in parsed.records] == [0, 1, 2, -7]
    assert parsed.result.flags == {"other_spray": 2}
    assert parsed.result.counts.flagged == 0


def test_comments_may_state_jobs_and_that_the_log_is_synthetic() -> None:
    remarks = b'# SYNTHETIC log, simulated\n# job: 146\n# jobId=CROP001, pilot X\n# External job id : "b4ef"\n# job: 146\n'
    result = parse(remarks + b"# no job today\n" + GOOD).result
    assert result.stated_job_ids == ("146", "CROP001", "b4ef")
    assert result.synthetic is True


def test_only_the_first_remark_can_say_that_a_log_is_synthetic() -> None:
    assert parse(b"# a log\n# synthetic turf field\n" + GOOD).result.synthetic is False


@pytest.mark.parametrize("size", [1, 10, 1 << 20])
def test_nothing_but_blank_lines_is_an_empty_file(size: int) -> None:
    for data in (b"", b"\xef\xbb\xbf", b"\n \r\n\t\n" * 50):
        with pytest.raises(Unreadable, match="EMPTY"):
            parse(data, parser=SatlocText(size))


@pytest.mark.parametrize(
    "data",
    [
        bytes(range(256)) * 20,
        b"\x00" * 100_000,
        (HEADER + b"\n" + GOOD).decode().encode("utf-16"),
        b"SAT\x01\x02" + b"\x90\x80" * 99,
    ],
)
def test_binary_data_is_not_text(data: bytes) -> None:
    with pytest.raises(NotThisFormat) as refused:
        parse(data)
    assert refused.value.code == "NOT_TEXT"


def test_damage_within_a_log_costs_only_the_damaged_lines() -> None:
    counts = parse((GOOD + b"\n") * 30 + b"\x00" * 2_000 + b"\n" + GOOD).result.counts
    assert (counts.records, counts.rejects) == (31, 1)


def test_a_log_whose_lines_are_all_bad_is_read_to_its_end() -> None:
    counts = parse(b"no,log\n" * 1_000).result.counts
    assert (counts.lines, counts.records, counts.rejects) == (1_000, 0, 1_000)


def test_of_a_long_rejected_line_only_the_beginning_is_kept() -> None:
    reject = only_reject(GOOD + b"\n" + "é".encode() * 5_000)
    assert reject.raw == "é" * (RAW_LIMIT // 2)


def test_a_second_byte_order_mark_is_damage() -> None:
    data = b"\xef\xbb\xbf" * 2 + GOOD + b"\n" + GOOD
    parsed = parse(data)
    assert [(reject.line, reject.offset, reject.code) for reject in parsed.rejects] == [(1, 3, "BAD_TIME")]


@pytest.mark.parametrize("before", [b"\xef\xbb\xbf", GOOD + b"\n"], ids=["the whole file", "the last line"])
@pytest.mark.parametrize("block_size", [1, 20, 1 << 20])
def test_a_byte_order_mark_alone_is_a_line_that_is_no_record(before: bytes, block_size: int) -> None:
    data = before + b"\xef\xbb\xbf"
    parsed = parse(data, parser=SatlocText(block_size))
    assert as_reference(parsed) == reference.read(data)
    assert [reject.code for reject in parsed.rejects] == ["TOO_FEW_FIELDS"]


def test_a_line_with_a_field_too_long_is_rejected_although_its_record_is_good() -> None:
    parsed = parse(b"\n".join([GOOD + b",note"] * 40 + [GOOD + b"," + b"x" * LONGEST_LINE] + [GOOD + b",note"] * 40))
    assert [(reject.line, reject.code) for reject in parsed.rejects] == [(41, "LINE_TOO_LONG")]


def test_a_zone_that_changes_within_a_minute_is_read_to_the_second() -> None:
    data = b"\n".join(line(time=f"1883-11-18T12:03:{second:02}") for second in range(60))  # New York leaves its solar time at :58
    parsed = parse(data, ParseOptions("America/New_York"))
    assert as_reference(parsed) == reference.read(data, zone="America/New_York")


def test_what_is_said_of_a_file_holds_no_characters_that_cannot_be_kept() -> None:
    with pytest.raises(Unreadable) as refused:
        parse(b"timestamp,lat,alt\x00\n" + b"2026-07-01T12:00:00Z,40.1,-83.1\n" * 50)
    assert refused.value.code == "MISSING_COLUMNS"
    assert "\0" not in refused.value.sentence
