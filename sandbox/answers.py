"""An answer before it is sent: status, headers and body, whole or as a stream."""

import html
import json
from collections.abc import Iterable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

JSON = "application/json; charset=utf-8"
HTML = "text/html; charset=utf-8"
BYTES = "application/octet-stream"


@dataclass(frozen=True)
class Answer:
    """One HTTP answer. `length` is the body's size in bytes, known beforehand also for a stream."""

    status: int
    chunks: Iterable[bytes] = ()
    length: int = 0
    content_type: str | None = None
    reason: str | None = None
    headers: tuple[tuple[str, str], ...] = ()

    @property
    def phrase(self) -> str:
        """The reason phrase of the status line."""
        if self.reason is not None:
            return self.reason
        return HTTPStatus(self.status).phrase if self.status in set(HTTPStatus) else "Unknown"

    def body(self) -> bytes:
        """The whole body; for answers that are known to be small."""
        return b"".join(self.chunks)


def json_answer(document: Any, status: int = 200, **rest: Any) -> Answer:
    """`document` as JSON."""
    return bytes_answer(json.dumps(document).encode(), JSON, status, **rest)


def message_answer(message: str, status: int) -> Answer:
    """The cloud's way to say what was wrong: `{"message": …}`."""
    return json_answer({"message": message}, status)


def html_answer(title: str, status: int, **rest: Any) -> Answer:
    """A page such as a proxy puts in front of a failing server."""
    text = html.escape(title)
    page = f"<html><head><title>{text}</title></head><body><h1>{text}</h1></body></html>\n"
    return bytes_answer(page.encode(), HTML, status, **rest)


def empty_answer(status: int, reason: str | None = None, **rest: Any) -> Answer:
    """No body and no Content-Type."""
    return Answer(status, reason=reason, **rest)


def bytes_answer(body: bytes, content_type: str = BYTES, status: int = 200, **rest: Any) -> Answer:
    """`body` as it is."""
    return Answer(status, (body,), len(body), content_type, **rest)
