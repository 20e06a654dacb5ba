"""What is sent in the one form that it has."""

from collections.abc import Iterable
from typing import Any

from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request


class SentAsItIs(DefaultContentNegotiation):
    """For files and drawings: whatever Accept says, which a server may disregard (RFC 9110, 12.4.1). A JSON API refuses else."""

    def select_renderer(self, request: Request, renderers: Iterable[Any], format_suffix: str | None = None) -> Any:
        """Always the first, which refusals use."""
        first: BaseRenderer = next(iter(renderers))
        return first, first.media_type
