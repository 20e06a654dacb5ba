"""`schema/` and `docs/`: the API's description (OpenAPI 3.1), and pages to read and try it on, without any outside host."""

from collections.abc import Iterable
from typing import Any

from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerView
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.permissions import AllowAny
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

FORMAT = "format"


class ByFormat(DefaultContentNegotiation):
    """`?format=json` or `?format=yaml`, else by Accept."""

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        return super().select_renderer(request, renderers, format_suffix or request.query_params.get(FORMAT))


class DescriptionView(SpectacularAPIView):
    """YAML, or JSON by Accept or `?format=json`."""

    permission_classes = (AllowAny,)
    content_negotiation_class = ByFormat


class PagesView(SpectacularSwaggerView):
    """Swagger UI, from this server."""

    permission_classes = (AllowAny,)
    authentication_classes: Any = ()
    url_name = "schema"
