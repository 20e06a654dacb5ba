"""Lines for a map: one spray state each, at any tolerance, inside a box, and kept beside the track."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from flightdata import map_lines
from flightdata.map_lines import Box
from flightdata.parsers.base import ParseOptions
from flightdata.parsers.satloc_text import SatlocText
from tests.support.samples import OHIO_LOG

HEADER = "timestamp,latitude,longitude,altitude,groundSpeed,sprayStatus\n"


def track_of(folder: Path, rows: list[tuple[int, float, float, int]]) -> Path:
    """Rows of second of the day, latitude, longitude, spray."""
    times = [f"2026-05-01T{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}Z" for second, *_ in rows]
    lines = [f"{time},{lat:.7f},{lon:.7f},300,60,{spray}\n" for time, (_, lat, lon, spray) in zip(times, rows, strict=True)]
    log = folder / "some.log"
    log.write_text(HEADER + "".join(lines))
    return parsed(log, folder)


def parsed(log: Path, folder: Path) -> Path:
    SatlocText().parse(log, ParseOptions(), folder / "track.parquet", folder / "rejects.parquet")
    return folder / "track.parquet"


def positions(line: dict[str, Any]) -> list[tuple[int, int]]:
    return [tuple(point) for point in np.cumsum(np.array(line["points"]).reshape(-1, 2), axis=0).tolist()]


def test_lines_end_where_the_boom_goes_on_or_off_and_at_gaps(tmp_path: Path) -> None:
    rows = [(0, 40.0, -83.0, 0), (1, 40.001, -83.0, 1), (2, 40.002, -83.0, 1), (100, 40.1, -83.0, 1), (101, 40.101, -83.0, 1)]
    lines = map_lines.read(track_of(tmp_path, rows)).at(1.0)
    assert [(line["on"], positions(line)) for line in lines] == [
        (False, [(-830000000, 400000000), (-830000000, 400010000)]),
        (True, [(-830000000, 400010000), (-830000000, 400020000)]),
        (True, [(-830000000, 401000000), (-830000000, 401010000)]),
    ]


def test_a_coarser_map_gets_fewer_points_and_every_one_is_a_record(tmp_path: Path) -> None:
    ranked = map_lines.read(parsed(OHIO_LOG, tmp_path))
    counts = [sum(len(positions(line)) for line in ranked.at(tolerance)) for tolerance in (0.25, 1, 4, 16, 64)]
    assert counts == sorted(counts, reverse=True)
    assert counts[0] > 3 * counts[1] > 0
    fine = {point for line in ranked.at(0.25) for point in positions(line)}
    assert {point for line in ranked.at(16) for point in positions(line)} <= fine


def test_a_box_gets_what_passes_it_even_where_no_point_lies_in_it(tmp_path: Path) -> None:
    rows = [(0, 40.0, -83.0, 1), (1, 40.0, -82.0, 1), (2, 41.0, -82.0, 1), (3, 41.0, -83.0, 1)]
    ranked = map_lines.read(track_of(tmp_path, rows))
    lines = ranked.at(1.0, Box(-82.6, 39.9, -82.4, 40.1))
    assert [positions(line) for line in lines] == [[(-830000000, 400000000), (-820000000, 400000000)]]
    assert ranked.at(1.0, Box(10, 10, 11, 11)) == []


def test_a_flight_over_the_antimeridian_is_one_line(tmp_path: Path) -> None:
    rows = [(0, 40.0, 179.999, 1), (1, 40.001, -179.999, 1)]
    (line,) = map_lines.read(track_of(tmp_path, rows)).at(1.0)
    assert positions(line) == [(1799990000, 400000000), (1800010000, 400010000)]


@pytest.mark.parametrize("rows", [[], [(0, 40.0, -83.0, 1)]], ids=["no record", "one record"])
def test_without_two_records_there_is_no_line(tmp_path: Path, rows: list[Any]) -> None:
    assert map_lines.read(track_of(tmp_path, rows or [(0, 95.0, 0.0, 0)])).at(1.0) == []


def test_the_ranks_are_kept_and_made_anew_where_they_are_gone(tmp_path: Path) -> None:
    track = parsed(OHIO_LOG, tmp_path)
    first = map_lines.read(track).at(1.0)
    (kept,) = tmp_path.glob("*.npz")
    track.rename(tmp_path / "elsewhere")
    assert map_lines.read(track).at(1.0) == first
    kept.unlink()
    with pytest.raises(FileNotFoundError):
        map_lines.read(track)
