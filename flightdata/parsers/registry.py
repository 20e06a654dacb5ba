"""Which parsers there are: our own, and those that installed packages offer under the entry point group
`agmission_partners.parsers` (each an object, or a class without required arguments, of the shape of base.Parser)."""

import inspect
from collections.abc import Callable
from functools import cache
from importlib.metadata import entry_points
from typing import Any

from flightdata.parsers.base import NotThisFormat, Parser, Unreadable
from flightdata.parsers.satloc_text import SatlocText
from flightdata.parsers.satloc_text.recognition import why_not_text

ENTRY_POINT_GROUP = "agmission_partners.parsers"


class NoParser(LookupError):
    """No parser of that name is registered."""


class NotAParser(TypeError):
    """An object offered as a parser that lacks something a parser has."""


class Registry:
    """Parsers by name. The first one registered under a name keeps it."""

    def __init__(self) -> None:
        self._parsers: dict[str, Parser] = {}

    def register(self, candidate: Any) -> Parser:
        """Take a parser in. Raises NotAParser for anything else, and for a name that another parser has."""
        parser: Any = candidate() if inspect.isclass(candidate) else candidate
        lacking = [what for what, fits in _SHAPE.items() if not fits(getattr(parser, what, None))]
        if lacking:
            message = f"{candidate!r} is no parser: {', '.join(lacking)} is absent or of the wrong kind"
            raise NotAParser(message)
        if parser.name in self._parsers:
            message = f"{candidate!r} calls itself {parser.name!r}, as does {self._parsers[parser.name]!r}; names are unique"
            raise NotAParser(message)
        self._parsers[parser.name] = parser
        return self._parsers[parser.name]

    def get(self, name: str) -> Parser:
        """The parser of that name. Raises NoParser."""
        try:
            return self._parsers[name]
        except KeyError:
            message = f"There is no parser {name!r}; known are {', '.join(sorted(self._parsers))}"
            raise NoParser(message) from None

    def names(self) -> tuple[str, ...]:
        return tuple(self._parsers)

    def choose(self, head: bytes, file_name: str) -> Parser:
        """The first parser that recognises a file by its beginning (up to base.HEAD_SIZE bytes) and its name.

        Parsers of installed packages are asked before our own: they know their format more narrowly. Raises Unreadable
        (EMPTY) for nothing at all, and NotThisFormat (NOT_TEXT, UNKNOWN_FORMAT) where no parser knows the file.
        """
        if not head.strip():
            raise Unreadable("EMPTY", "The file is empty: it holds no line with text")
        for parser in reversed(self._parsers.values()):
            if parser.recognises(head, file_name):
                return parser
        reason = why_not_text(head)
        if reason is not None:
            raise NotThisFormat("NOT_TEXT", reason)
        raise NotThisFormat("UNKNOWN_FORMAT", f"No parser recognises the file; asked were {', '.join(sorted(self._parsers))}")


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value)


def _is_texts(value: object) -> bool:
    return isinstance(value, tuple) and bool(value) and all(map(_is_text, value))


_SHAPE: dict[str, Callable[[object], bool]] = {
    "name": _is_text,
    "version": _is_text,
    "formats": _is_texts,
    "recognises": callable,
    "parse": callable,
}


@cache
def registry() -> Registry:
    """The registry of this process: our own parsers, then those of installed packages in the order of their names.

    Raises NotAParser where an installed package offers something else: better at the start than at a log.
    """
    known = Registry()
    known.register(SatlocText)
    for point in sorted(entry_points(group=ENTRY_POINT_GROUP), key=lambda point: point.name):
        known.register(point.load())
    return known


def get(name: str) -> Parser:
    """See Registry.get."""
    return registry().get(name)


def choose(head: bytes, file_name: str) -> Parser:
    """See Registry.choose."""
    return registry().choose(head, file_name)
