"""Somebody else's id in a body or filter reads like one that nobody has. The fields are those of the committed `openapi.yaml`."""

import copy
import json
from typing import Any
from uuid import uuid4

import pytest

from accounts.models import User
from accounts.states import Role
from assignments.models import JobAssignment
from tests.support.api import as_user, complaints
from tests.support.good_requests import GOOD, body_format
from tests.support.once import once_for_module
from tests.support.operations import Operation, operations
from tests.support.roles import ALLOWED, outcomes
from tests.support.world import Tenant, two_tenants
from work.models import Event

pytestmark = pytest.mark.thorough

kept, db = once_for_module(two_tenants)

FREE = {"aircraftId", "companyId", "externalId", "externalJobId", "legacyId", "objectId", "partnerUserId"}
"""Ids of another system, which name nothing of the hub's own."""

ASSIGN = "POST /api/jobs/{number}/assign"
LISTS = [operation for operation in operations() if operation.filters()]
FIELDS = [(operation, field) for operation in operations() for field in operation.fields() if not field.endswith("[]")]


def strangers(operation: Operation) -> list[Role]:
    """Roles that may do it, and do not see all."""
    return [role for role, told in outcomes()[str(operation)].items() if told == ALLOWED and role != Role.OPS]


IN_BODIES = [(operation, field, role) for operation, field in FIELDS for role in strangers(operation)]
IN_FILTERS = [(operation, role) for operation in LISTS for role in strangers(operation)]


def ids(tenant: Tenant) -> dict[str, Any]:
    """By the name of a field or filter: the tenant's thing."""
    return {
        "customerId": str(tenant.customer.pk),
        "partnerId": str(tenant.partner.pk),
        "partnerSystemUserId": str(tenant.account.pk),
        "systemUserId": str(tenant.account.pk),
        "userId": str(tenant.pilot.pk),
        "uid": str(tenant.pilot.pk),
        "logId": str(tenant.log.pk),
        "jobNumber": tenant.job.pk,
        "jobNumbers": [tenant.job.pk],
        "jobId": tenant.job.pk,
    }


NOBODYS: dict[str, Any] = {"jobNumber": 99999999, "jobNumbers": [99999999], "jobId": 99999999}


def of_nobody(name: str) -> Any:
    return NOBODYS.get(name, str(uuid4()))


def bare(path: str) -> str:
    return path.rpartition(".")[2]


def test_every_field_that_names_a_thing_is_known(own: Tenant) -> None:
    named = {bare(field) for _, field in FIELDS} | {name for operation in LISTS for name in operation.filters()}
    assert named <= {*ids(own), *FREE}


@pytest.mark.parametrize(
    ("operation", "field", "role"), [one for one in IN_BODIES if bare(one[1]) not in FREE], ids=lambda value: str(value)
)
def test_in_a_body(own: Tenant, other: Tenant, operation: Operation, field: str, role: Role) -> None:
    good, key, name = GOOD[str(operation)](own), own.keys(role).get(operation.resource), bare(field)
    client, before = as_user(own.person(role)), Event.objects.count()
    theirs, nobodys = (_send(client, operation, key, _with(good, field, value)) for value in (ids(other)[name], of_nobody(name)))
    assert theirs == nobodys
    if str(operation) != ASSIGN:  # where it is one entry of many, and told as an error beside the others
        assert theirs[0] in (400, 404)
        assert Event.objects.count() == before
    assert not Event.objects.filter(object_id__in=map(str, other.keys().values())).exclude(pk=other.entry.pk).exists()


def test_users_of_another_customer_are_not_assigned(own: Tenant, other: Tenant) -> None:
    client, unknown = as_user(own.office), str(uuid4())
    asked = [{"uid": str(uid), "partnerType": "internal"} for uid in (other.pilot.pk, unknown)]
    leaving = [{"uid": str(other.office.pk)}]
    answer = client.post(f"/api/jobs/{own.job.pk}/assign", {"asUsers": asked, "avUsers": leaving}).json()
    assert [(error["userId"], error["code"]) for error in answer["errors"]] == [
        (uid, "unknownUser") for uid in (str(other.pilot.pk), unknown, str(other.office.pk))
    ]
    assert not JobAssignment.objects.filter(job=own.job, user__customer=other.customer).exists()


@pytest.mark.parametrize(("operation", "role"), IN_FILTERS, ids=str)
def test_in_a_filter(own: Tenant, other: Tenant, operation: Operation, role: Role) -> None:
    client = as_user(own.person(role))
    for name in set(operation.filters()) - FREE:
        for value in (ids(other)[name], of_nobody(name), "nonsense"):
            response = client.get(operation.path(own.keys(role).get(operation.resource)), {name: value})
            assert (response.status_code, complaints(response)) == (404, {name: "notFound"}), value


@pytest.mark.parametrize(("operation", "role"), IN_FILTERS, ids=str)
def test_an_id_of_another_system_finds_nothing_of_another(own: Tenant, other: Tenant, operation: Operation, role: Role) -> None:
    told = {
        "aircraftId": other.aircraft.external_id,
        "externalId": other.aircraft.external_id,
        "externalJobId": "SL-7",
        "legacyId": str(other.pilot.legacy_id),
        "objectId": str(other.log.pk),
    }
    path = operation.path(own.keys(role).get(operation.resource))
    for name in FREE.intersection(operation.filters()):
        response = as_user(own.person(role)).get(path, {name: told[name]})
        assert (response.status_code, response.json()["results"]) == (200, [])


@pytest.mark.parametrize("operation", LISTS, ids=str)
def test_a_filter_leaves_what_it_names(ops: User, own: Tenant, other: Tenant, operation: Operation) -> None:
    """So that a filter that is refused for strangers is not one that does nothing."""
    client = as_user(ops)
    for name in set(operation.filters()) - FREE:
        response = client.get(operation.path(own.keys().get(operation.resource)), {name: ids(own)[name]})
        assert response.status_code == 200
        shown = json.dumps(response.json()["results"])
        assert str(other.customer.pk) not in shown, name


def _with(body: dict[str, Any], field: str, value: Any) -> dict[str, Any]:
    changed = copy.copy(body) if body_is_a_file(body) else copy.deepcopy(body)
    inner: Any = changed
    *way, last = field.split(".")
    for step in way:
        inner = inner.setdefault(step.removesuffix("[]"), [{}] if step.endswith("[]") else {})
        inner = inner[0] if isinstance(inner, list) else inner
    inner[last] = value
    return changed


def body_is_a_file(body: dict[str, Any]) -> bool:
    return "file" in body


def _send(client: Any, operation: Operation, key: Any, body: dict[str, Any]) -> tuple[int, Any]:
    if body_is_a_file(body):
        body["file"].seek(0)
    response = getattr(client, operation.method.lower())(operation.path(key), body, format=body_format(operation))
    if response.status_code >= 400:
        return response.status_code, complaints(response)
    answer = response.json()
    return response.status_code, (answer.get("summary"), [error["code"] for error in answer.get("errors", ())])
