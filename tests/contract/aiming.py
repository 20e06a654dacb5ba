"""Aiming requests at things that exist: what only the hub gives out, and rules that a schema cannot say."""

from datetime import timedelta
from typing import Any

from django.utils import timezone
from schemathesis import Case
from schemathesis.core import NOT_SET
from schemathesis.core.parameters import ParameterLocation

from accounts.states import Role
from flightdata.exports.formats import KINDS
from tests.support.fields import FIELD
from tests.support.world import Tenant

Known = dict[str, Any]
PASSWORD = "crop-duster-9"
MADE_FOR_A_CUSTOMER = ("createSystemUser", "/partner-system-users/", "/v1/jobs/", "/applications/")


def known_to(tenant: Tenant) -> Known:
    """By a field's name, the thing of the tenant that it may name. Areas are polygons, which no schema can describe."""
    return {
        "aircraftId": tenant.aircraft.external_id,
        "customerId": str(tenant.customer.pk),
        "jobId": tenant.job.pk,
        "jobNumber": tenant.job.pk,
        "jobNumbers": [tenant.job.pk],
        "logId": str(tenant.log.pk),
        "partnerId": str(tenant.partner.pk),
        "partnerSystemUserId": str(tenant.account.pk),
        "systemUserId": str(tenant.account.pk),
        "uid": str(tenant.pilot.pk),
        "userId": str(tenant.pilot.pk),
        "sprayAreas": FIELD,
        "excludedAreas": FIELD,
        "adapter": tenant.partner.adapter,
        "password": PASSWORD,
        "login": {"username": tenant.office.username, "password": PASSWORD},
        "partnerType": tenant.partner.adapter,
        "expiresAt": (timezone.now() + timedelta(days=30)).isoformat(),
    }


def kept_by(tenant: Tenant, role: Role) -> Known:
    """What an object was made with, and keeps."""
    ends = tenant.tokens[role].expiry
    return {"number": tenant.job.pk, "partnerCode": tenant.partner.code, "expiresAt": ends.isoformat()}


def aim(case: Case, tenant: Tenant, role: Role) -> None:
    """Where a request is as the description says, let it name what there is, and no cursor or tag that nobody gave."""
    known = known_to(tenant) | (kept_by(tenant, role) if case.method in ("PUT", "PATCH") else {})
    resource = next(word for word in case.path.split("/") if word not in ("api", "v1", ""))
    if _is_right(case, ParameterLocation.PATH):
        case.path_parameters = dict.fromkeys(case.path_parameters, str(tenant.keys(role).get(resource)))
    if _is_right(case, ParameterLocation.QUERY):
        case.query = {name: known.get(name, value) for name, value in case.query.items() if name != "cursor"}
    if _is_right(case, ParameterLocation.HEADER):
        case.headers = {name: value for name, value in case.headers.items() if not name.lower().startswith("if-")}
    if _is_right(case, ParameterLocation.BODY):
        case.body = _sensible(_named(case.body, known), case, known)
    case._record_starting_state()  # what was put in is as right as what it replaces


def _is_right(case: Case, location: ParameterLocation) -> bool:
    component = case.meta.components.get(location) if case.meta else None
    return component is None or component.mode.is_positive


def _named(value: Any, known: Known) -> Any:
    if isinstance(value, dict):
        return {name: _known(name, inner, known) for name, inner in value.items()}
    return [_named(inner, known) for inner in value] if isinstance(value, list) else value


def _known(name: str, value: Any, known: Known) -> Any:
    return known[name] if name in known and value is not None else _named(value, known)


def _sensible(body: Any, case: Case, known: Known) -> Any:
    """A body whose fields fit each other."""
    if body is NOT_SET and case.operation.body:
        case.media_type, body = "application/json", {}
    if not isinstance(body, dict):
        return body
    for rule in RULES:
        body = rule(body, case, known)
    return body


def _says_whose_it_is(body: Known, case: Case, known: Known) -> Known:
    """Ops must, a customer's people need not."""
    is_made = case.method == "POST" and case.operation.path.endswith(MADE_FOR_A_CUSTOMER)
    return body | {"customerId": known["customerId"]} if is_made else body


def _ends_after_it_starts(body: Known, case: Case, known: Known) -> Known:
    return body | {"endDate": body["startDate"]} if body.get("startDate") and body.get("endDate") else body


def _role_fits(body: Known, case: Case, known: Known) -> Known:
    """Ops belong to nobody, a pilot to a customer, a partner's login to a partner."""
    if "/users/" not in case.path:
        return body
    of = {"customerId": known["customerId"], "partnerId": None}
    return body | of | {"role": "pilot"}


def _is_exported(body: Known, case: Case, known: Known) -> Known:
    """Each kind has states of its own."""
    if not case.operation.path.endswith("/exports/") or "status" not in (body.get("filter") or {}):
        return body
    statuses = KINDS[body["kind"]].statuses
    others = {name: value for name, value in body["filter"].items() if name != "status"}
    return body | {"filter": others | ({"status": statuses[0]} if statuses else {})}


def _has_a_parser(body: Known, case: Case, known: Known) -> Known:
    """A file carried in names the one that reads it."""
    is_named = case.operation.path.endswith("/applications/") and "format" in body
    return body | {"format": "satloc-text"} if is_named else body


def _formats_fit(body: Known, case: Case, known: Known) -> Known:
    """A partner is sent JSON, or one of the formats that it takes."""
    configuration = body.get("configuration")
    if "adapter" not in body and "partnerCode" in body:
        body = body | {"adapter": known["adapter"]}
    if isinstance(configuration, dict):
        body = body | {"configuration": configuration | {"uploadFormat": "json"}}
    return body


def _signs_in(body: Known, case: Case, known: Known) -> Known:
    """As somebody whom the hub knows."""
    return body | known["login"] if case.operation.path.endswith("/login") else body


def _has_a_file(body: Known, case: Case, known: Known) -> Known:
    """The client of this test forgets the line before an empty file."""
    return body | {"file": b"1,2,3"} if getattr(body.get("file"), "data", None) == b"" else body


RULES = (_says_whose_it_is, _ends_after_it_starts, _role_fits, _formats_fit, _is_exported, _has_a_parser, _has_a_file, _signs_in)
