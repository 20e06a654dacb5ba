"""The parser against the plain reference: the same records to the last bit, the same rejects at the same bytes."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flightdata.parsers.base import METRES_PER_ALTITUDE_UNIT, METRES_PER_SECOND_PER_SPEED_UNIT, ParseOptions, Unreadable
from flightdata.parsers.satloc_text import SatlocText
from tests.flightdata.parsers import reference
from tests.flightdata.parsers.parsing import HEADER, as_reference, parse
from tests.support.samples import OHIO_LOG

pytestmark = [pytest.mark.thorough, pytest.mark.timeout(300)]  # hundreds of files, each made durable, while others go ahead

TIMES = [
    "2025-09-15T10:00:00Z", "2025-09-15T10:00:00.123Z", "2025-09-15 10:00:00.1234567+05:30", "2025-09-15T10:00:00",
    "2025-11-02T01:30:00", "2025-03-09T02:30:00", "20250915T100000Z", "2025-W38-1T10:00", "2025-09-15T10",
    "2025-09-15T10:00-0500", "2025-09-15", "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-14:00", "0000-01-01T00:00:00Z", "2025-02-29T00:00:00Z",
    "2025-09-15T24:00:00Z", "2025-09-15T10:00:60Z", "", "now", "1694772000", "2025-09-15t10:00:00z", "2025-09-15T10:00:00,5Z",
]  # fmt: skip
NUMBERS = [
    "40.12345678", "-82.5", "0", "-0.0", "90", "-90", "90.0000001", "180", "-180.00000001", "1e1", "1E-400", "5e-324", "1e400",
    "+1.5", ".5", "5.", ".", "-", "--1", "1.2.3", "1-2", "NaN", "-inf", "Infinity", "++inf", "0x1F", "1_0", "", " 7.25 ", "\t3",
    "1 2",     "0.1234567890123456789", "9" * 400, "12:30", "٣", "1,5",
]  # fmt: skip
INTEGERS = [
    "0",
    "1",
    "2",
    "-3",
    "+1",
    "007",
    " 1 ",
    "1.0",
    "0x1",
    "",
    "on",
    "9223372036854775807",
    "-9223372036854775808",
    "9223372036854775808",
    "1" * 5000,
]
ODD_LINES = [
    b"",
    b"  ",
    b"# note",
    b" # note, with, commas, of, all, kinds",
    b"\x00\x00",
    b"\xff\xfe",
    b"a,b",
    b",,,,,",
    b'"1","2"',
]

numbers = st.one_of(st.sampled_from(NUMBERS), st.floats(-200, 200).map(repr), st.decimals(-100, 100, places=8).map(str))
times = st.one_of(st.sampled_from(TIMES), st.datetimes().map(lambda moment: moment.isoformat() + "Z"))
integers = st.sampled_from(INTEGERS)
lines_of_fields = st.tuples(times, numbers, numbers, numbers, numbers, integers).map(lambda fields: ",".join(fields).encode())
plain_lines = st.integers(0, 86_399).map(
    lambda s: f"2025-09-15T{s // 3600:02}:{s // 60 % 60:02}:{s % 60:02}Z,40.{s},-82.{s},300,{s}.25,1".encode()
)
ends = st.sampled_from([b"\n", b"\n", b"\r\n", b"\r"])
lines = st.one_of(plain_lines, plain_lines, lines_of_fields, st.sampled_from(ODD_LINES), st.binary(max_size=30))
files = st.tuples(
    st.booleans(), st.lists(st.tuples(lines, ends), max_size=40), st.lists(st.tuples(plain_lines, ends), max_size=80), lines
).map(lambda parts: (b"\xef\xbb\xbf" if parts[0] else b"") + b"".join(map(b"".join, [*parts[1], *parts[2]])) + parts[3])
options = st.builds(
    ParseOptions,
    time_zone=st.sampled_from(["UTC", "America/New_York", "Asia/Kathmandu", "Pacific/Apia"]),
    altitude_unit=st.sampled_from(list(METRES_PER_ALTITUDE_UNIT)),
    speed_unit=st.sampled_from(list(METRES_PER_SECOND_PER_SPEED_UNIT)),
)


def expected(data: bytes, chosen: ParseOptions, header_line: int | None = None) -> reference.Reading:
    return reference.read(
        data,
        header_line=header_line,
        zone=chosen.time_zone,
        metres=METRES_PER_ALTITUDE_UNIT[chosen.altitude_unit],
        metres_per_second=METRES_PER_SECOND_PER_SPEED_UNIT[chosen.speed_unit],
    )


@settings(max_examples=250, deadline=None)
@given(data=files, chosen=options, block_size=st.one_of(st.integers(1, 400), st.just(1 << 20)))
def test_any_file_reads_as_the_reference_reads_it(data: bytes, chosen: ParseOptions, block_size: int) -> None:
    wanted = expected(data, chosen)
    try:
        parsed = parse(data, chosen, SatlocText(block_size))
    except Unreadable:
        assert not wanted.records
    else:
        assert as_reference(parsed) == wanted
        assert parsed.result.counts.reconciles()


@settings(max_examples=100, deadline=None)
@given(column=st.lists(st.tuples(times, numbers, numbers, integers), min_size=60, max_size=120))
def test_columns_full_of_oddities_read_as_the_reference_reads_them(column: list[tuple[str, str, str, str]]) -> None:
    good = HEADER + b"\n2025-09-15T10:00:00Z,1,2,3,4,1\n" * 20
    data = good + "".join(f"{time},{first},{second},{second},{first},{spray}\n" for time, first, second, spray in column).encode()
    first_line_only = data.replace(HEADER, b"#", 1)
    assert as_reference(parse(first_line_only)) == reference.read(first_line_only)


@settings(max_examples=100, deadline=None)
@given(at=st.integers(0, 5_000), cut=st.integers(0, 90), inserted=st.binary(max_size=12), block_size=st.integers(200, 8_000))
def test_every_mutilation_of_a_real_log_keeps_all_lines(at: int, cut: int, inserted: bytes, block_size: int) -> None:
    data = OHIO_LOG.read_bytes()[:6_000]
    header_end = data.index(b"\n") + 1
    at += header_end
    data = data[:at] + inserted + data[at + cut :]
    parsed = parse(data, parser=SatlocText(block_size))
    assert as_reference(parsed) == reference.read(data, header_line=1)
    assert all(data[reject.offset :].startswith(reject.raw.encode()[:1]) or not reject.raw.isascii() for reject in parsed.rejects)


def test_the_real_log_reads_as_the_reference_reads_it() -> None:
    data = OHIO_LOG.read_bytes()
    parsed = parse(data)
    assert as_reference(parsed) == reference.read(data, header_line=1)
    assert parsed.result.counts.records == 10_133


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_where_blocks_end_changes_nothing(end: bytes) -> None:
    data = b"\xef\xbb\xbf" + end.join([*OHIO_LOG.read_bytes().splitlines()[:25], b"bad", b"", b"# note"])
    wanted = reference.read(data, header_line=1)
    for block_size in range(1, 140, 3):
        assert as_reference(parse(data, parser=SatlocText(block_size))) == wanted, block_size
