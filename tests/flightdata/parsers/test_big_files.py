"""Files far larger than any block: memory stays bounded, and a kill leaves nothing half done."""

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from flightdata.parsers.base import RAW_LIMIT, ParseOptions
from flightdata.parsers.rejects import read_rejects
from flightdata.parsers.satloc_text import SatlocText
from flightdata.tracks import count_records
from tests.flightdata.parsers.parsing import GOOD

pytestmark = pytest.mark.thorough

MEBIBYTE = 1024 * 1024
MOST_MEMORY = 300 * MEBIBYTE
PARSE = """
import json, re, sys
from pathlib import Path
from flightdata.parsers.base import ParseOptions
from flightdata.parsers.satloc_text import SatlocText
result = SatlocText().parse(Path(sys.argv[1]), ParseOptions(), Path(sys.argv[2]), Path(sys.argv[3]))
peak = int(re.search("VmHWM:[ \\t]*([0-9]+) kB", Path("/proc/self/status").read_text())[1]) * 1024
counts = result.counts
print(json.dumps({"lines": counts.lines, "records": counts.records, "rejects": counts.rejects, "peak": peak}))
"""
"""Parses in a fresh process and tells its own peak. (`ru_maxrss` would begin with that of the process that started it.)"""

needs_proc = pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="peak memory of a process is read from /proc")


@pytest.fixture
def targets(tmp_path: Path) -> list[Path]:
    return [tmp_path / name for name in ("source.log", "track", "rejects")]


def parse_in_a_process(targets: list[Path]) -> dict[str, int]:
    ended = subprocess.run([sys.executable, "-c", PARSE, *targets], capture_output=True, text=True, check=True)
    outcome: dict[str, int] = json.loads(ended.stdout)
    return outcome


def write_log(path: Path, lines: int, bad_every: int) -> None:
    with path.open("w") as file:
        for number in range(lines):
            tenth, odd = number % 864_000, number % bad_every == bad_every - 1
            clock = f"{tenth // 36_000:02}:{tenth // 600 % 60:02}:{tenth // 10 % 60:02}.{tenth % 10}"
            latitude = "here" if odd else f"{40 + number % 7919 / 1e7:.7f}"
            longitude = f"{-82 - number % 6151 / 1e7:.7f}"
            file.write(f"2025-09-15T{clock}Z,{latitude},{longitude},300.{number % 100:02},60.{number % 89:02},1\n")


@needs_proc
def test_a_large_log_takes_bounded_memory(targets: list[Path]) -> None:
    write_log(targets[0], 1_500_000, bad_every=1_000)
    outcome = parse_in_a_process(targets)
    assert (outcome["lines"], outcome["records"], outcome["rejects"]) == (1_500_000, 1_498_500, 1_500)
    assert outcome["peak"] < MOST_MEMORY


@needs_proc
def test_a_log_of_bad_lines_only_takes_bounded_memory_and_keeps_every_reject(targets: list[Path]) -> None:
    targets[0].write_bytes(b"this is,no,record\n" * 400_000)
    outcome = parse_in_a_process(targets)
    assert outcome["rejects"] == 400_000
    assert outcome["peak"] < MOST_MEMORY
    assert read_rejects(targets[2], 399_999, 10)[0].offset == 399_999 * 18


@needs_proc
@pytest.mark.parametrize("byte", [b"x", b"\x00"])
def test_half_a_gigabyte_without_a_newline_is_one_rejected_line(targets: list[Path], byte: bytes) -> None:
    size = 512 * MEBIBYTE
    with targets[0].open("wb") as file:
        file.write(GOOD + b"\n")
        file.seek(size) if byte == b"\x00" else [file.write(byte * MEBIBYTE) for _ in range(512)]
        file.write(b"\n" + GOOD)
    outcome = parse_in_a_process(targets)
    assert (outcome["records"], outcome["rejects"]) == (2, 1)
    assert outcome["peak"] < MOST_MEMORY
    (reject,) = read_rejects(targets[2], 0, 10)
    assert (reject.code, reject.line, reject.offset) == ("LINE_TOO_LONG", 2, len(GOOD) + 1)
    assert reject.raw == byte.decode() * RAW_LIMIT


def test_a_kill_leaves_no_half_track_and_the_next_parse_is_whole(targets: list[Path]) -> None:
    write_log(targets[0], 300_000, bad_every=100)
    source, track, rejects = targets
    process = subprocess.Popen([sys.executable, "-c", PARSE, *targets], stdout=subprocess.DEVNULL)
    deadline = time.monotonic() + 30
    while not any(path.stat().st_size for path in track.parent.glob("*.part")) and process.poll() is None:
        assert time.monotonic() < deadline
    process.kill()
    process.wait()
    assert track.exists() <= rejects.exists()
    assert not track.exists() or count_records(track) == 297_000
    assert SatlocText().parse(source, ParseOptions(), track, rejects).counts.records == count_records(track) == 297_000


def test_a_failure_leaves_neither_file(targets: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    source, track, rejects = targets
    source.write_bytes(GOOD)

    def broken(*_: object) -> None:
        raise OSError("no space left on device")

    with pytest.raises(OSError, match="no space"):
        SatlocText(read_block=broken).parse(source, ParseOptions(), track, rejects)  # type: ignore[arg-type]
    assert list(track.parent.iterdir()) == [source]


def test_a_failing_parse_leaves_the_earlier_track_alone(targets: list[Path]) -> None:
    source, track, rejects = targets
    source.write_bytes(GOOD)
    SatlocText().parse(source, ParseOptions(), track, rejects)
    before = track.read_bytes()
    with pytest.raises(TypeError):
        SatlocText(read_block=None).parse(source, ParseOptions(), track, rejects)  # type: ignore[arg-type]
    assert track.read_bytes() == before
