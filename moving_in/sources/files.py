"""Files of `mongoexport` (a JSON document a line) and of `mongodump` (BSON), compressed or not, read piece by piece."""

import gzip
import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from io import BufferedReader
from itertools import islice
from pathlib import Path
from typing import Any

import bson
from bson.codec_options import CodecOptions, DatetimeConversion
from bson.errors import BSONError

from moving_in import kinds
from moving_in.documents import Raw
from moving_in.sources.base import LARGEST, Source, SourceUnreadable

LONGEST_LINE = 6 * LARGEST
"""A document in extended JSON takes up to six times its BSON."""

ENDINGS = (".json", ".jsonl", ".ndjson", ".bson")
GZIP, ARCHIVE, BOM = b"\x1f\x8b", b"\x6d\xe2\x99\x81", b"\xef\xbb\xbf"
SHORTEST = 5
_OPTIONS: CodecOptions[dict[str, Any]] = CodecOptions(tz_aware=True, datetime_conversion=DatetimeConversion.DATETIME_AUTO)
Stream = gzip.GzipFile | BufferedReader
BROKEN = (EOFError, OSError, zlib.error)
"""What a damaged file or disk raises in the middle."""


@dataclass(frozen=True)
class File:
    """One file, of whatever format its first bytes show."""

    path: Path
    name: str

    @property
    def kinds(self) -> frozenset[str]:
        return kinds.of_name(self.path.name)

    def read(self, *, after: int = 0, mark: str = "") -> Iterator[Raw]:
        with self.open() as stream:
            head = stream.peek(8)[:8]
            yield from _lines(stream, after) if looks_like_json(head) else _bson(stream, after)

    def open(self) -> "Stream":
        """As it was before it was compressed."""
        with self.path.open("rb") as stream:
            compressed = stream.read(2) == GZIP
        return gzip.open(self.path, "rb") if compressed else self.path.open("rb")

    def check(self) -> None:
        """SourceUnreadable where it is another kind of file."""
        try:
            with self.open() as stream:
                head = stream.read(64)
        except BROKEN as error:
            raise SourceUnreadable(f"{self.path} cannot be read: {error}") from None
        if head.startswith(ARCHIVE):
            raise SourceUnreadable(f"{self.path} is an archive; run mongodump without --archive, or mongoexport")
        if head.removeprefix(BOM).lstrip()[:1] == b"[":
            raise SourceUnreadable(f"{self.path} is one JSON list; run mongoexport without --jsonArray")
        if head and not looks_like_json(head) and not _looks_like_bson(head):
            raise SourceUnreadable(f"{self.path} is neither JSON lines of mongoexport nor BSON of mongodump")


def looks_like_json(head: bytes) -> bool:
    """Whether the first bytes are those of JSON lines; BSON begins with a length, whose fourth byte is 0 or 1."""
    text = head.removeprefix(BOM).lstrip()
    return text[:1] == b"{" and head[3:4] not in (b"\0", b"\1")


def _looks_like_bson(head: bytes) -> bool:
    return len(head) < SHORTEST or SHORTEST <= int.from_bytes(head[:4], "little") <= LARGEST


def file_source(path: Path) -> Source:
    """One file."""
    file = File(path, path.name)
    file.check()
    return Source(str(path), _identity([file]), [file])


def folder_source(folder: Path) -> Source:
    """A folder of files: one database of a `mongodump`, or what `mongoexport` wrote side by side."""
    found = sorted(path for path in folder.rglob("*") if path.is_file() and _is_data(path))
    known = [path for path in found if kinds.of_name(path.name)]
    homes = sorted({path.parent for path in known})
    if not known:
        names = ", ".join(path.name for path in found[:5]) or "nothing"
        raise SourceUnreadable(f"{folder} holds no collection that is known by its name ({names}); name one file instead")
    if len(homes) > 1:
        raise SourceUnreadable(f"{folder} holds more than one database; name one: {', '.join(map(str, homes[:5]))}")
    files = [File(path, path.name) for path in known]
    for file in files:
        file.check()
    return Source(str(folder), _identity(files), files, [path.name for path in found if path not in known])


def _is_data(path: Path) -> bool:
    name = path.name.lower().removesuffix(".gz")
    return name.endswith(ENDINGS) and not name.endswith(".metadata.json")


def _identity(files: list[File]) -> str:
    told = [(str(file.path.resolve()), file.path.stat().st_size, file.path.stat().st_mtime_ns) for file in files]
    return json.dumps(told)


def _lines(stream: Stream, after: int) -> Iterator[Raw]:
    number = 0
    try:
        for number, line in enumerate(_bounded_lines(stream), 1):
            if number > after:
                yield _line(number, line)
    except BROKEN as error:
        yield Raw(f"line {number + 1}", number + 1, fault=f"the file cannot be read from here on: {error}", is_end=True)


def _bounded_lines(stream: Stream) -> Iterator[bytes | None]:
    """Lines; None for one that is too long to be a document, which is passed over without being held."""
    while line := stream.readline(LONGEST_LINE):
        if len(line) < LONGEST_LINE or line.endswith(b"\n"):
            yield line
            continue
        while (more := stream.readline(LONGEST_LINE)) and not more.endswith(b"\n"):
            pass
        yield None


def _line(number: int, line: bytes | None) -> Raw:
    raw = Raw(f"line {number}", number, size=len(line or b""))
    if line is None:
        raw.fault = f"is longer than {LONGEST_LINE:,} bytes, which no document is"
        return raw
    text = line.removeprefix(BOM).strip()
    if not text:
        raw.fields = {}
        return raw
    try:
        value = json.loads(text)
    except UnicodeDecodeError:
        raw.fault = "is not UTF-8"
    except json.JSONDecodeError as error:
        raw.fault = f"is not JSON: {error.msg} at column {error.colno}"
    except (ValueError, RecursionError):
        raw.fault = "is JSON that cannot be read: a number or a nesting without end"
    else:
        raw.fields = value if isinstance(value, dict) else None
        raw.fault = "" if isinstance(value, dict) else "is no JSON object"
    return raw


def _bson(stream: Stream, after: int) -> Iterator[Raw]:
    reader = _Framed(stream)
    try:
        for number, data in enumerate(islice(reader, after, None), after + 1):
            yield decoded(number, data)
        if reader.fault:
            yield Raw(reader.where, reader.number + 1, fault=reader.fault, is_end=True)
    except BROKEN as error:
        yield Raw(reader.where, reader.number + 1, fault=f"the file cannot be read from here on: {error}", is_end=True)


class _Framed:
    """The bytes of each document. BSON tells only where the next one begins: after a wrong length nothing more is found."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self.number = self.offset = 0
        self.fault = ""

    @property
    def where(self) -> str:
        return f"document {self.number + 1}, byte {self.offset}"

    def __iter__(self) -> Iterator[bytes]:
        while head := self._stream.read(4):
            length = int.from_bytes(head, "little")
            if len(head) == 4 and not SHORTEST <= length <= LARGEST:
                self.fault = f"says that it is {length:,} bytes long, which no document is; nothing after it can be read"
                return
            data = head + self._stream.read(length - 4) if len(head) == 4 else head
            if len(data) < 4 or len(data) < length:
                self.fault = "the file ends inside this document: it was cut off"
                return
            yield data
            self.number += 1
            self.offset += length


def decoded(number: int, data: bytes) -> Raw:
    """One document from its bytes."""
    raw = Raw(f"document {number}", number, size=len(data))
    try:
        raw.fields = bson.decode(data, _OPTIONS)
    except BSONError as error:
        raw.fault = "holds a text that is not UTF-8" if "utf-8" in str(error) else "is no valid BSON"
    except (ValueError, OverflowError, RecursionError, TypeError):
        raw.fault = "is BSON that cannot be read"
    return raw
