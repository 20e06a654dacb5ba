"""`/metrics` for signed-in ops; a scraper with its token is answered before (`health.py`)."""

from typing import Any

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.request import Request

from accounts.rest.rules import OPS
from accounts.rest.viewsets import HubView, Rules
from agmission_partners import metrics


class WhateverIsAccepted(BaseContentNegotiation):
    """There is one format."""

    def select_renderer(self, request: Request, renderers: Any, format_suffix: str | None = None) -> Any:
        return renderers[0], renderers[0].media_type


class MetricsView(HubView):
    """Not a resource of the API, and not in its description."""

    rules: Rules = {"get": OPS}
    content_negotiation_class = WhateverIsAccepted

    @extend_schema(exclude=True)
    def get(self, request: Request) -> HttpResponse:
        """As a scraper sees it."""
        return metrics.answer(request)
