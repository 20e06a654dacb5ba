"""One HTTP request of a call: sent, its answer read and classified, and one record written of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from itertools import chain
from types import TracebackType
from typing import Protocol, Self, TypeVar

from partners.adapters.deadline import Deadline
from partners.adapters.errors import BadPayload, ErrorCode, OutcomeUnknown, PartnerError
from partners.adapters.http import LONGEST_ANSWER, Answer, Broken, Delivery, Request
from partners.adapters.ledger import CallLedger, CallRecord
from partners.adapters.readings import (
    LOOK_THERE,
    UNKNOWN,
    Reading,
    Refused,
    StatusKey,
    http_date,
    read_exception,
    read_status,
    retry_after,
)
from partners.adapters.records import Dialect, Endpoint
from partners.adapters.redaction import Secrets, redacted_url
from partners.adapters.transport import Passage

Result = TypeVar("Result")

_LONGEST_ERROR_BODY = 64 * 1024
_HEAD = 64 * 1024
"""Of a file, what is looked at before any of it is taken. A piece is what the partner sends at once, and may be one byte."""


class PartnerTraits(Protocol):
    """What an exchange needs to know of the partner; every adapter has it."""

    @property
    def title(self) -> str: ...

    @property
    def rows(self) -> Mapping[StatusKey, Reading]: ...

    @property
    def open_names(self) -> frozenset[str]: ...

    def partner_words(self, answer: Answer) -> str:
        """The partner's own explanation in an answer that is an error; empty where there is none."""


class Surroundings(Protocol):
    """The call that an exchange is part of."""

    partner: PartnerTraits
    endpoint: Endpoint
    ledger: CallLedger
    secrets: Secrets
    deadline: Deadline
    duration: timedelta


class Exchange:
    """One HTTP request and its answer. A context manager; leaving it closes the connection and writes the record."""

    def __init__(self, call: Surroundings, request: Request, before_send: Callable[[], None]) -> None:
        self._call = call
        self._request = request
        self._passage = Passage(
            call.deadline,
            call.endpoint.timeout,
            private_hosts_allowed=call.endpoint.private_hosts_allowed,
            before_send=before_send,
        )
        self._delivery = Delivery(self._passage)
        self._bytes_in = 0
        self.dialect: Dialect = ""

    def __enter__(self) -> Self:
        self._started = time.monotonic()
        return self

    def __exit__(self, _kind: type[BaseException] | None, error: BaseException | None, _trace: TracebackType | None) -> None:
        self._delivery.close()
        self._call.duration = timedelta(seconds=time.monotonic() - self._started)
        self._call.ledger.after_call(self._record(error))

    @property
    def content_length(self) -> int | None:
        return self._delivery.content_length

    def send(self) -> None:
        """Send the request and wait for the head of a good answer; raises the PartnerError of any other."""
        broken = self._delivery.send(self._request, self._call.endpoint)
        if broken is not None:
            raise self._failure(broken)
        if self._delivery.status not in self._request.good:
            raise self._bad_status()

    def read(self, read: Callable[[Answer], Result]) -> Result:
        """The whole body, read; an answer that its reader does not know is an unknown one."""
        answer = self._answer(b"".join(self._pieces(LONGEST_ANSWER)))
        refused: Refused | None = None
        try:
            return read(answer)
        except Refused as refusal:
            refused = refusal
        finally:
            self.dialect = answer.dialect
        raise self._error(refused.reading, self._call.secrets.quote(refused.words))

    def chunks(self, max_size: int, check_head: Callable[[bytes, bool], None]) -> Iterator[bytes]:
        """The body piece by piece; its first bytes are read and checked at once."""
        if (self.content_length or 0) > max_size:
            raise self._too_long(max_size)
        pieces = self._pieces(max_size)
        head = b""
        while len(head) < _HEAD and (piece := next(pieces, b"")):
            head += piece
        refused: Refused | None = None
        try:
            check_head(head, len(head) < _HEAD)
        except Refused as refusal:
            refused = refusal
        if refused is not None:
            raise self._error(refused.reading, self._call.secrets.quote(refused.words))
        return chain(filter(None, [head]), pieces)

    def _pieces(self, limit: int) -> Iterator[bytes]:
        while True:
            chunk = self._delivery.next_chunk()
            if isinstance(chunk, Broken):
                raise self._failure(chunk)
            if not chunk:
                return
            self._bytes_in += len(chunk)
            if self._bytes_in > limit:
                raise self._too_long(limit)
            yield chunk

    def _bad_status(self) -> PartnerError:
        status = self._delivery.status or 0
        body, whole = self._error_body()
        answer = self._answer(body)
        reading = read_status(status, whole and not body, self._call.partner.rows)
        words = self._call.secrets.quote(self._call.partner.partner_words(answer))
        self.dialect = answer.dialect
        now = http_date(answer.headers.get("Date")) or datetime.now(UTC)
        return self._error(reading, words, retry_after(answer.headers.get("Retry-After"), now))

    def _error_body(self) -> tuple[bytes, bool]:
        """As much of an error's body as explains it, and whether it is all of it."""
        body = b""
        while len(body) < _LONGEST_ERROR_BODY:
            chunk = self._delivery.next_chunk()
            if isinstance(chunk, Broken):
                return body, False
            if not chunk:
                return body, True
            body += chunk
            self._bytes_in += len(chunk)
        return body, False

    def _answer(self, body: bytes) -> Answer:
        return Answer(self._delivery.status or 0, self._delivery.headers, body, self._delivery.ends_clearly)

    def _failure(self, broken: Broken) -> PartnerError:
        reading = read_exception(broken.kind)
        return self._error(reading, broken.detail, may_have_left=not broken.nothing_left)

    def _error(self, reading: Reading, words: str, wait: timedelta | None = None, may_have_left: bool = True) -> PartnerError:
        once_only = may_have_left and not self._request.repeatable
        error_class = reading.upload if once_only else reading.repeatable
        if issubclass(error_class, OutcomeUnknown):
            return error_class(self._sentence(reading.what, words, LOOK_THERE))
        return error_class.because(self._sentence(reading.what, words, reading.advice), reading.code, wait)

    def _sentence(self, what: str, words: str, advice: str) -> str:
        where = self._request.operation.replace("_", " ")
        status = f", HTTP {self._delivery.status}" if self._delivery.status else ""
        said = f": {words.rstrip('. ')}" if words else ""
        return f"{self._call.partner.title} {what} ({where}{status}){said}. {advice}".strip()

    def _too_long(self, limit: int) -> PartnerError:
        if not self._request.repeatable:
            return self._error(UNKNOWN, f"its answer is longer than {limit} bytes")
        return BadPayload(
            f"{self._call.partner.title} sent more than {limit} bytes ({self._request.operation.replace('_', ' ')}),"
            " and the rest was not read. Look at the log in the partner's cloud; the limit for logs is"
            " PARTNER_MAX_LOG_SIZE."
        )

    def _record(self, error: BaseException | None) -> CallRecord:
        code, message = "OK", ""
        if isinstance(error, PartnerError):
            code, message = error.code, error.message
        elif error is not None:
            code, message = ErrorCode.UNKNOWN_ERROR, f"Stopped on our side by {type(error).__name__}."
        path = self._request.shown_path(self._call.endpoint)
        return CallRecord(
            operation=self._request.operation,
            method=self._request.method,
            redacted_url=redacted_url(path, self._request.query, self._call.partner.open_names),
            outcome=code,
            http_status=self._delivery.status,
            duration_ms=round(self._call.duration.total_seconds() * 1000),
            bytes_in=self._bytes_in,
            bytes_out=self._delivery.bytes_out,
            dialect=self.dialect,
            error_message=message,
        )
