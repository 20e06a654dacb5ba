"""What can go wrong with a partner, named by what the caller does next.

Every error is a value for the caller and a sentence for a person. It holds no response, request, payload or secret, so
it may be logged, stored and pickled as it is.
"""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import Any, ClassVar, Self


class ErrorCode(StrEnum):
    """The implementation guide's error codes, and those it lacks; stored and shown as ``errorCode``."""

    NETWORK_ERROR = "NETWORK_ERROR"
    AUTH_ERROR = "AUTH_ERROR"
    RATE_LIMIT = "RATE_LIMIT"
    NOT_FOUND = "NOT_FOUND"
    UNKNOWN_ERROR = "UNKNOWN_ERROR"
    REJECTED = "REJECTED"
    OUTCOME_UNKNOWN = "OUTCOME_UNKNOWN"
    BAD_PAYLOAD = "BAD_PAYLOAD"


class PartnerError(Exception):
    """A call to a partner failed; ``message`` says what happened, to which thing, and what to do about it."""

    default_code: ClassVar[ErrorCode] = ErrorCode.UNKNOWN_ERROR

    def __init__(self, message: str, code: ErrorCode | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or self.default_code

    @classmethod
    def because(cls, message: str, code: ErrorCode | None, retry_after: timedelta | None) -> Self:
        """Make one of any class from the same three values; classes that know no waiting time ignore it."""
        return cls(message, code)

    def __str__(self) -> str:
        return self.message

    def __reduce__(self) -> tuple[Any, ...]:
        # The constructors differ, and a result backend or another process must get back exactly what was raised.
        return _restore, (type(self), self.args, self.__dict__)


class RetryLater(PartnerError):
    """It may work later, and nothing was taken: a failure before the request left, or a server that says so."""

    def __init__(
        self,
        message: str,
        code: ErrorCode | None = None,
        retry_after: timedelta | None = None,
    ) -> None:
        super().__init__(message, code)
        self.retry_after = retry_after

    @classmethod
    def because(cls, message: str, code: ErrorCode | None, retry_after: timedelta | None) -> Self:
        return cls(message, code, retry_after)


class RateLimited(RetryLater):
    """The partner asks for fewer calls; nothing was taken. ``retry_after`` is its own wish, where it stated one."""

    default_code = ErrorCode.RATE_LIMIT

    def __init__(
        self,
        retry_after: timedelta | None = None,
        message: str = "The partner asks for fewer calls. Nothing needs to be done: the hub waits and tries again.",
    ) -> None:
        super().__init__(message, None, retry_after)

    @classmethod
    def because(cls, message: str, code: ErrorCode | None, retry_after: timedelta | None) -> Self:
        return cls(retry_after, message)


class CredentialsRejected(PartnerError):
    """The partner refuses this account's login, also after a fresh sign-in; nothing was taken."""

    default_code = ErrorCode.AUTH_ERROR


class Rejected(PartnerError):
    """The partner, or the hub before sending, refuses this request; the same request would be refused again."""

    default_code = ErrorCode.REJECTED


class NotFound(Rejected):
    """The partner does not know the thing that was asked for; nothing was taken."""

    default_code = ErrorCode.NOT_FOUND


class OutcomeUnknown(PartnerError):
    """The request left and no whole, readable answer came back: the partner may have taken it or not."""

    default_code = ErrorCode.OUTCOME_UNKNOWN


class BadPayload(PartnerError):
    """What the partner delivered cannot be kept as it is, for example a file longer than the limit."""

    default_code = ErrorCode.BAD_PAYLOAD


class Postponed(Exception):
    """The hub itself refuses the call for now (limiter, breaker, pause). Not a failure, and no attempt.

    Raised by a `CallLedger`, never by a partner. ``delay`` says when to come back, ``reason`` why, for a person.
    """

    def __init__(self, delay: timedelta, reason: str) -> None:
        super().__init__(delay, reason)
        self.delay = delay
        self.reason = reason

    def __str__(self) -> str:
        return self.reason


class Unsupported(Exception):
    """The partner has no such call. Callers ask the adapter's ``capabilities`` first, so this is a fault of theirs."""

    def __init__(self, capability: str) -> None:
        super().__init__(capability)
        self.capability = capability

    def __str__(self) -> str:
        return f"The partner offers no {self.capability}; look at the adapter's capabilities before asking for it."


def _restore(error_class: type[PartnerError], args: tuple[Any, ...], state: dict[str, Any]) -> PartnerError:
    error = error_class.__new__(error_class, *args)
    error.__dict__.update(state)
    return error
