"""The WSGI application that gunicorn serves."""

import os
from collections.abc import Callable, Iterable
from typing import Any, BinaryIO

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

from work.memory import settle

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "agmission_partners.settings")

_hub = get_wsgi_application()
_ = get_resolver().url_patterns  # what the first request would load
settle()


class WholeBody:
    """A request's body. One that ends before its announced length is an error: Django would take it as what was meant."""

    def __init__(self, source: BinaryIO) -> None:
        self._source = source

    def read(self, size: int) -> bytes:
        """As many bytes as asked for; whoever asks knows how many there are. Raises ConnectionAbortedError."""
        data = self._source.read(size)
        if len(data) < size:
            raise ConnectionAbortedError("the client stopped sending")
        return data

    def readline(self, *arguments: int) -> bytes:
        """As its source does."""
        return self._source.readline(*arguments)


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """The hub, which is given whole bodies."""
    environ["wsgi.input"] = WholeBody(environ["wsgi.input"])
    return _hub(environ, start_response)
