"""The parser of text logs: a file into blocks, blocks into columns on two threads, columns in file order into the track.

The rules. Every line is a record, a reject or a comment (`#`, the header, blank). The first line that is neither remark nor
blank is a header if it names columns; it then decides their order. Fields are separated by commas, quotation marks mean
nothing. Refused are lines with too few fields, a field that is no finite number, a position off the globe, no readable time,
or a spray status that is no integer. Kept and flagged: see `doubts`. Lines may end with LF, CRLF or CR; text may be UTF-8,
with or without a byte-order mark, or Latin-1.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

from flightdata.parsers.base import Bounds, Counts, ParseOptions, ParseResult, Reject, Unreadable
from flightdata.parsers.doubts import DoubtFinder
from flightdata.parsers.outputs import Outputs, outputs
from flightdata.parsers.satloc_text import recognition
from flightdata.parsers.satloc_text.blocks import BLOCK_SIZE, Block, read_blocks
from flightdata.parsers.satloc_text.columns import BlockReader, read_columns
from flightdata.parsers.satloc_text.digest import Digest, digest
from flightdata.parsers.satloc_text.hints import Hints
from flightdata.parsers.satloc_text.layout import Layout
from flightdata.tracks.columns import TrackColumns

THREADS = 2
SMALLEST_BLOCK = 128 * 1024
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class SatlocText:
    """Parser of the guide's text form. `block_size` (bytes) and `read_block` are there for measuring and for a faster pass."""

    name = "satloc-text"
    version = "1"
    formats = ("satloc-text",)

    def __init__(self, block_size: int = BLOCK_SIZE, read_block: BlockReader = read_columns) -> None:
        self._block_size = block_size
        self._read_block = read_block

    def recognises(self, head: bytes, file_name: str) -> bool:
        return recognition.recognises(head, file_name)

    def parse(self, source: Path, options: ParseOptions, track: Path, rejects: Path) -> ParseResult:
        layout = recognition.find_layout(source, options)
        with source.open("rb") as file:
            even = max(source.stat().st_size // THREADS, SMALLEST_BLOCK)  # a short log keeps all threads busy too
            blocks = read_blocks(file, min(even, self._block_size))
            with outputs(track, rejects, layout.partner_names) as out:
                return self._take_in(self._digests(blocks, layout, options), out)

    def _take_in(self, digests: Iterable[Digest], out: Outputs) -> ParseResult:
        summary = _Summary(self.name, self.version)
        for part in digests:
            rejected = summary.add(part)
            out.track.write(part.records)
            out.rejects.write(rejected)
        if not summary.hints.any_text and summary.counts.records == summary.counts.rejects == 0:
            raise Unreadable("EMPTY", "The file is empty: it holds no line with text")
        return summary.result()

    def _digests(self, blocks: Iterable[Block], layout: Layout, options: ParseOptions) -> Iterator[Digest]:
        """The digests of the blocks in file order; as many are made at once as there are threads, one more waits."""
        with ThreadPoolExecutor(THREADS, thread_name_prefix="parse") as pool:
            ahead: deque[Future[Digest]] = deque()
            for block in blocks:
                ahead.append(pool.submit(digest, block, layout, options, self._read_block))
                if len(ahead) > THREADS:
                    yield ahead.popleft().result()
            while ahead:
                yield ahead.popleft().result()


class _Summary:
    """What is known of the file so far, block by block in file order."""

    def __init__(self, parser_name: str, parser_version: str) -> None:
        self.counts = Counts()
        self.hints = Hints()
        self._doubts = DoubtFinder()
        self._is_utf8 = True
        self._times: tuple[int, int] | None = None
        self._bounds: Bounds | None = None
        self._parser = (parser_name, parser_version)

    def add(self, part: Digest) -> list[Reject]:
        """Take a block in; number and flag its records, and give its rejects with their line numbers."""
        first_line = self.counts.lines + 1
        part.records.line += first_line
        self._doubts.flag(part.records)
        self.hints.add(part.comments)
        self._is_utf8 = self._is_utf8 and part.is_utf8
        self._widen(part.records)
        self.counts = Counts(
            lines=self.counts.lines + part.lines,
            records=self.counts.records + len(part.records),
            rejects=self.counts.rejects + len(part.refused),
            comments=self.counts.comments + len(part.comments),
            flagged=self._doubts.flagged,
        )
        return [
            Reject(first_line + index, offset, *refusal[:2], raw, refusal.message) for index, offset, raw, refusal in part.refused
        ]

    def _widen(self, records: TrackColumns) -> None:
        if len(records) == 0:
            return
        low, high = int(records.gps_time.min()), int(records.gps_time.max())
        box = Bounds(*(float(edge) for edge in (records.lat.min(), records.lon.min(), records.lat.max(), records.lon.max())))
        if self._times is not None and self._bounds is not None:
            low, high = min(low, self._times[0]), max(high, self._times[1])
            known = self._bounds
            box = Bounds(*map(min, known[:2], box[:2]), *map(max, known[2:], box[2:]))
        self._times, self._bounds = (low, high), box

    def result(self) -> ParseResult:
        started_at, ended_at = map(_moment, self._times) if self._times is not None else (None, None)
        name, version = self._parser
        return ParseResult(
            parser_name=name,
            parser_version=version,
            format="satloc-text",
            encoding="utf-8" if self._is_utf8 else "latin-1",
            counts=self.counts,
            flags=dict(self._doubts.kinds),
            started_at=started_at,
            ended_at=ended_at,
            bounds=self._bounds,
            stated_job_ids=tuple(self.hints.job_ids),
            synthetic=self.hints.synthetic,
        )


def _moment(microseconds: int) -> datetime:
    return _EPOCH + timedelta(microseconds=microseconds)
