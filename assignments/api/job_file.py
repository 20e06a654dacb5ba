"""`jobs/{number}/file`: what a pilot takes along."""

from collections.abc import Iterable
from typing import Any

from django.http import HttpResponse
from django.utils.http import content_disposition_header
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

from accounts.rest.rules import READERS
from accounts.rest.viewsets import HubViewSet, Rules
from assignments import job_files
from assignments.api.described import JOB_NUMBER
from assignments.models import Job
from assignments.selectors import visible_jobs
from assignments.services import taking_along

BODIES: dict[Any, Any] = {
    (200, media_type): OpenApiTypes.OBJECT if media_type.endswith("json") else OpenApiTypes.BINARY
    for media_type in job_files.media_types()
} | {409: None}


class AsTheJobSays(BaseContentNegotiation):
    """The format is the job's own, whatever Accept says."""

    def select_parser(self, request: Request, parsers: Iterable[BaseParser]) -> BaseParser | None:
        return next(iter(parsers), None)

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        renderer = next(iter(renderers))
        return renderer, str(renderer.media_type)


class JobFileViewSet(HubViewSet):
    """A job's file in its `dlOp` format."""

    lookup_field = "number"
    selector = staticmethod(visible_jobs)
    rules: Rules = {"retrieve": READERS}
    content_negotiation_class = AsTheJobSays
    subject: Job

    @extend_schema(parameters=[JOB_NUMBER], request=None, responses=BODIES, filters=False)
    def retrieve(self, request: Request, number: str) -> HttpResponse:
        """KML, zipped shapefiles, GeoJSON or JSON: the areas less the exclusions, and the exclusions. An internal assignment of
        whoever asks counts as downloaded from then on. 409 where the job has no format, or no areas."""
        file = taking_along.file_of(self.subject)
        if request.method == "GET":
            taking_along.note_taken(self.subject, self.user)
        response = HttpResponse(file.content, content_type=file.media_type)
        response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=file.name)
        return response
