"""Parse, check, and write a track: our records a second beside the implementation guide's JavaScript, in one run.

    python -m benchmarks.parse [records ...]

Rounds of both alternate, so that ratios hold whatever else the machine does; figures are medians after warm-up.
Goal: 800,000 records/s, in 300 MB for a file of any size.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from uuid import uuid4

from benchmarks.logs import write_log
from flightdata.parsers.base import ParseOptions
from flightdata.parsers.doubts import DoubtFinder
from flightdata.parsers.satloc_text import SatlocText
from flightdata.parsers.satloc_text.blocks import BLOCK_SIZE, read_blocks
from flightdata.parsers.satloc_text.digest import Digest, digest
from flightdata.parsers.satloc_text.recognition import find_layout
from flightdata.tracks import TrackWriter

SIZES = (21_600, 1_000_000)
WARM_UP = 2
ROUNDS = 5
IN_A_ROW = 100_000
"""Lines, at least, that each reads before it is the other's turn: who only just woke up is slow, and a busy worker is awake."""
GUIDE = Path(__file__).with_name("guide_parser.js")
PEAK = """
import sys
from pathlib import Path
from benchmarks.parse import parse_once, peak_megabytes
parse_once(Path(sys.argv[1]), Path(sys.argv[2]))
print(peak_megabytes())
"""

Seconds = dict[str, float]


def main() -> None:
    """Print a table for each size."""
    sizes = [int(word.replace(",", "")) for word in sys.argv[1:] if word.replace(",", "").isdigit()] or SIZES
    with tempfile.TemporaryDirectory(prefix="agmission-bench-") as folder:
        for records in sizes:
            log = write_log(Path(folder, f"{records}.log"), records)
            _print_table(records, log, *_alternate(log, Path(folder), -(-IN_A_ROW // records)))


def _alternate(log: Path, folder: Path, in_a_row: int) -> tuple[list[Seconds], list[Seconds]]:
    """Rounds of ours and of the guide's, one after the other; none of the latter where Node is not installed."""
    ours: list[Seconds] = []
    theirs: list[Seconds] = []
    with _guide(log) as guide_round:
        for _ in range(WARM_UP + ROUNDS):
            ours += [{"whole": _timed(lambda: parse_once(log, folder)), **_stages(log, folder)} for _ in range(in_a_row)]
            if guide_round is not None:
                theirs += [guide_round() for _ in range(in_a_row)]
    return ours[WARM_UP * in_a_row :], theirs[WARM_UP * in_a_row :]


def parse_once(log: Path, folder: Path) -> None:
    """Into files of this attempt, as the hub does."""
    attempt = uuid4().hex
    SatlocText().parse(log, ParseOptions(), folder / f"{attempt}.track", folder / f"{attempt}.rejects")


def _stages(log: Path, folder: Path) -> Seconds:
    """The stages one after the other on one thread; `whole` has them side by side."""
    layout, options = find_layout(log, ParseOptions()), ParseOptions()
    parts: list[Digest] = []
    seconds = {}

    def read() -> None:
        with log.open("rb") as file:
            parts.extend(digest(block, layout, options) for block in read_blocks(file, BLOCK_SIZE))

    def doubt() -> None:
        finder = DoubtFinder()
        for part in parts:
            finder.flag(part.records)

    def write() -> None:
        with TrackWriter(folder / "stage") as writer:
            for part in parts:
                writer.write(part.records)

    for stage in (read, doubt, write):
        seconds[stage.__name__] = _timed(stage)
    return seconds


@contextmanager
def _guide(log: Path) -> Iterator[Callable[[], Seconds] | None]:
    node = shutil.which("node")
    if node is None:
        yield None
        return
    command = [node, "--max-old-space-size=4096", str(GUIDE), str(log)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        stdin, stdout = process.stdin, process.stdout

        def one_round() -> Seconds:
            stdin.write("\n")
            stdin.flush()
            measured: Seconds = json.loads(stdout.readline())
            steps = {step: measured[step] / 1000 for step in ("parse", "convert", "serialise")}
            return {**steps, "whole": sum(steps.values()), "peak_mb": measured["peak_mb"]}

        yield one_round
        stdin.close()


def _timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def peak_megabytes() -> float:
    """The largest memory this process has had, in MB; 0 where /proc does not tell."""
    status = Path("/proc/self/status")
    found = re.search(r"VmHWM:\s+(\d+) kB", status.read_text()) if status.exists() else None
    return int(found[1]) / 1024 if found else 0.0


def _peak_of_one_parse(log: Path) -> float:
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-c", PEAK, str(log), folder]
        return float(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def _print_table(records: int, log: Path, ours: list[Seconds], theirs: list[Seconds]) -> None:
    size = log.stat().st_size / 1e6
    print(f"\nparse + check + Parquet, {records:,} lines, {size:.1f} MB, 0.1 % bad lines, {os.cpu_count()} cores")
    for step, words in {"read": "read, one thread", "doubt": "flag doubts", "write": "write Parquet", "whole": "whole"}.items():
        _print_row(f"ours: {words}", records, [one[step] for one in ours])
    print(f"  {'ours: peak memory, whole process':<40}{_peak_of_one_parse(log):>10.0f} MB")
    if not theirs:
        print("  the guide's JavaScript: not run, for Node is not installed")
        return
    for step in ("parse", "convert", "serialise", "whole"):
        _print_row(f"guide's JavaScript: {step}", records, [one[step] for one in theirs])
    print(f"  {'guide: peak memory, whole process':<40}{theirs[-1]['peak_mb']:>10.0f} MB")
    whole = median(one["whole"] for one in ours)
    parse, stored = (median(one[step] for one in theirs) / whole for step in ("parse", "whole"))
    print(f"  ours, all included: {parse:.1f} times the guide's parse alone, {stored:.1f} times its parse-and-serialise")


def _print_row(label: str, records: int, seconds: list[float]) -> None:
    middle = median(seconds)
    print(f"  {label:<40}{middle * 1000:>10.1f} ms{records / middle:>14,.0f} records/s")


if __name__ == "__main__":
    main()
