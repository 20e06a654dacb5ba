"""`POST /api/jobs/{number}/assign`: a job given to a whole list of users at once."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.rest.fields import WholeNumberField
from accounts.rest.idempotency import idempotent
from accounts.rest.rules import OFFICE
from accounts.rest.serializers import WireSerializer
from accounts.rest.viewsets import HubViewSet, Rules
from assignments.api.config_fields import PartnerConfigField
from assignments.api.examples import ASSIGNED
from assignments.partner_config import PartnerConfig
from assignments.selectors import visible_jobs
from assignments.services.assigning import Assigned, AssignRequest, AssignResult, assign
from assignments.services.destinations import INTERNAL, Asked, Refusal
from assignments.states import DownloadOption

MOST_USERS = 5000


class DlOpSerializer(WireSerializer):
    """0 none, 1 KML, 2 SHP, 3 GeoJSON, 4 JSON."""

    type = serializers.ChoiceField(choices=DownloadOption.choices)


class UidSerializer(WireSerializer):
    """A user's `id` or `legacyId`."""

    uid = serializers.CharField(max_length=100)


class AskedSerializer(UidSerializer):
    """One who is to have the job: an active user of the job's customer, pilot or office. `partnerType` names the adapter."""

    partner_type = serializers.CharField(max_length=40, default=INTERNAL)
    partner_config = PartnerConfigField(required=False)


class AssignSerializer(WireSerializer):
    """Who is to have the job, and who is to lose it."""

    job_id = WholeNumberField(required=False)
    dl_op = DlOpSerializer(required=False)
    as_users = serializers.ListField(child=AskedSerializer(), max_length=MOST_USERS)
    av_users = serializers.ListField(child=UidSerializer(), required=False, max_length=MOST_USERS)


class StandingSerializer(WireSerializer):
    """One assignment that stands now. `syncJobId` is the upload's id; internal ones have none."""

    assignment_id = serializers.CharField()
    user_id = serializers.CharField()
    partner_type = serializers.CharField()
    status = serializers.ChoiceField(choices=["assigned"])
    sync_status = serializers.ChoiceField(choices=["queued", "synced"])
    sync_job_id = serializers.CharField(required=False)


class RefusalSerializer(WireSerializer):
    """Why one user did not get the job; `userId` is the `uid` as it was asked for."""

    user_id = serializers.CharField()
    partner_type = serializers.CharField(required=False)
    code = serializers.CharField()
    error = serializers.CharField()


class SummarySerializer(WireSerializer):
    total_assignments = serializers.IntegerField()
    successful_assignments = serializers.IntegerField()
    failed_assignments = serializers.IntegerField()
    partner_assignments = serializers.IntegerField()
    internal_assignments = serializers.IntegerField()


class AssignAnswerSerializer(WireSerializer):
    ok = serializers.BooleanField()
    assignments = StandingSerializer(many=True)
    errors = RefusalSerializer(many=True)  # type: ignore[assignment]  # a field, which the metaclass takes away
    summary = SummarySerializer()


class AssignView(HubViewSet):
    """The implementation guide's own address."""

    lookup_field = "number"
    selector = staticmethod(visible_jobs)
    serializer_class = AssignSerializer
    rules: Rules = {"assign": OFFICE}

    @extend_schema(request=AssignSerializer, responses=AssignAnswerSerializer, examples=ASSIGNED)
    @idempotent
    def assign(self, request: Request, number: str) -> Response:
        """Users of `avUsers` lose the job, those of `asUsers` get it, all others lose it where it is not under way yet."""
        body = self.checked_body()
        if body.get("job_id", self.subject.number) != self.subject.number:
            complaint = ErrorDetail(f"is not {self.subject.number}, the job of this address", "otherJob")
            raise ValidationError({"jobId": [complaint]})
        return Response(_answer(assign(self.subject, _request(body), self.user)))


def _request(body: dict[str, Any]) -> AssignRequest:
    dl_op = body.get("dl_op")
    return AssignRequest(
        as_users=tuple(_asked(entry) for entry in body["as_users"]),
        av_users=tuple(entry["uid"] for entry in body.get("av_users", ())),
        dl_op_type=DownloadOption(dl_op["type"]) if dl_op else None,
    )


def _asked(entry: dict[str, Any]) -> Asked:
    return Asked(entry["uid"], entry["partner_type"], entry.get("partner_config") or PartnerConfig())


def _answer(result: AssignResult) -> dict[str, Any]:
    partners = sum(one.upload is not None for one in result.assigned)
    return {
        "ok": True,
        "assignments": [_standing(one) for one in result.assigned],
        "errors": [_refusal(refusal) for refusal in result.refused],
        "summary": {
            "totalAssignments": result.asked,
            "successfulAssignments": len(result.assigned),
            "failedAssignments": result.asked - len(result.assigned),
            "partnerAssignments": partners,
            "internalAssignments": len(result.assigned) - partners,
        },
    }


def _standing(assigned: Assigned) -> dict[str, Any]:
    shown = {
        "assignmentId": str(assigned.assignment.pk),
        "userId": str(assigned.assignment.user_id),
        "partnerType": assigned.assignment.partner_type,
        "status": "assigned",
        "syncStatus": "synced" if assigned.synced else "queued",
    }
    return shown | ({"syncJobId": str(assigned.upload.pk)} if assigned.upload else {})


def _refusal(refusal: Refusal) -> dict[str, Any]:
    shown = {"userId": refusal.uid, "code": refusal.code, "error": refusal.message}
    return shown | ({"partnerType": refusal.partner_type} if refusal.partner_type else {})
