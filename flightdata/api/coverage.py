"""Coverage over REST."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.rest.rules import OFFICE
from accounts.rest.serializers import WireSerializer
from accounts.rest.viewsets import HubViewSet, Rules
from assignments.api.described import JOB_NUMBER
from assignments.selectors import visible_jobs
from flightdata import figures


class FiguresSerializer(WireSerializer):
    """Hectares. `sprayed`: the passes' bands, each in full; `union`: the ground under them; `overlap` = sprayed - union;
    `inside`: of that ground, the areas less exclusions; `outside` = union - inside; `missed`: areas less exclusions - inside."""

    sprayed = serializers.FloatField(allow_null=True)
    union = serializers.FloatField(allow_null=True)
    overlap = serializers.FloatField(allow_null=True)
    inside = serializers.FloatField(allow_null=True)
    outside = serializers.FloatField(allow_null=True)
    missed = serializers.FloatField(allow_null=True)


class AreaFiguresSerializer(FiguresSerializer):
    """The same for one area."""

    name = serializers.CharField(allow_blank=True)


class MethodSerializer(WireSerializer):
    """How it was measured: `swathWidth` in metres, null where the job has none, against which revision of the job."""

    name = serializers.CharField()
    version = serializers.CharField()
    swathWidth = serializers.FloatField(allow_null=True)  # noqa: N815 - the shape is made with the contract's own names
    jobRevision = serializers.IntegerField()  # noqa: N815


class CoverageSerializer(FiguresSerializer):
    """Null figures have a `reason`."""

    areas = AreaFiguresSerializer(many=True)
    method = MethodSerializer(allow_null=True)
    reason = serializers.CharField(allow_null=True)


class JobCoverageViewSet(HubViewSet):
    """What all flights of a job sprayed of it."""

    selector = staticmethod(visible_jobs)
    serializer_class = CoverageSerializer
    lookup_field = "number"
    rules: Rules = {"retrieve": OFFICE}

    @extend_schema(parameters=[JOB_NUMBER], responses=CoverageSerializer, filters=False)
    def retrieve(self, request: Request, **_: Any) -> Response:
        """Of the job's areas, over all its flights and aircraft, ground sprayed twice counted once."""
        return Response(figures.of_job(self.subject.pk))
