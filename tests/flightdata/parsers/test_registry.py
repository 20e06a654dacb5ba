from importlib.metadata import EntryPoint, EntryPoints
from pathlib import Path

import pytest

from flightdata.parsers import registry
from flightdata.parsers.base import Counts, NotThisFormat, ParseOptions, ParseResult, Unreadable
from flightdata.parsers.registry import NoParser, NotAParser, Registry
from flightdata.parsers.satloc_text import SatlocText
from tests.flightdata.parsers.parsing import GOOD
from tests.support.samples import OHIO_LOG


class Licensed:
    """A parser as an installed package might bring it."""

    name = "licensed-binary"
    version = "3.1"
    formats = ("licensed-binary",)

    def recognises(self, head: bytes, file_name: str) -> bool:
        return head.startswith(b"\x00LICENSED") and file_name != ""

    def parse(self, source: Path, options: ParseOptions, track: Path, rejects: Path) -> ParseResult:
        return ParseResult(self.name, self.version, self.formats[0], "binary", Counts())


class Nameless(Licensed):
    name = ""


class WithoutParse:
    name, version, formats = "half", "1", ("half",)

    def recognises(self, head: bytes, file_name: str) -> bool:
        return True


@pytest.fixture
def known() -> Registry:
    known = Registry()
    known.register(SatlocText)
    return known


@pytest.mark.parametrize("impostor", [object(), None, "satloc", Nameless, WithoutParse, {"name": "x"}, ParseOptions()])
def test_what_is_no_parser_is_refused_by_name_of_what_it_lacks(known: Registry, impostor: object) -> None:
    with pytest.raises(NotAParser, match="is no parser: "):
        known.register(impostor)
    assert known.names() == ("satloc-text",)


def test_a_name_belongs_to_the_first_who_has_it(known: Registry) -> None:
    with pytest.raises(NotAParser, match="names are unique"):
        known.register(SatlocText())


def test_an_unknown_name_lists_the_known_ones(known: Registry) -> None:
    with pytest.raises(NoParser, match="no parser 'dji'; known are satloc-text"):
        known.get("dji")


def test_installed_parsers_are_found_by_their_entry_point(monkeypatch: pytest.MonkeyPatch) -> None:
    point = EntryPoint("licensed", f"{__name__}:Licensed", registry.ENTRY_POINT_GROUP)
    monkeypatch.setattr(EntryPoint, "load", lambda _: Licensed)
    monkeypatch.setattr(registry, "entry_points", lambda group: EntryPoints([point] if group == point.group else []))
    known = registry.registry.__wrapped__()
    assert known.names() == ("satloc-text", "licensed-binary")
    assert known.choose(b"\x00LICENSED...", "a.log").name == "licensed-binary"
    assert known.choose(GOOD, "a.log").name == "satloc-text"


def test_a_real_log_is_recognised_without_its_extension(known: Registry) -> None:
    assert known.choose(OHIO_LOG.read_bytes()[:1_000], "upload").name == "satloc-text"


@pytest.mark.parametrize(
    ("head", "name", "code"),
    [
        (b"", "a.log", "EMPTY"),
        (b"\n  \r\n", "a.log", "EMPTY"),
        (b"SATLOC\x00\x01\x02\x03\xff\xfe", "a.log", "NOT_TEXT"),
        ("timestamp,lat".encode("utf-16"), "a.log", "NOT_TEXT"),
        (b"<html><body>Service unavailable</body></html>", "a.log", "UNKNOWN_FORMAT"),
        (b'{"message": "not found"}', "a.txt", "UNKNOWN_FORMAT"),
        (b"Dear sir or madam", "letter.doc", "UNKNOWN_FORMAT"),
    ],
)
def test_a_file_nobody_reads_is_refused_with_its_reason(known: Registry, head: bytes, name: str, code: str) -> None:
    with pytest.raises(Unreadable) as refused:
        known.choose(head, name)
    assert refused.value.code == code
    assert isinstance(refused.value, NotThisFormat) == (code != "EMPTY")
    assert str(refused.value) == f"{code}: {refused.value.sentence}"
