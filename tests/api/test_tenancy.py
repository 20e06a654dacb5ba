"""Every address against every role: a new route without a rule, or one that shows another tenant's thing, fails here."""

from typing import Any

import pytest

from accounts.models import User
from accounts.rest.viewsets import Guarded, HubViewSet
from accounts.services import tokens
from accounts.states import Role
from tests.support.api import as_user, complaints
from tests.support.once import once_for_module
from tests.support.roles import ALLOWED, outcomes
from tests.support.routes import Route, api_routes
from tests.support.world import Tenant, two_tenants

pytestmark = pytest.mark.thorough

ROUTES = api_routes()
OF_OBJECT = [route for route in ROUTES if route.is_of_object]
LISTS = [route for route in ROUTES if issubclass(route.view, HubViewSet) and dict(route.actions).get("get") == "list"]
COLLECTIONS = [route for route in LISTS if not route.is_of_object]
OPEN_TO_ALL = {"api/v1/auth/login", "api/v1/schema/", "api/v1/docs/"}
TENANT_ROLES = [Role.CUSTOMER, Role.PILOT, Role.PARTNER]
METHODS = ["GET", "PUT", "PATCH", "DELETE", "POST", "OPTIONS", "PROPFIND"]
BODIES = ["", "{}", '{"surprise": 1}', '{"customerId": null}', "{"]


kept, db = once_for_module(two_tenants)


@pytest.mark.parametrize("route", ROUTES, ids=str)
def test_every_action_has_a_rule_or_is_open_to_all(route: Route) -> None:
    if route.template in OPEN_TO_ALL:
        return
    assert issubclass(route.view, Guarded), "build it on accounts.rest.viewsets"
    actions = [action for method, action in route.actions if method in route.view.http_method_names] or [
        name for name in ("get", "post") if hasattr(route.view, name)
    ]
    assert actions
    assert set(actions) <= set(route.view.rules), "an action without a rule is refused to everybody"


@pytest.mark.parametrize("route", [route for route in ROUTES if route.template not in OPEN_TO_ALL], ids=str)
@pytest.mark.parametrize("method", METHODS)
def test_anonymous_requests_are_asked_to_sign_in(client: Any, own: Tenant, route: Route, method: str) -> None:
    response = client.generic(method, route.path(own.keys().get(route.resource)), "{", content_type="application/json")
    assert response.status_code == 401
    assert response["WWW-Authenticate"] == "Token"
    assert complaints(response)


@pytest.mark.parametrize("route", OF_OBJECT, ids=str)
@pytest.mark.parametrize("role", TENANT_ROLES)
def test_anothers_object_is_not_there(own: Tenant, other: Tenant, route: Route, role: Role) -> None:
    client, path = as_user(own.person(role)), route.path(other.keys()[route.resource])
    statuses = {
        (method, body): client.generic(method, path, body, content_type="application/json").status_code
        for method in METHODS
        for body in BODIES
    }
    assert set(statuses.values()) == {404}, statuses


@pytest.mark.parametrize("route", OF_OBJECT, ids=str)
@pytest.mark.parametrize("key", ["0", "abc", "-1", "1" * 30, "0" * 32, "%00", "..%2f1"])
def test_a_key_of_nothing_is_not_there(own: Tenant, route: Route, key: str) -> None:
    response = as_user(own.office).get(route.path(key))
    assert response.status_code == 404
    assert complaints(response) is not None


@pytest.mark.parametrize("route", COLLECTIONS, ids=str)
@pytest.mark.parametrize("role", TENANT_ROLES)
def test_a_list_shows_only_ones_own_and_is_403_for_roles_without_it(own: Tenant, other: Tenant, route: Route, role: Role) -> None:
    response = as_user(own.person(role)).get(route.path())
    if outcomes()[f"GET /{route}"][role] != ALLOWED:
        assert response.status_code == 403
        return
    assert response.status_code == 200
    shown = [str(value) for row in response.json()["results"] for value in row.values()]
    assert not {str(key) for one in TENANT_ROLES for key in other.keys(one).values()} & set(shown)
    assert str(own.keys(role).get(route.resource, shown)) in (*shown, str(shown))


@pytest.mark.parametrize("route", [route for route in COLLECTIONS if route.resource != "api-tokens"], ids=str)
def test_ops_see_all(ops: User, own: Tenant, other: Tenant, route: Route) -> None:
    response = as_user(ops).get(route.path())
    assert response.status_code == 200
    shown = {str(value) for row in response.json()["results"] for value in row.values() if isinstance(value, (str, int))}
    both = {str(tenant.keys()[route.resource]) for tenant in (own, other) if route.resource in tenant.keys()}  # noqa: SIM118
    assert both <= shown


@pytest.mark.parametrize("route", [route for route in ROUTES if issubclass(route.view, Guarded)], ids=str)
def test_unknown_query_parameters_are_refused_by_name(ops: User, own: Tenant, route: Route) -> None:
    method = next((method for method, _ in route.actions), None) or next(iter(route.view.rules))
    path = route.path(own.keys().get(route.resource)) + "?surprise=1&Page=2"
    if route.resource == "api-tokens":
        path = path.replace(str(own.keys()[route.resource]), str(tokens.make(ops)[0].pk))
    response = as_user(ops).generic(method.upper(), path, "{}", content_type="application/json")
    assert response.status_code == 400
    assert complaints(response) == {"surprise": "unknownParameter", "Page": "unknownParameter"}


@pytest.mark.parametrize("route", ROUTES, ids=str)
@pytest.mark.parametrize("method", METHODS)
def test_both_spellings_of_a_path_are_one(own: Tenant, route: Route, method: str) -> None:
    keys = own.keys(Role.PILOT)  # a token of another person: one's own would be gone with the first DELETE
    path = route.path(keys.get(route.resource)).rstrip("/")
    first, second = (
        as_user(own.office).generic(method, spelling, '{"a": 1}', content_type="application/json")
        for spelling in (path, f"{path}/")
    )
    assert first.status_code == second.status_code
    assert first.status_code not in (301, 302, 307, 308)
