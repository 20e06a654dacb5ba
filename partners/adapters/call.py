"""One call of an adapter: its requests under one deadline, each allowed, sent, read, classified and recorded."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import timedelta
from types import TracebackType
from typing import Self, TypeVar

from partners.adapters.deadline import Deadline
from partners.adapters.errors import Postponed, RateLimited, RetryLater
from partners.adapters.exchange import Exchange, PartnerTraits
from partners.adapters.http import Answer, Request
from partners.adapters.ledger import CallLedger
from partners.adapters.records import Dialect, Endpoint, LogStream
from partners.adapters.redaction import Secrets

Result = TypeVar("Result")

QUICK_PAUSE = timedelta(milliseconds=200)
"""Pause before the first quick repeat; doubled for each further one, with jitter."""


def nothing_to_do() -> None:
    """For requests whose leaving nobody needs to note."""


class Call:
    """The requests of one public call of an adapter. A context manager; one deadline spans all of it."""

    def __init__(
        self,
        partner: PartnerTraits,
        endpoint: Endpoint,
        ledger: CallLedger,
        secrets: Secrets,
        quick_repeats: int,
    ) -> None:
        self.partner = partner
        self.endpoint = endpoint
        self.ledger = ledger
        self.secrets = secrets
        self.deadline = Deadline(endpoint.deadline)
        self.duration = timedelta(0)
        self._quick_repeats = quick_repeats
        self._open = ExitStack()

    def __enter__(self) -> Self:
        self._open.enter_context(self.deadline)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._open.__exit__(kind, error, trace)

    def fetch(
        self,
        request: Request,
        read: Callable[[Answer], Result],
        before_send: Callable[[], None] = nothing_to_do,
    ) -> Result:
        """Send a request and give its whole answer to ``read``, which returns what it means or raises Refused."""

        def attempt() -> Result:
            with Exchange(self, request, before_send) as exchange:
                exchange.send()
                return exchange.read(read)

        return self._repeated(request, attempt)

    def stream(
        self,
        request: Request,
        max_size: int,
        check_head: Callable[[bytes, bool], None],
        dialect: Dialect,
    ) -> LogStream:
        """Send a request and hand its body out piece by piece, for as long as this call is open.

        ``check_head`` is given the first bytes and whether they are all; it raises Refused for an error in disguise.
        """

        def attempt() -> LogStream:
            with ExitStack() as stack:
                exchange = stack.enter_context(Exchange(self, request, nothing_to_do))
                exchange.dialect = dialect
                exchange.send()
                chunks = exchange.chunks(max_size, check_head)
                self._open.push(stack.pop_all())
            return LogStream(chunks, exchange.content_length, dialect)

        return self._repeated(request, attempt)

    def _repeated(self, request: Request, attempt: Callable[[], Result]) -> Result:
        """Repeat quickly what may be repeated; a refusal by our own limiter then leaves the partner's failure."""
        failure: RetryLater | None = None
        for repeat in range(self._quick_repeats + 1 if request.repeatable else 1):
            if repeat and not self._pause(repeat):
                break
            try:
                self.ledger.before_call(request.operation)
            except Postponed:
                if failure is None:
                    raise
                break
            try:
                return attempt()
            except RetryLater as error:
                failure = error
            if isinstance(failure, RateLimited) or failure.retry_after is not None:
                break
        if failure is None:
            raise AssertionError("The first attempt either returns or fails.")
        raise failure

    def _pause(self, repeat: int) -> bool:
        """Wait before a quick repeat; False where the deadline leaves no time for it."""
        pause = QUICK_PAUSE.total_seconds() * 2 ** (repeat - 1) * random.uniform(0.5, 1.0)  # noqa: S311 - jitter
        if pause >= self.deadline.remaining():
            return False
        time.sleep(pause)
        return True
