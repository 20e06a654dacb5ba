"""Reading bodies: JSON of bounded length and depth."""

import codecs
import json
from collections.abc import Iterable, Mapping
from typing import IO, Any, cast

from django.conf import settings
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser
from rest_framework.renderers import JSONRenderer

from accounts.rest.problems import TooLarge

DEEPEST = 64


class BoundedJSONParser(BaseParser):
    """JSON without NaN and Infinity, up to DATA_UPLOAD_MAX_MEMORY_SIZE bytes, which Django's own check leaves to its forms."""

    media_type = "application/json"
    renderer_class = JSONRenderer

    def parse(self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None) -> Any:
        """The value in the body. Raises ParseError and TooLarge."""
        text = self._read(stream, _announced(parser_context))
        try:
            value = json.loads(codecs.decode(text, "utf-8"), parse_constant=_refuse_constant, object_pairs_hook=_once)
        except UnicodeDecodeError:
            raise ParseError("The body is not UTF-8.") from None
        except RecursionError:
            raise ParseError("The body is nested too deeply.") from None
        except ValueError as error:
            raise ParseError(f"The body is not JSON: {error}") from None
        if _is_deeper(value, DEEPEST):
            raise ParseError(f"The body is nested more than {DEEPEST} levels deep.")
        return value

    @staticmethod
    def _read(stream: IO[Any], announced: int) -> bytes:
        """Nothing is read of a body that says itself that it is too long."""
        most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        body = stream.read(most + 1) if announced <= most else b""
        if max(announced, len(body)) > most:
            raise TooLarge(f"The body is longer than {most} bytes; split it.")
        return cast("bytes", body)


def _announced(context: Mapping[str, Any] | None) -> int:
    text = context["request"].META.get("CONTENT_LENGTH") if context else ""
    return int(text) if text and text.isdecimal() else 0


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object; JSON would give the last of two values of one name, and drop the other without a word."""
    value = dict(pairs)
    if len(value) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ParseError(f"The body names {twice!r} more than once in one object.", "repeated")
    return value


def _is_deeper(value: Any, most: int) -> bool:
    """Whether lists and objects lie deeper in each other than `most`: what walks through them later does so by recursion."""
    level = [value]
    for _ in range(most + 1):
        level = [inner for outer in level for inner in _parts(outer) if isinstance(inner, (dict, list))]
        if not level:
            return False
    return True


def _parts(value: Any) -> Iterable[Any]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON value")
