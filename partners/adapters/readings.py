"""How an answer, or the lack of one, is read: one shared table, over which each partner lays its own.

A row names the error for a call that may be repeated (a GET, or anything of which nothing left), the error for a call
that may not (an upload whose request left), and what a person should do. What no row names is closed by default: a GET
is retried, an upload has an unknown outcome. To add a case: one row here or in the partner's table, and one test.
"""

from __future__ import annotations

import http.client
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import requests
import urllib3

from partners.adapters.addresses import AddressRefused, HostUnknown
from partners.adapters.errors import (
    CredentialsRejected,
    ErrorCode,
    NotFound,
    OutcomeUnknown,
    PartnerError,
    RateLimited,
    Rejected,
    RetryLater,
)
from partners.adapters.transport import ConnectFailed, ConnectTimedOut

EMPTY = "empty"
"""Second part of a status key: the answer has no body."""

LONGEST_WAIT = timedelta(days=1)
"""A Retry-After beyond this is cut: a wrong header must not silence a partner for years."""

StatusKey = int | str | tuple[int, str]


@dataclass(frozen=True)
class Reading:
    """One row: what it is, which error it means, and what a person should do about it."""

    what: str
    advice: str
    repeatable: type[PartnerError]
    upload: type[PartnerError]
    code: ErrorCode | None = None


class Refused(Exception):
    """A reader of answers found that this one is a refusal, or is none it knows; ``words`` are the partner's or ours.

    Never leaves the adapters: the call turns it into the row's PartnerError with a sentence around the words.
    """

    def __init__(self, reading: Reading, words: object = "") -> None:
        super().__init__(reading, words)
        self.reading = reading
        self.words = words


def final(error: type[PartnerError], what: str, advice: str) -> Reading:
    """A row that means the same for every call: the partner said that it took nothing."""
    return Reading(what, advice, error, error)


_WAIT = "Nothing needs to be done: the hub tries again. If it lasts, ask the partner."
LOOK_THERE = "Look in the partner's cloud whether it arrived; then confirm it, or send it again."
"""What to do about any unknown outcome."""

UNKNOWN = Reading("gave an answer that the hub cannot read", _WAIT, RetryLater, OutcomeUnknown)

STATUSES: Mapping[StatusKey, Reading] = {
    400: final(Rejected, "refused the request", "Correct what the partner names, then retry."),
    401: final(CredentialsRejected, "refused the login", "Check the account's login and password."),
    403: final(CredentialsRejected, "denied access", "Check the account's login, password and rights."),
    404: final(NotFound, "does not know what was asked for", "Check the base URL and the ids."),
    405: final(Rejected, "does not offer this call", "Check the base URL."),
    410: final(NotFound, "no longer has what was asked for", "Check the ids in the partner's cloud."),
    413: final(Rejected, "finds the request too large", "Send a smaller job."),
    415: final(Rejected, "does not take this file format", "Choose another upload format for this partner."),
    422: final(Rejected, "cannot use the request", "Correct what the partner names, then retry."),
    429: final(RateLimited, "asks for fewer calls", _WAIT),
    502: Reading("has a gateway that got no answer", _WAIT, RetryLater, OutcomeUnknown),
    504: Reading("has a gateway that waited in vain", _WAIT, RetryLater, OutcomeUnknown),
    "5xx": final(RetryLater, "has a server error", _WAIT),
}

_NETWORK = ErrorCode.NETWORK_ERROR
_BROKEN = Reading("broke the connection off", _WAIT, RetryLater, OutcomeUnknown, _NETWORK)
_SILENT = Reading("did not answer in time", _WAIT, RetryLater, OutcomeUnknown, _NETWORK)
_GARBLED = Reading("sent an answer that breaks off or cannot be decoded", _WAIT, RetryLater, OutcomeUnknown)
_URL_ADVICE = "Check the partner's base URL, and the account for characters that cannot be sent."
_UNUSABLE = final(Rejected, "cannot be called with this address and account", _URL_ADVICE)
_NET_ADVICE = "Check the network and the partner's base URL. The hub tries again."

EXCEPTIONS: Mapping[type[BaseException], Reading] = {
    HostUnknown: Reading("has a host name that does not resolve", _NET_ADVICE, RetryLater, RetryLater, _NETWORK),
    ConnectTimedOut: Reading("did not accept a connection in time", _NET_ADVICE, RetryLater, RetryLater, _NETWORK),
    ConnectFailed: Reading("did not accept a connection", _NET_ADVICE, RetryLater, RetryLater, _NETWORK),
    AddressRefused: final(Rejected, "has an address that partners may not have", ""),
    requests.exceptions.SSLError: Reading(
        "could not be reached securely", "Check the partner's certificate.", RetryLater, OutcomeUnknown, _NETWORK
    ),
    requests.exceptions.InvalidURL: _UNUSABLE,
    requests.exceptions.InvalidSchema: _UNUSABLE,
    requests.exceptions.MissingSchema: _UNUSABLE,
    urllib3.exceptions.LocationValueError: _UNUSABLE,
    UnicodeError: Reading(_UNUSABLE.what, _URL_ADVICE, Rejected, OutcomeUnknown),
    requests.exceptions.Timeout: _SILENT,
    urllib3.exceptions.TimeoutError: _SILENT,
    TimeoutError: _SILENT,
    requests.exceptions.ContentDecodingError: _GARBLED,
    urllib3.exceptions.DecodeError: _GARBLED,
    requests.exceptions.ConnectionError: _BROKEN,
    urllib3.exceptions.ProtocolError: _BROKEN,
    urllib3.exceptions.HTTPError: _BROKEN,
    http.client.HTTPException: _BROKEN,
    OSError: _BROKEN,
}


def read_status(status: int, empty: bool, partner_rows: Mapping[StatusKey, Reading]) -> Reading:
    """The row for an answer's status. The most specific key wins; of equally specific ones the partner's."""
    for key in _status_keys(status, empty):
        row = partner_rows.get(key) or STATUSES.get(key)
        if row is not None:
            return row
    return UNKNOWN


def read_exception(kind: type[BaseException]) -> Reading:
    """The row for a failure without an answer, looked up along the exception's bases."""
    return next((EXCEPTIONS[base] for base in kind.__mro__ if base in EXCEPTIONS), UNKNOWN)


def _status_keys(status: int, empty: bool) -> Iterator[StatusKey]:
    if empty:
        yield (status, EMPTY)
    yield status
    yield f"{status // 100}xx"


def retry_after(header: str | None, now: datetime) -> timedelta | None:
    """What a Retry-After header asks for, in seconds or as an HTTP date (RFC 9110); None where it says nothing."""
    text = (header or "").strip()
    if text.isascii() and text.isdecimal():
        return min(timedelta(seconds=int(text[:9])), LONGEST_WAIT)
    moment = http_date(text)
    if moment is None:
        return None
    return min(max(moment - now, timedelta(0)), LONGEST_WAIT)


def http_date(header: str | None) -> datetime | None:
    """An HTTP date as aware UTC, or None."""
    try:
        moment = parsedate_to_datetime(header or "")
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (TypeError, ValueError, OverflowError):
        return None
