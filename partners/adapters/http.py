"""Requests to a partner and answers from it, as values; a failure on the way is a value too.

Failures are values because an exception raised while another is handled keeps that other one, and those of `requests`
and `urllib3` hold the address with the password in it. Whoever raises does so outside of any ``except``.
"""

from __future__ import annotations

import json
import ssl
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import requests
import urllib3

from partners.adapters.addresses import AddressRefused
from partners.adapters.readings import UNKNOWN, Refused
from partners.adapters.records import Dialect, Endpoint
from partners.adapters.redaction import silence_addresses
from partners.adapters.transport import Passage, Stage, Transport

LONGEST_ANSWER = 64 * 1024 * 1024
"""Bytes of an answer that is read into memory; listings are the longest of them."""

CHUNK = 64 * 1024

_READABLE_ENCODINGS = ("", "identity", "gzip", "x-gzip", "deflate")
_NO_CONTENT = 204
_HTTP_1_1 = 11

silence_addresses()


@dataclass(frozen=True)
class Part:
    """One part of a multipart form; a part with a file name is sent as a file."""

    content: str | bytes
    file_name: str | None = None
    content_type: str | None = None


@dataclass(frozen=True)
class Request:
    """What to ask a partner. ``path`` is added to the base URL. ``good`` are the statuses of an answer worth reading."""

    operation: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict, repr=False)
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    parts: Mapping[str, Part] = field(default_factory=dict, repr=False)
    good: frozenset[int] = frozenset({200})

    @property
    def repeatable(self) -> bool:
        """Whether asking twice changes nothing at the partner."""
        return self.method == "GET"

    def prepare(self, endpoint: Endpoint) -> requests.PreparedRequest:
        """The request as `requests` sends it; spaces become %20, which every server reads the same way."""
        query = f"?{urlencode(self.query, quote_via=quote)}" if self.query else ""
        headers = {
            "User-Agent": endpoint.user_agent,
            "Accept": "application/json, */*;q=0.5",
            "Accept-Encoding": "gzip",
            "Connection": "close",
            **self.headers,
        }
        files = {name: (part.file_name, part.content, part.content_type) for name, part in self.parts.items()}
        url = f"{endpoint.base_url.rstrip('/')}{self.path}{query}"
        return requests.Request(self.method, url, headers=headers, files=files or None).prepare()

    def shown_path(self, endpoint: Endpoint) -> str:
        return f"{urlsplit(endpoint.base_url).path.rstrip('/')}{self.path}"


@dataclass
class Answer:
    """A whole answer. Its reader sets ``dialect`` when it has told which one it is.

    ``ends_clearly`` is false where nothing told its length, so that an empty body may be one that never came.
    """

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    ends_clearly: bool = True
    dialect: Dialect = ""

    def json(self) -> Any:
        """The body as JSON; raises Refused where it is none. Nothing at all reads as None."""
        if not self.body or self.status == _NO_CONTENT:
            return None
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):  # RecursionError: thousands of brackets within each other
            pass
        raise Refused(UNKNOWN, "the answer is not JSON")

    def text(self) -> str:
        return self.body.decode("utf-8", errors="replace")


@dataclass(frozen=True)
class Broken:
    """No whole answer: the class of what went wrong, how far the request had come, and a safe detail."""

    kind: type[BaseException]
    stage: Stage
    detail: str = ""

    @property
    def nothing_left(self) -> bool:
        return self.stage in (Stage.PREPARING, Stage.CONNECTING)


class Delivery:
    """One request on its way and the answer's body on its way back; used once, then closed."""

    def __init__(self, passage: Passage, authorities: str | None = None) -> None:
        self._passage = passage
        self._transport = Transport(passage, authorities)
        self._response: requests.Response | None = None
        self._pieces: Iterator[bytes] = iter(())
        self.status: int | None = None
        self.headers: Mapping[str, str] = {}
        self.bytes_out = 0
        self._version = 0

    def send(self, request: Request, endpoint: Endpoint) -> Broken | None:
        """Send and wait for the answer's head. What ``before_send`` raised is raised again, as it was."""
        broken: Broken | None = None
        try:
            prepared = request.prepare(endpoint)
            self.bytes_out = len(prepared.body or b"")
            self._passage.stage = Stage.HANDED_OVER
            self._begin(self._transport.deliver(prepared))
        except Exception as failure:  # noqa: BLE001 - whatever it is, what matters is how far the request came
            broken = self._broken(failure)
        if self._passage.refusal is not None:
            raise self._passage.refusal
        return broken

    def next_chunk(self) -> bytes | Broken:
        """Up to 64 KiB of the body; empty at its end."""
        if self.headers.get("Content-Encoding", "").strip().lower() not in _READABLE_ENCODINGS:
            return Broken(urllib3.exceptions.DecodeError, self._passage.stage)
        try:
            chunk = next(self._pieces, b"")
        except Exception as failure:  # noqa: BLE001 - an answer that ends in any failure is none
            return self._broken(failure)
        if not chunk and self._passage.deadline.passed:
            # Shut down at the deadline, a body of unknown length looks as if it had ended.
            return Broken(TimeoutError, self._passage.stage)
        return chunk

    @property
    def content_length(self) -> int | None:
        """Length of the decoded body, where the head states it."""
        stated = self.headers.get("Content-Length", "")
        coded = self.headers.get("Content-Encoding", "identity").lower() != "identity"
        if coded or "Transfer-Encoding" in self.headers or not stated.isdecimal():
            return None
        return int(stated[:18])  # longer ones are beyond any file, and beyond what int() takes from strangers

    @property
    def ends_clearly(self) -> bool:
        """Whether the head told where the body ends. In HTTP/1.0 the connection's end is the regular way to tell it."""
        framed = "Content-Length" in self.headers or "Transfer-Encoding" in self.headers
        return framed or self.status == _NO_CONTENT or self._version < _HTTP_1_1

    def close(self) -> None:
        if self._response is not None:
            self._response.close()
        self._transport.close()

    def _begin(self, response: requests.Response) -> None:
        self._response = response
        self.status, self.headers = response.status_code, response.headers
        self._version = response.raw.version
        self._pieces = response.raw.stream(CHUNK, decode_content=True)

    def _broken(self, failure: BaseException) -> Broken:
        stage = self._passage.stage
        if self._passage.deadline.passed:
            return Broken(TimeoutError, stage)
        detail = str(failure) if isinstance(failure, AddressRefused) else _certificate_fault(failure)
        return Broken(type(failure), stage, detail)


def _certificate_fault(failure: BaseException) -> str:
    """Why a certificate was not accepted, in OpenSSL's words, which hold no address."""
    current: object = failure
    for _ in range(10):
        if isinstance(current, ssl.SSLCertVerificationError):
            return current.verify_message
        inner = getattr(current, "reason", None) or next(iter(getattr(current, "args", ())), None)
        if not isinstance(inner, BaseException):
            return ""
        current = inner
    return ""
