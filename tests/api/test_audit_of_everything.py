"""Whoever changes something over the API is on record, for every operation of the committed `openapi.yaml`."""

import pytest
from rest_framework.test import APIClient

from accounts.models import AuditEntry, User
from accounts.services import tokens
from accounts.states import Role
from tests.support.api import as_user
from tests.support.good_requests import CALL_PARTNERS, GOOD, body_format
from tests.support.hub import Hub
from tests.support.operations import Operation, operations
from tests.support.roles import outcomes
from tests.support.world import Tenant
from work import history

pytestmark = pytest.mark.thorough

WRITES = [operation for operation in operations() if operation.method != "GET"]
ADDRESS = "192.0.2.7"
SECRETS = ("sky-high", "rows-of-barley", "crop-duster", "agm_")


def test_every_operation_that_changes_something_has_a_good_request() -> None:
    assert {str(operation) for operation in WRITES} == {*GOOD, *CALL_PARTNERS}


@pytest.mark.parametrize("operation", [one for one in WRITES if str(one) in GOOD], ids=str)
def test_it_is_in_the_audit_trail(ops: User, own: Tenant, operation: Operation) -> None:
    body = GOOD[str(operation)](own)
    person = own.office if outcomes()[str(operation)][Role.CUSTOMER] != "403" else ops
    client, key = _program_of(person), own.keys().get(operation.resource)
    seen = list(AuditEntry.objects.values_list("pk", flat=True))
    response = getattr(client, operation.method.lower())(operation.path(key), body or None, format=body_format(operation))
    assert response.status_code in (200, 201, 204), response.content
    entries = AuditEntry.objects.exclude(pk__in=seen)
    assert entries
    via = "token sign-in" if operation.template.endswith("login") else "token walk"
    expected = (f"user {person.username}", person.pk, via, ADDRESS, response["X-Request-ID"])
    assert {(one.actor, one.actor_id, one.via, one.address, one.correlation_id) for one in entries} == {expected}
    told = str(list(entries.values()))
    assert not [secret for secret in SECRETS if secret in told]


@pytest.mark.parametrize("action", ["verify", "aircraft"])
def test_calls_that_a_person_asks_for_are_too(hub: Hub, action: str) -> None:
    client = as_user(User.objects.create_superuser("root", password="crop-duster-9"))
    path = f"/api/v1/partner-system-users/{hub.account.pk}/{action}/"
    assert client.post(path, REMOTE_ADDR=ADDRESS).status_code == 200
    entries = AuditEntry.objects.filter(object_type="partnerSystemUser", object_id=str(hub.account.pk))
    assert {(one.actor, one.via, one.address) for one in entries} == {("user root", "session", ADDRESS)}


def test_what_is_refused_changes_nothing_and_is_not_in_it(ops: User, own: Tenant) -> None:
    client = as_user(own.office)
    seen = AuditEntry.objects.count()
    assert client.patch(f"/api/v1/customers/{own.customer.pk}/", {"name": "X"}).status_code == 403
    assert client.post("/api/v1/jobs/", {"number": own.job.pk, "name": "twice"}).status_code == 409
    assert AuditEntry.objects.count() == seen


def test_what_the_clock_does_is_in_the_history_and_not_in_the_trail(own: Tenant) -> None:
    event = history.record("log", own.log.pk, "moved", actor="clock")
    assert not AuditEntry.objects.filter(pk=event.pk).exists()


def _program_of(person: User) -> APIClient:
    client = APIClient(REMOTE_ADDR=ADDRESS)
    client.credentials(HTTP_AUTHORIZATION=f"Token {tokens.make(person, name='walk')[1]}")
    return client
