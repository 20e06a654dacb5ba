import io

from hypothesis import given
from hypothesis import strategies as st

from flightdata.parsers.satloc_text.blocks import LONGEST_LINE, line_ends, read_blocks

texts = st.lists(st.sampled_from([b"a", b"bcd", b"\n", b"\r", b"\r\n", b"\xff"]), max_size=60).map(b"".join)


@given(texts)
def test_lines_end_where_splitlines_ends_them(data: bytes) -> None:
    ends = line_ends(data).tolist()
    assert [data[begin:end] for begin, end in zip([0, *ends], ends, strict=False)] == data.splitlines(keepends=True)


@given(texts, st.integers(1, 20))
def test_blocks_are_the_file_cut_between_lines(data: bytes, size: int) -> None:
    blocks = list(read_blocks(io.BytesIO(data), size))
    assert b"".join(block.data for block in blocks) == data
    assert [line for block in blocks for line in block.data.splitlines(keepends=True)] == data.splitlines(keepends=True)
    assert all(data[block.offset :].startswith(block.data) for block in blocks)


@given(
    st.sampled_from([b"\n", b"\r", b"\r\n", b""]), st.integers(LONGEST_LINE - 2, LONGEST_LINE + 5), st.integers(1_000, 100_000)
)
def test_a_line_too_long_is_one_line_and_the_next_stands_at_its_offset(end: bytes, length: int, size: int) -> None:
    data = b"before\n" + b"x" * length + end + b"after" * bool(end)
    lines = [
        (block.offset + begin, line)
        for block in read_blocks(io.BytesIO(data), size)
        for begin, line in zip([0, *line_ends(block.data).tolist()], block.data.splitlines(), strict=False)
    ]
    assert [offset for offset, _ in lines] == [0, 7, 7 + length + len(end)][: 3 if end else 2]
    assert [line[:6] for _, line in lines] == [b"before", b"xxxxxx", b"after"][: len(lines)]
    assert (len(lines[1][1]) > LONGEST_LINE) == (length > LONGEST_LINE)


@given(st.lists(st.integers(1, 9), min_size=1, max_size=20))
def test_a_reader_that_gives_little_at_a_time_changes_nothing(portions: list[int]) -> None:
    data = b"one\r\ntwo\rthree\n\r\n" * 3 + b"last"
    joined = b"".join(block.data for block in read_blocks(_Dribble(data, portions), 1_000))
    assert joined == data


class _Dribble(io.BytesIO):
    def __init__(self, data: bytes, portions: list[int]) -> None:
        super().__init__(data)
        self._portions = portions

    def read(self, size: int | None = -1) -> bytes:
        self._portions.append(self._portions.pop(0))
        return super().read(self._portions[0])
