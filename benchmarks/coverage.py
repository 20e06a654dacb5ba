"""Coverage of one log, stage by stage, beside GEOS's plain union of the same bands in the same run.

    python -m benchmarks.coverage [records ...]

Fields of a hundred passes of 52 records each, ten a second, swath 20 m, lanes 19 m apart, 5 cm of noise in the positions.
Rounds alternate, so that ratios hold whatever else the machine does; figures are medians after warm-up.
"""

import json
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import shapely

from flightdata.coverage.areas import Area
from flightdata.coverage.bands import bands
from flightdata.coverage.ground import lay
from flightdata.coverage.layers import feature_collection
from flightdata.coverage.measuring import Measured, measure
from flightdata.coverage.overlay import dissolve, snapped
from flightdata.coverage.passes import passes
from flightdata.coverage.projection import LocalMap
from flightdata.coverage.records import read_records
from flightdata.tracks import TrackColumns, TrackWriter

SIZES = (21_600, 216_000)
WARM_UP, ROUNDS = 1, 5
SWATH, LANE = 20.0, 19.0
RECORDS_PER_PASS, STEP, PASSES_PER_FIELD = 52, 6.0, 100
FIELD_EVERY = 5_000.0
HEADING = np.radians(17.0)
CENTRE = LocalMap(-83.0, 40.0)

Seconds = dict[str, float]


def main() -> None:
    """Print a table for each size."""
    sizes = [int(word.replace(",", "")) for word in sys.argv[1:] if word.replace(",", "").isdigit()] or SIZES
    with tempfile.TemporaryDirectory(prefix="agmission-bench-") as folder:
        for records in sizes:
            track = Path(folder, f"{records}.parquet")
            areas = write_track(track, records)
            rounds = [_one_round(track, areas) for _ in range(WARM_UP + ROUNDS)]
            _print_table(records, [one for one, _ in rounds[WARM_UP:]], rounds[-1][1])


def write_track(path: Path, records: int) -> list[Area]:
    """Write the track of a log with so many records; the fields it was flown over."""
    chance = np.random.default_rng(20250915)
    number, place = np.divmod(np.arange(records), RECORDS_PER_PASS)
    field, lane = np.divmod(number, PASSES_PER_FIELD)
    along = np.where(number % 2, RECORDS_PER_PASS - 1 - place, place) * STEP
    flat = np.column_stack([field * FIELD_EVERY + lane * LANE, along]) + chance.normal(0, 0.05, (records, 2))
    positions = _degrees(flat)
    nothing = np.full(records, np.nan)
    columns = TrackColumns(
        gps_time=1_750_000_000_000_000 + 100_000 * np.arange(records) + 20_000_000 * number,
        lat=positions[:, 1].round(7),
        lon=positions[:, 0].round(7),
        alt=nothing,
        ground_speed=nothing,
        spray=(place < RECORDS_PER_PASS - 1).astype(np.int64),
        line=np.arange(1, records + 1),
        flags=np.zeros(records, np.uint8),
    )
    with TrackWriter(path) as writer:
        writer.write(columns)
    return [_field(one) for one in range(int(field[-1]) + 1)]


def _field(number: int) -> Area:
    """A field that its passes leave uncovered by half a swath on one side, and overshoot by half a swath on the other."""
    west = number * FIELD_EVERY - SWATH
    corners = np.array(
        [(west, 0.0), (west + PASSES_PER_FIELD * LANE, 0.0), (west + PASSES_PER_FIELD * LANE, 306.0), (west, 306.0)]
    )
    return Area(f"field {number + 1}", shapely.Polygon(_degrees(corners)))


def _degrees(flat: Any) -> Any:
    turn = np.array([[np.cos(HEADING), np.sin(HEADING)], [-np.sin(HEADING), np.cos(HEADING)]])
    return shapely.get_coordinates(CENTRE.unflatten(shapely.points(flat @ turn)))


def _one_round(track: Path, areas: list[Area]) -> tuple[Seconds, Measured]:
    """Stages one after the other, then the whole, each from its beginning."""
    seconds: Seconds = {}

    def timed(stage: str, work: Callable[[], Any]) -> Any:
        began = time.perf_counter()
        made = work()
        seconds[stage] = time.perf_counter() - began
        return made

    pieces = timed("read the track", lambda: list(read_records(track)))
    lines, _ = timed("passes", lambda: passes(pieces, CENTRE))
    laid = timed("bands", lambda: bands(lines, SWATH))
    timed("ground, and ground sprayed twice", lambda: lay(laid.shapes))
    timed("for comparison: GEOS's plain union", lambda: shapely.union_all(laid.shapes))
    timed("for comparison: union by disjoint subsets", lambda: dissolve(snapped(laid.shapes)))
    measured = timed("whole: all figures, by area too", lambda: measure([partial(read_records, track)], areas, [], SWATH))
    timed("shapes for the map, as GeoJSON", lambda: json.dumps(feature_collection(measured, ["one"])))
    return seconds, measured


def _print_table(records: int, rounds: list[Seconds], measured: Measured) -> None:
    found = measured.figures
    print(f"\ncoverage, {records:,} records, {len(measured.flown.lines):,} passes, {len(measured.areas)} fields")
    for stage in rounds[0]:
        print(f"  {stage:<44}{median(one[stage] for one in rounds) * 1000:>10.1f} ms")
    print(f"  hectares: sprayed {found.sprayed:,.2f}, union {found.union:,.2f}, missed {found.missed:,.2f}")


if __name__ == "__main__":
    main()
