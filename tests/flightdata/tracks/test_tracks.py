from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from flightdata.tracks import Doubt, TrackColumns, TrackWriter, count_records, read_line, read_records, read_window, scaling
from flightdata.tracks.columns import ROW_GROUP_SIZE

pytestmark = pytest.mark.thorough

START = datetime(2025, 9, 15, 10, tzinfo=UTC)


def flight(count: int, first: int = 0, decimals: int = 7) -> TrackColumns:
    """Records at 1 Hz on a wavy line, with the places a log writes."""
    at = np.arange(first, first + count)
    return TrackColumns(
        gps_time=int(START.timestamp()) * 1_000_000 + at * 1_000_000,
        lat=np.round(40 + np.sin(at / 500) / 100, decimals),
        lon=np.round(-82 + at / 1e5, decimals),
        alt=np.round(300 + np.cos(at / 30), 2),
        ground_speed=np.round(60 + np.cos(at / 70), 2),
        spray=at // 100 % 2,
        line=at + 2,
        flags=np.zeros(count, np.uint8),
    )


def written(path: Path, *pieces: TrackColumns, partner: tuple[str, ...] = ()) -> Path:
    with TrackWriter(path, partner) as writer:
        for piece in pieces:
            writer.write(piece)
    return path


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "track.parquet"


def test_a_track_of_nothing_is_readable(path: Path) -> None:
    written(path)
    assert (count_records(path), read_records(path, 0, 10), read_line(path, 10)) == (0, [], [])
    assert len(read_window(path, START, START + timedelta(days=1))) == 0


def test_records_come_back_as_they_were(path: Path) -> None:
    columns = flight(3)
    columns.alt[1] = np.nan
    columns.flags[1] = Doubt.NO_ALTITUDE | Doubt.JUMP
    (_, second, _) = read_records(written(path, columns), 0, 10)
    assert second["gps_time"] == START + timedelta(seconds=1)
    assert (second["lat"], second["lon"], second["alt"]) == (columns.lat[1], columns.lon[1], None)
    assert (second["line"], second["spray"], second["flags"]) == (3, 0, ["jump", "no_altitude"])


@pytest.mark.parametrize("piece", [1_000, ROW_GROUP_SIZE, 150_000])
def test_row_groups_have_one_size_whatever_the_pieces(path: Path, piece: int) -> None:
    written(path, *(flight(min(piece, 150_000 - first), first) for first in range(0, 150_000, piece)))
    metadata = pq.read_metadata(path)
    assert [metadata.row_group(at).num_rows for at in range(metadata.num_row_groups)] == [ROW_GROUP_SIZE, ROW_GROUP_SIZE, 18_928]


@pytest.mark.parametrize(
    ("start", "limit"), [(0, 1), (65_530, 12), (65_536, 5), (131_000, 1_000), (149_999, 100), (150_000, 5), (7, 0), (0, 150_001)]
)
def test_a_page_is_a_slice_of_all_records(path: Path, start: int, limit: int) -> None:
    written(path, flight(150_000))
    lines = [record["line"] for record in read_records(path, start, limit)]
    assert lines == list(range(start + 2, min(start + limit, 150_000) + 2))


def test_a_window_holds_its_beginning_and_not_its_end(path: Path) -> None:
    written(path, flight(150_000))
    window = read_window(path, START + timedelta(seconds=65_530), START + timedelta(seconds=65_540))
    assert window.line.tolist() == list(range(65_532, 65_542))
    assert window.lat.tolist() == flight(10, 65_530).lat.tolist()


def test_a_log_takes_at_most_six_bytes_a_record(path: Path) -> None:
    rng = np.random.default_rng(1)
    columns = flight(216_000)
    columns.lat = np.round(columns.lat + rng.normal(0, 1e-6, 216_000), 7)
    columns.lon = np.round(columns.lon + rng.normal(0, 1e-6, 216_000), 7)
    columns.alt = np.round(columns.alt + rng.normal(0, 0.2, 216_000), 2)
    assert written(path, columns).stat().st_size / 216_000 <= 6


def test_values_are_stored_as_decimals_that_any_reader_understands(path: Path) -> None:
    schema = pq.read_schema(written(path, flight(1_000)))
    assert schema.field("lat").type == pa.decimal64(18, 7)
    assert schema.field("alt").type == pa.decimal64(18, 2)
    assert schema.field("alt").metadata[b"unit"] == b"metre"


def test_finer_values_later_in_a_log_lose_nothing(path: Path) -> None:
    coarse, finer, finest = flight(70_000, decimals=5), flight(70_000, 70_000, decimals=9), flight(70_000, 140_000, decimals=7)
    finest.lon = finest.lon + np.pi * 1e-9
    written(path, coarse, finer, finest)
    back = read_window(path, START, START + timedelta(days=9))
    assert back.lat.tolist() == np.concatenate([coarse.lat, finer.lat, finest.lat]).tolist()
    assert back.lon.tolist() == np.concatenate([coarse.lon, finer.lon, finest.lon]).tolist()
    assert pq.read_schema(path).field("lon").type == pa.float64()
    assert list(path.parent.iterdir()) == [path]


@given(st.lists(st.one_of(st.floats(allow_infinity=False), st.decimals(-200, 200, places=7).map(float)), min_size=1, max_size=50))
def test_encoding_loses_no_bit_of_any_double(values: list[float]) -> None:
    doubles = np.array(values)
    places = scaling.decimals_needed(doubles)
    back = scaling.decode(scaling.encode(doubles, places))
    assert np.array_equal(back, doubles, equal_nan=True)


@given(st.lists(st.integers(-(10**10), 10**10), min_size=1, max_size=50), st.integers(0, 9))
def test_values_of_few_places_are_stored_as_decimals(whole: list[int], places: int) -> None:
    assert scaling.decimals_needed(np.array([float(f"{number}e-{places}") for number in whole])) is not None


def test_partner_columns_come_back_by_name(path: Path) -> None:
    columns = flight(3)
    columns.partner = {"a.b": pa.array(["x", None, ""]), "lat": pa.array(["1", "2", "3"])}
    columns.overflow = pa.array([None, "p,q", None])
    partner = [record["partner"] for record in read_records(written(path, columns, partner=("a.b", "lat")), 0, 3)]
    assert partner == [{"a.b": "x", "lat": "1"}, {"lat": "2", "extra1": "p", "extra2": "q"}, {"a.b": "", "lat": "3"}]


@pytest.mark.parametrize("most", [4, 5, 100, 999, 5_000])
def test_a_line_keeps_its_ends_and_its_limit(path: Path, most: int) -> None:
    columns = flight(5_000)
    line = read_line(written(path, columns), most)
    assert len(line) <= most
    assert [line[0][:2], line[-1][:2]] == [(columns.lon[at], columns.lat[at]) for at in (0, -1)]
    assert len(line) > most // 3


def test_a_line_keeps_the_corner_of_a_turn(path: Path) -> None:
    columns = flight(1_001)
    columns.lat[:] = np.where(np.arange(1_001) < 137, 40.0, 40.0 + (np.arange(1_001) - 137) / 1e4)
    line = read_line(written(path, columns), 20)
    assert any(abs(point.lon - columns.lon[137]) < 2e-5 and abs(point.lat - 40.0) < 2e-4 for point in line)


def test_a_line_of_a_very_long_log_is_drawn_from_a_part_of_its_records(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    columns = flight(140_000)
    whole = read_line(written(path, columns), 1_000)
    monkeypatch.setattr("flightdata.tracks.reader.MOST_THINNED_POINTS", 20_000)
    thinned = read_line(path, 1_000)
    assert [thinned[0], thinned[-1]] == [whole[0], whole[-1]]
    assert {point.lon for point in thinned[1:-1]} <= set(columns.lon[::7].tolist())


def test_a_line_of_one_place_is_no_error(path: Path) -> None:
    columns = flight(500)
    columns.lat[:], columns.lon[:] = 40.0, -82.0
    assert {point[:2] for point in read_line(written(path, columns), 50)} == {(-82.0, 40.0)}
    with pytest.raises(ValueError, match="at least 4"):
        read_line(path, 3)
