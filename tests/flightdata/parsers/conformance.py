"""What holds for every parser, whatever it reads. Each registered parser has a subclass; a test sees to that."""

import hashlib
from pathlib import Path

import pytest

from flightdata.parsers.base import HEAD_SIZE, RAW_LIMIT, ParseOptions, Parser, Unreadable
from flightdata.parsers.rejects import count_rejects, read_rejects
from flightdata.tracks import count_records, read_records


class ParserConformance:
    """Scenarios for one parser: give the parser and three files of its format."""

    parser: Parser
    good_file: bytes
    """A log without a flaw, of at least 10 records."""

    damaged_file: bytes
    """A log with at least one reject and one record."""

    file_name: str

    @pytest.fixture
    def targets(self, tmp_path: Path) -> tuple[Path, Path, Path]:
        return tmp_path / "source", tmp_path / "track", tmp_path / "rejects"

    @pytest.fixture(params=["good_file", "damaged_file"])
    def data(self, request: pytest.FixtureRequest) -> bytes:
        return bytes(getattr(self, request.param))

    def test_recognises_its_own_files_by_their_beginning(self, data: bytes) -> None:
        assert self.parser.recognises(data[:HEAD_SIZE], self.file_name)

    @pytest.mark.parametrize("head", [b"", b"\x00" * 500, bytes(range(256)) * 4, b"\x89PNG\r\n\x1a\n" + b"\x00" * 99])
    def test_leaves_foreign_files_alone(self, head: bytes) -> None:
        assert not self.parser.recognises(head, "picture.bin")

    def test_counts_reconcile_with_what_is_stored(self, data: bytes, targets: tuple[Path, Path, Path]) -> None:
        source, track, rejects = targets
        source.write_bytes(data)
        counts = self.parser.parse(source, ParseOptions(), track, rejects).counts
        assert counts.reconciles()
        assert (counts.records, counts.rejects) == (count_records(track), count_rejects(rejects))
        assert counts.records > 0

    def test_a_damaged_file_keeps_its_records_and_shows_its_rejects(self, targets: tuple[Path, Path, Path]) -> None:
        source, track, rejects = targets
        source.write_bytes(self.damaged_file)
        counts = self.parser.parse(source, ParseOptions(), track, rejects).counts
        assert counts.records > 0
        assert counts.rejects > 0
        for reject in read_rejects(rejects, 0, counts.rejects):
            assert reject.code.isupper()
            assert reject.message
            assert 1 <= reject.line <= counts.lines
            assert 0 <= reject.offset < len(self.damaged_file)
            assert len(reject.raw.encode()) <= RAW_LIMIT * 2

    def test_summary_agrees_with_the_records(self, data: bytes, targets: tuple[Path, Path, Path]) -> None:
        source, track, rejects = targets
        source.write_bytes(data)
        result = self.parser.parse(source, ParseOptions(), track, rejects)
        records = read_records(track, 0, result.counts.records)
        times = [record["gps_time"] for record in records]
        assert (result.started_at, result.ended_at) == (min(times), max(times))
        assert result.bounds is not None
        assert result.bounds.min_lat == min(record["lat"] for record in records)
        assert result.bounds.max_lon == max(record["lon"] for record in records)
        assert result.counts.flagged == sum(bool(record["flags"]) for record in records)

    def test_names_itself_and_its_format(self, targets: tuple[Path, Path, Path]) -> None:
        source, track, rejects = targets
        source.write_bytes(self.good_file)
        result = self.parser.parse(source, ParseOptions(), track, rejects)
        assert (result.parser_name, result.parser_version) == (self.parser.name, self.parser.version)
        assert result.format in self.parser.formats

    def test_the_same_bytes_give_the_same_track_and_leave_the_source_alone(self, targets: tuple[Path, Path, Path]) -> None:
        source, track, rejects = targets
        source.write_bytes(self.damaged_file)
        first = self.parser.parse(source, ParseOptions(), track, rejects)
        digests = [hashlib.sha256(path.read_bytes()).digest() for path in targets]
        assert self.parser.parse(source, ParseOptions(), track, rejects) == first
        assert [hashlib.sha256(path.read_bytes()).digest() for path in targets] == digests

    @pytest.mark.parametrize("data", [b"", b"\n\n \n", b"\x00\x01\x02\x03" * 300])
    def test_what_is_no_log_is_refused_as_a_whole_and_leaves_no_file(self, data: bytes, targets: tuple[Path, Path, Path]) -> None:
        source, track, rejects = targets
        source.write_bytes(data)
        with pytest.raises(Unreadable) as refused:
            self.parser.parse(source, ParseOptions(), track, rejects)
        assert refused.value.code.isupper()
        assert refused.value.sentence
        assert list(source.parent.iterdir()) == [source]
