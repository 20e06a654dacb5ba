"""Keeping passwords and tokens out of everything that is logged, stored or shown."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Mapping
from html import unescape
from urllib.parse import quote, unquote, unquote_plus

HIDDEN = "[hidden]"
_LONGEST_QUOTE = 300
_QUERY = re.compile(r"\?[^\s\"'<>]*")
# Of urllib3's loggers these write addresses, and SatLoc's sign-in has the password in its address.
_TALKATIVE_LOGGERS = (
    "urllib3.connectionpool",
    "urllib3.connection",
    "urllib3.poolmanager",
    "urllib3.util.retry",
    "urllib3.response",
)


def redacted_url(path: str, query: Mapping[str, str], open_names: Iterable[str]) -> str:
    """Path and query with every value hidden whose name is not declared open: what is new is hidden at first."""
    open_set = frozenset(open_names)
    pairs = (f"{quote(name)}={quote(value) if name in open_set else HIDDEN}" for name, value in query.items())
    return "?".join(filter(None, (path, "&".join(pairs))))


class Secrets:
    """The secrets of one call, and the texts of others that must not repeat them."""

    def __init__(self, *secrets: str | None) -> None:
        self._secrets = {secret.casefold() for secret in secrets if secret}

    def __repr__(self) -> str:
        return f"Secrets({HIDDEN})"

    def add(self, secret: str | None) -> None:
        if secret:
            self._secrets.add(secret.casefold())

    def quote(self, text: object) -> str:
        """A partner's own words, fit for an error's message: one line, not endless, and nothing if they hold a secret.

        The whole text is dropped then: cutting out a short password would show where it stood, and so what it is.
        """
        raw = str(text)
        if self._are_in(raw):
            return HIDDEN
        words = " ".join("".join(char if char.isprintable() else " " for char in raw).split())
        return words if len(words) <= _LONGEST_QUOTE else f"{words[:_LONGEST_QUOTE]}…"

    def _are_in(self, text: str) -> bool:
        """Whether a secret is in a text, plain or as an address or a page would write it."""
        writings = [writing.casefold() for writing in (text, unquote(text), unquote_plus(text), unescape(text))]
        return any(secret in writing for secret in self._secrets for writing in writings)


def hide_queries(record: logging.LogRecord) -> bool:
    """A logging filter that keeps the record, and hides the queries of the addresses in it."""
    record.msg = _QUERY.sub(f"?{HIDDEN}", record.getMessage())
    record.args = ()
    record.exc_info = record.exc_text = record.stack_info = None
    return True


def silence_addresses() -> None:
    """Make urllib3's own log lines safe, whatever level and handlers a deployment gives them."""
    for name in _TALKATIVE_LOGGERS:
        logging.getLogger(name).addFilter(hide_queries)  # adding the same filter again changes nothing
