"""What is doubtful is kept and flagged, once per record, wherever blocks end."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flightdata.parsers.satloc_text import SatlocText
from tests.flightdata.parsers.parsing import parse

pytestmark = pytest.mark.thorough


def log(*records: tuple[float, float, float]) -> bytes:
    """A log of (seconds after ten, latitude, longitude)."""
    return b"".join(
        f"2025-09-15T10:{int(at) // 60:02}:{at % 60:06.3f}Z,{lat:.7f},{lon:.7f},300,60,1\n".encode() for at, lat, lon in records
    )


def flags_of(data: bytes) -> list[list[str]]:
    return [record["flags"] for record in parse(data).records]


def test_equal_and_backward_times_are_flagged_against_the_record_before() -> None:
    steps = log((5, 40, -82), (5, 40, -82), (4, 40, -82), (5, 40, -82), (6, 40, -82))
    assert flags_of(steps) == [[], ["equal_time"], ["backward_time"], [], []]


def test_a_rejected_line_between_two_records_is_no_record_before() -> None:
    data = log((5, 40, -82)) + b"2025-09-15T10:00:09Z,abc,-82,300,60,1\n" + log((6, 40, -82))
    assert flags_of(data) == [[], []]


@pytest.mark.parametrize(
    ("seconds", "metres", "jump"),
    [
        (1, 149, False),
        (1, 152, True),
        (10, 1_490, False),
        (10, 1_520, True),
        (0.1, 140, False),
        (0.1, 152, True),
        (60, 8_900, False),
    ],
)
def test_a_step_faster_than_any_aircraft_is_a_jump(seconds: float, metres: float, jump: bool) -> None:
    north = metres / 111_195
    assert flags_of(log((0, 40, -82), (seconds, 40 + north, -82))) == [[], ["jump"] if jump else []]
    assert flags_of(log((0, 60, -82), (seconds, 60, -82 + 2 * north))) == [[], ["jump"] if jump else []]


def test_crossing_the_antimeridian_is_no_jump() -> None:
    assert flags_of(log((0, -17, 179.9999), (1, -17, -179.9999))) == [[], []]


def test_a_wrong_position_is_a_jump_there_and_back() -> None:
    assert flags_of(log((0, 40, -82), (1, 0, 0), (2, 40, -82), (3, 40, -82))) == [[], ["jump"], ["jump"], []]


def test_a_record_with_several_doubts_is_flagged_once() -> None:
    data = log((1, 40, -82)) + b"2025-09-15T10:00:01Z,41,-82,,,3\n"
    result = parse(data).result
    assert result.counts.flagged == 1
    assert result.flags == {"equal_time": 1, "jump": 1, "no_altitude": 1, "no_speed": 1, "other_spray": 1}


@settings(max_examples=60, deadline=None)
@given(
    steps=st.lists(st.tuples(st.sampled_from([0, 1, 2, 600]), st.sampled_from([0.0, 1e-5, 0.5]), st.just(0)), max_size=25),
    block_size=st.integers(1, 300),
)
def test_where_blocks_end_changes_no_flag(steps: list[tuple[int, float, int]], block_size: int) -> None:
    data = log((300, 40, -82), *((at, 40 + lat, -82 + lon) for at, lat, lon in steps))
    whole, cut = parse(data), parse(data, parser=SatlocText(block_size))
    assert cut.records == whole.records
    assert cut.result == whole.result
