"""Every operation of the committed `openapi.yaml` against every role, as `roles.txt` says it."""

import re
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from accounts.rest.viewsets import HubViewSet
from accounts.services import tokens
from accounts.states import Role
from tests.support.api import as_user, complaints
from tests.support.operations import Operation, operations
from tests.support.roles import ALLOWED, OPEN, outcomes
from tests.support.routes import Route, api_routes
from tests.support.world import Tenant

pytestmark = pytest.mark.thorough

UNDESCRIBED = {"/api/v1/schema/", "/api/v1/docs/"}
OF_OBJECT = [operation for operation in operations() if operation.is_of_object]
STRANGERS = [Role.CUSTOMER, Role.PILOT, Role.PARTNER]


def methods_of(route: Route) -> set[str]:
    named = {method for method, _ in route.actions} or {name for name in ("get", "post") if hasattr(route.view, name)}
    return {method.upper() for method in (named & set(route.view.http_method_names)) - {"head"}}


def test_the_addresses_and_the_description_agree() -> None:
    served = {f"{method} /{route}" for route in api_routes() if f"/{route}" not in UNDESCRIBED for method in methods_of(route)}
    assert {re.sub(r"{\w+}", "{}", str(operation)) for operation in operations()} == served


def test_every_operation_has_its_line() -> None:
    """A new one gets a line in `roles.txt`, after a look at the contract's «Who may do what»."""
    assert set(outcomes()) == {str(operation) for operation in operations()}


def test_every_resource_says_whose_things_it_shows() -> None:
    assert all("selector" in dir(route.view) for route in api_routes() if issubclass(route.view, HubViewSet))


@pytest.mark.parametrize("role", Role)
def test_a_role_may_do_what_its_column_says(ops: User, own: Tenant, role: Role) -> None:
    """Asked with a query parameter that nobody knows: it is refused by name to whoever may, and nothing is done."""
    client = as_user(own.person(role) if role in STRANGERS else ops)
    keys = own.keys(role) if role in STRANGERS else {**own.keys(), "api-tokens": tokens.make(ops)[0].pk}
    said = {name: told[role] for name, told in outcomes().items() if told[role] != OPEN}
    asked = [operation for operation in operations() if str(operation) in said]
    found = {str(operation): _outcome(_ask(client, operation, keys.get(operation.resource))) for operation in asked}
    assert found == said


@pytest.mark.parametrize("role", STRANGERS)
def test_anothers_object_is_not_found(own: Tenant, other: Tenant, role: Role) -> None:
    client, keys = as_user(own.person(role)), [other.keys(one) for one in STRANGERS]
    answers = {
        str(operation): {_complaint(_ask(client, operation, key)) for key in {one[operation.resource] for one in keys}}
        for operation in OF_OBJECT
    }
    assert answers == {str(operation): {(404, "notFound")} for operation in OF_OBJECT}


def test_what_is_open_is_so_by_its_line_alone(own: Tenant) -> None:
    answered = {one: _ask(Client(), one, own.keys().get(one.resource)).status_code for one in operations()}
    assert {str(one) for one, status in answered.items() if status != 401} == {
        name for name, told in outcomes().items() if OPEN in told.values()
    }


def _ask(client: Any, operation: Operation, key: Any) -> Any:
    return client.generic(operation.method, operation.path(key) + "?surprise=1", "{}", content_type="application/json")


def _outcome(response: Any) -> str:
    if response.status_code == 400 and complaints(response) == {"surprise": "unknownParameter"}:
        return ALLOWED
    return str(response.status_code)


def _complaint(response: Any) -> tuple[int, str]:
    return response.status_code, complaints(response).get("", "")
