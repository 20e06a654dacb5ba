"""For each operation that changes something, a request that does: the state it needs is laid, and its body returned.

A new operation gets a line here; the tests of the audit trail and of foreign ids in bodies walk them all.
"""

from collections.abc import Callable
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from assignments.models import JobAssignment, SyncOperation
from assignments.states import AssignmentStatus, Operation, SyncStatus
from flightdata.models import Application, PartnerLog
from flightdata.states import ApplicationStatus, LogStatus
from tests.support.fields import FIELD
from tests.support.operations import Operation as Described
from tests.support.scene import a_job, a_user
from tests.support.world import Tenant

Body = dict[str, Any]

CALL_PARTNERS = (
    "POST /api/v1/partner-system-users/{id}/verify/",
    "POST /api/v1/partner-system-users/{id}/aircraft/",
    "POST /api/v1/partners/{id}/check/",
)
"""Those that need a partner that answers."""


def _upload(status: SyncStatus) -> Callable[[Tenant], Body]:
    def lay(own: Tenant) -> Body:
        SyncOperation.objects.create(assignment=own.assignment, operation=Operation.JOB_UPLOAD, status=status)
        return {}

    return lay


def _assignment(status: AssignmentStatus) -> Callable[[Tenant], Body]:
    def lay(own: Tenant) -> Body:
        JobAssignment.objects.filter(pk=own.assignment.pk).update(status=status)
        return {}

    return lay


def _log(status: LogStatus) -> Callable[[Tenant], Body]:
    def lay(own: Tenant) -> Body:
        PartnerLog.objects.filter(pk=own.log.pk).update(status=status)
        return {}

    return lay


def _reparse(own: Tenant) -> Body:
    Application.objects.filter(pk=own.application.pk).update(status=ApplicationStatus.QUARANTINED)
    return {}


def _resume(own: Tenant) -> Body:
    type(own.account).objects.filter(pk=own.account.pk).update(paused_by_person=True)
    return {}


def _delete_job(own: Tenant) -> Body:
    own.job = a_job(own.customer)
    return {}


def _account(own: Tenant) -> Body:
    person = {"partnerUserId": "U-7", "partnerUsername": "new@example.com", "companyId": "C-7", "apiSecret": "sky-high-6"}
    return {"partnerId": str(own.partner.pk), "customerId": str(own.customer.pk), "name": "New", **person}


def _person(own: Tenant) -> Body:
    body = {"username": "newcomer", "password": "rows-of-barley-7", "role": "pilot", "name": "New", "legacyId": "old-7"}
    return {**body, "customerId": str(own.customer.pk), "partnerId": None}


def _person_again(own: Tenant) -> Body:
    return {**_person(own), "username": own.pilot.username}


def _assign(own: Tenant) -> Body:
    config = {"aircraftId": own.aircraft.external_id, "systemUserId": str(own.account.pk), "priority": "high"}
    asked = {"uid": str(own.pilot.pk), "partnerType": "satloc", "partnerConfig": config}
    leaving = a_user(own.customer)
    JobAssignment.objects.create(job=own.job, user=leaving)
    return {"jobId": own.job.pk, "dlOp": {"type": 1}, "asUsers": [asked], "avUsers": [{"uid": str(leaving.pk)}]}


def _job(own: Tenant) -> Body:
    return {"customerId": str(own.customer.pk), "name": "South field", "sprayAreas": FIELD}


def _file(own: Tenant) -> Body:
    file = SimpleUploadedFile("flight.log", b"new bytes")
    return {"file": file, "customerId": str(own.customer.pk), "jobNumber": own.job.pk, "aircraftId": "N1"}


def _config(own: Tenant) -> Body:
    return {"partnerConfig": {"priority": "low"}}


CUSTOMER: Body = {"code": "new", "name": "New Air", "timeZone": "America/Chicago"}
PARTNER: Body = {"partnerCode": "NEW", "partnerName": "New Cloud", "adapter": "satloc"}

GOOD: dict[str, Callable[[Tenant], Body]] = {
    "POST /api/jobs/{number}/assign": _assign,
    "POST /api/partner/createPartner": lambda own: PARTNER,
    "POST /api/partner/createSystemUser": _account,
    "POST /api/v1/api-tokens/": lambda own: {"name": "planner"},
    "PUT /api/v1/api-tokens/{id}/": lambda own: {"name": "other"},
    "PATCH /api/v1/api-tokens/{id}/": lambda own: {"name": "other"},
    "DELETE /api/v1/api-tokens/{id}/": lambda own: {},
    "POST /api/v1/applications/": _file,
    "POST /api/v1/applications/{id}/match/": lambda own: {"jobNumbers": [own.job.pk]},
    "POST /api/v1/applications/{id}/reparse/": _reparse,
    "PATCH /api/v1/assignments/{id}/": _config,
    "POST /api/v1/assignments/{id}/cancel/": lambda own: {},
    "POST /api/v1/assignments/{id}/complete/": lambda own: {},
    "POST /api/v1/assignments/{id}/confirm/": _upload(SyncStatus.UNCONFIRMED),
    "POST /api/v1/assignments/{id}/poll/": lambda own: {},
    "POST /api/v1/assignments/{id}/reopen/": _assignment(AssignmentStatus.COMPLETED),
    "POST /api/v1/assignments/{id}/resend/": _upload(SyncStatus.SYNCED),
    "POST /api/v1/assignments/{id}/retry/": _upload(SyncStatus.GAVE_UP),
    "POST /api/v1/auth/login": lambda own: {"username": own.office.username, "password": "crop-duster-9"},
    "POST /api/v1/auth/logout/": lambda own: {},
    "POST /api/v1/customers/": lambda own: CUSTOMER,
    "PUT /api/v1/customers/{id}/": lambda own: CUSTOMER,
    "PATCH /api/v1/customers/{id}/": lambda own: {"name": "Other Air"},
    "DELETE /api/v1/customers/{id}/": lambda own: {},
    "POST /api/v1/exports/": lambda own: {"kind": "jobs", "format": "geojson"},
    "POST /api/v1/jobs/": _job,
    "PUT /api/v1/jobs/{number}/": _job,
    "PATCH /api/v1/jobs/{number}/": lambda own: {"name": "South field"},
    "DELETE /api/v1/jobs/{number}/": _delete_job,
    "POST /api/v1/logs/{id}/fetch/": _log(LogStatus.SKIPPED),
    "POST /api/v1/logs/{id}/retry/": _log(LogStatus.FAILED),
    "POST /api/v1/partner-system-users/": _account,
    "PUT /api/v1/partner-system-users/{id}/": _account,
    "PATCH /api/v1/partner-system-users/{id}/": lambda own: {"apiSecret": "sky-high-6"},
    "DELETE /api/v1/partner-system-users/{id}/": lambda own: {},
    "POST /api/v1/partner-system-users/{id}/pause/": lambda own: {},
    "POST /api/v1/partner-system-users/{id}/resume/": _resume,
    "POST /api/v1/partners/": lambda own: PARTNER,
    "PUT /api/v1/partners/{id}/": lambda own: {"partnerCode": own.partner.code, "partnerName": "New Cloud"},
    "PATCH /api/v1/partners/{id}/": lambda own: {"partnerName": "New Cloud"},
    "DELETE /api/v1/partners/{id}/": lambda own: {},
    "POST /api/v1/users/": _person,
    "PUT /api/v1/users/{id}/": _person_again,
    "PATCH /api/v1/users/{id}/": lambda own: {"password": "rows-of-barley-7"},
    "DELETE /api/v1/users/{id}/": lambda own: {},
}


def body_format(operation: Described) -> str:
    """How the operation takes its body."""
    return "multipart" if "multipart/form-data" in operation.described.get("requestBody", {}).get("content", {}) else "json"
