"""Whether a file is a text log, and where its columns stand."""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from flightdata.parsers.base import HEAD_SIZE, NotThisFormat, ParseOptions
from flightdata.parsers.satloc_text.blocks import BYTE_ORDER_MARK, line_ends, read_blocks
from flightdata.parsers.satloc_text.columns import usual_width
from flightdata.parsers.satloc_text.layout import DEFAULT_COLUMNS, Layout, default_layout, is_header, layout_of
from flightdata.parsers.satloc_text.lines import WHITESPACE, LineReader, Values, decode

EXTENSIONS = (".log", ".txt", ".csv")
MOST_CONTROL_BYTES = 0.02
MOST_UNDECODABLE_BYTES = 0.3

_LOOKED_AT = 50
_CONTROL_BYTES = bytes({*range(32), 127} - set(WHITESPACE.encode()))
_ASCII_BYTES = bytes(range(128))
_MARKUP = (b"<", b"{", b"[")


def recognises(head: bytes, file_name: str) -> bool:
    """A head that has a header or a record in it, or is at least plain text under a log's usual extension."""
    if not head.strip():
        return False
    if _first_lines_are_readable(head, _LOOKED_AT):
        return True
    is_markup = head.removeprefix(BYTE_ORDER_MARK).lstrip().startswith(_MARKUP)
    return why_not_text(head) is None and file_name.lower().endswith(EXTENSIONS) and not is_markup


def find_layout(source: Path, options: ParseOptions) -> Layout:
    """The layout that the options state, else the file's header, else the guide's.

    Raises NotThisFormat where the file is no text, Unreadable where a column that no record can do without has no name.
    """
    with source.open("rb") as file:
        head = file.read(HEAD_SIZE)
    reason = why_not_text(head)
    if reason is not None and not _first_lines_are_readable(head, HEAD_SIZE):
        raise NotThisFormat("NOT_TEXT", reason)
    fields, offset, width = _first_data_line(source)
    header_offset = offset if is_header(fields) else None
    if options.columns is not None:
        return layout_of(options.columns, header_offset)
    return layout_of(fields, header_offset) if header_offset is not None else default_layout(width)


def why_not_text(head: bytes) -> str | None:
    """A sentence that says why these bytes are no text; None where they seem to be. Damage here and there is no reason."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "The file is UTF-16 text; logs are read as UTF-8 or Latin-1: save it as UTF-8 and send it again"
    if len(head) - len(head.translate(None, _CONTROL_BYTES)) > MOST_CONTROL_BYTES * len(head):
        return "The file is not text but binary data; the makers' own log format needs a parser of its own"
    beyond_ascii = len(head.translate(None, _ASCII_BYTES))
    if beyond_ascii > MOST_UNDECODABLE_BYTES * len(head) and not _decodes(head):
        return "The file's bytes are not text in any encoding that logs use"
    return None


def _decodes(head: bytes) -> bool:
    return decode(head, cut=True) != head.decode("latin-1")


def _first_data_line(source: Path) -> tuple[list[str], int, int]:
    """The fields of the first line that is neither remark nor blank, its offset, and how many fields the lines from there on
    mostly have. Empty, 0 and 0 where the file has none."""
    with source.open("rb") as file:
        for data, offset in read_blocks(file, HEAD_SIZE):
            begin = 0
            for end in line_ends(data).tolist():
                text = decode(data[begin:end]).strip(WHITESPACE)
                if text and not text.startswith("#"):
                    rest = data[begin:]
                    return text.split(","), offset + begin, usual_width(rest, line_ends(rest))
                begin = end
    return [], 0, 0


def _first_lines_are_readable(head: bytes, lines: int) -> bool:
    """Whether a header or a record, in the guide's order, is among the first lines."""
    reader = LineReader(layout_of(DEFAULT_COLUMNS), ParseOptions())
    found = (is_header(decode(line).split(",")) or isinstance(reader.read(line, -1), Values) for line in _lines(head))
    return any(islice(found, lines))


def _lines(head: bytes) -> Iterator[bytes]:
    return iter(head.removeprefix(BYTE_ORDER_MARK).splitlines())
