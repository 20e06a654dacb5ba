"""A partner's health: as a field, its history, and a look at it now."""

from datetime import timedelta
from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.rest.fields import UtcDateTimeField
from accounts.rest.paging import CURSOR, LARGEST_SIZE, PAGE_SIZE, QUERY_PARAMETERS, NewestFirst
from accounts.rest.rules import OFFICE_AND_PARTNER
from accounts.rest.serializers import WireSerializer
from accounts.rest.viewsets import HubViewSet, Rules
from accounts.states import Role
from partners.models import WATCHED, HealthCheck, HealthResult, Partner
from partners.selectors import last_day_of, looks_at
from partners.services import health
from partners.states import HealthStatus

MACHINE_COLUMNS = (*WATCHED, "response_time", "refused_at")
HEALTH_RULES: Rules = {"health": OFFICE_AND_PARTNER, "check": frozenset({Role.OPS, Role.PARTNER})}


class MillisecondsField(serializers.IntegerField):
    """A duration, read only."""

    def to_representation(self, value: Any) -> int:
        return round(value / timedelta(milliseconds=1))


class HealthSerializer(WireSerializer):
    """`responseTime` (milliseconds) is null where no answer came; `error` says why it is not healthy."""

    status = serializers.ChoiceField(HealthStatus.choices)
    response_time = MillisecondsField(allow_null=True)
    checked_at = UtcDateTimeField(allow_null=True)
    error = serializers.CharField(allow_null=True)


class LastDaySerializer(WireSerializer):
    """The looks of the last 24 hours."""

    checks = serializers.IntegerField()
    failed = serializers.IntegerField()
    average_response_time = MillisecondsField(allow_null=True, source="average")


class HealthSummarySerializer(HealthSerializer):
    """The health now, `since` when it is so, `failures` in a row, and when the partner is looked at next."""

    since = UtcDateTimeField(allow_null=True)
    failures = serializers.IntegerField()
    next_check_at = UtcDateTimeField(allow_null=True)
    last_day = LastDaySerializer()


class HealthHistorySerializer(WireSerializer):
    """A page of looks, newest first; they are kept for a week."""

    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    results = HealthSerializer(many=True)
    summary = HealthSummarySerializer()


def health_of(partner: Partner) -> dict[str, Any]:
    """The field `health` of a partner."""
    return HealthSerializer(_now(partner)).data


def _now(partner: Partner) -> dict[str, Any]:
    return {
        "status": partner.health,
        "response_time": partner.response_time,
        "checked_at": partner.checked_at,
        "error": partner.health_error or None,
    }


def _then(result: HealthResult) -> dict[str, Any]:
    return {
        "status": result.status,
        "response_time": result.response_time,
        "checked_at": result.checked_at,
        "error": result.error or None,
    }


def _summary(partner: Partner) -> dict[str, Any]:
    check = HealthCheck.objects.filter(partner=partner, system_user__isnull=True).first()
    more = {"since": partner.health_since, "failures": partner.failures, "next_check_at": check.due_at if check else None}
    return HealthSummarySerializer({**_now(partner), **more, "last_day": last_day_of(partner)}).data


PAGE = [
    OpenApiParameter(CURSOR, str, description="From `next` or `previous`."),
    OpenApiParameter(PAGE_SIZE, {"type": "integer", "minimum": 1, "maximum": LARGEST_SIZE}, description="Results on a page."),
]


class HealthActions(HubViewSet):
    """What `partners/{id}/` offers about health."""

    @extend_schema(responses=HealthHistorySerializer, parameters=PAGE, filters=False)
    @action(detail=True, methods=["get"], filter_backends=[], pagination_class=None, query_parameters=QUERY_PARAMETERS)
    def health(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """What was found at each look, and how the partner is now."""
        pages = NewestFirst()
        rows = pages.paginate_queryset(looks_at(self.subject), request, self)
        answer = pages.get_paginated_response(HealthSerializer([_then(row) for row in rows], many=True).data)
        answer.data["summary"] = _summary(self.subject)
        return answer

    @extend_schema(request=None, responses=HealthSerializer)
    @action(detail=True, methods=["post"])
    def check(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Looks at the partner now, and answers what it found. A good answer lets go on what waited for the partner."""
        return Response(HealthSerializer(_then(health.check(self.subject, actor=self.actor))).data)
