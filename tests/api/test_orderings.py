"""Lists in the order that a client asks for: every row once, whatever is made or changed between two pages."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection
from django.db.models.functions import Now

from accounts.models import User
from accounts.rest.orderings import Order, names
from accounts.rest.viewsets import HubViewSet
from partners.models import Aircraft, PartnerSystemUser
from tests.support.api import as_user, complaints
from tests.support.once import once_for_module
from tests.support.routes import api_routes
from tests.support.scene import an_account
from tests.support.world import Tenant, two_tenants

pytestmark = pytest.mark.thorough

kept, db = once_for_module(two_tenants)

ACCOUNTS = "/api/v1/partner-system-users/"
LISTS = {route.view for route in api_routes() if issubclass(route.view, HubViewSet) and dict(route.actions).get("get") == "list"}
NAMES = ["b", "é", "", "a", "b", "B", "b", "\N{AIRPLANE}", "a b", "%", "b"]


@pytest.fixture
def fleet(own: Tenant) -> PartnerSystemUser:
    """Aircraft with equal names, without a time, and with times that were written by Python and by the database."""
    account = an_account(own.customer, own.partner, "fleet")
    moments = [None, datetime(2025, 5, 1, tzinfo=UTC), datetime(2025, 5, 1, 0, 0, 0, 1000, tzinfo=UTC), None]
    for number, name in enumerate(NAMES):
        moment = moments[number % len(moments)]
        Aircraft.objects.create(system_user=account, external_id=f"x{number}", name=name, last_seen=moment)
    Aircraft.objects.filter(external_id__in=["x1", "x5", "x9"]).update(last_seen=Now())
    return account


def walk(client: Any, url: str, link: str = "next") -> list[str]:
    found = []
    next_url: str | None = url
    while next_url:
        page = client.get(next_url).json()
        ids = [row["externalId"] for row in page["results"]]
        found += ids if link == "next" else ids[::-1]
        next_url = page[link]
    return found


def expected(order: str) -> list[str]:
    """By the database, in one piece."""
    order_by = Order.asked_for(order, {"name": "name", "lastSeen": "last_seen", "externalId": "external_id", "createdAt": "pk"})
    return [row.external_id for row in order_by.rows_after(Aircraft.objects.filter(external_id__startswith="x"), None, 1000)]


@pytest.mark.parametrize("size", [1, 2, 3, 11, 12])
@pytest.mark.parametrize("order", ["name", "-name", "lastSeen", "-lastSeen", "externalId", "-createdAt", "createdAt"])
def test_pages_hold_every_row_once_in_order_there_and_back(own: Tenant, fleet: PartnerSystemUser, order: str, size: int) -> None:
    client, url = as_user(own.office), f"{ACCOUNTS}{fleet.pk}/aircraft/?ordering={order}&pageSize={size}"
    there = walk(client, url)
    assert there == expected(order)
    assert sorted(there) == sorted(f"x{number}" for number in range(len(NAMES)))
    last = url
    while (page := client.get(last).json())["next"]:
        last = page["next"]
    assert walk(client, last, "previous") == there[::-1]


@pytest.mark.parametrize("order", ["lastSeen", "-lastSeen"])
def test_rows_without_a_value_come_last(own: Tenant, fleet: PartnerSystemUser, order: str) -> None:
    rows = as_user(own.office).get(f"{ACCOUNTS}{fleet.pk}/aircraft/?ordering={order}").json()["results"]
    seen = [row["lastSeen"] for row in rows]
    times = [moment for moment in seen if moment]
    assert seen == sorted(times, reverse=order.startswith("-")) + [None] * (len(seen) - len(times))


def test_what_is_made_and_taken_away_meanwhile_neither_repeats_nor_hides_others(own: Tenant, fleet: PartnerSystemUser) -> None:
    client, order = as_user(own.office), expected("name")
    first = client.get(f"{ACCOUNTS}{fleet.pk}/aircraft/?ordering=name&pageSize=6").json()
    shown = [row["externalId"] for row in first["results"]]
    for number, name in enumerate(["", "a", "b", "zz"]):
        Aircraft.objects.create(system_user=fleet, external_id=f"new{number}", name=name)
    Aircraft.objects.filter(external_id=shown[-1]).delete()
    rest = walk(client, first["next"])
    assert shown + [key for key in rest if not key.startswith("new")] == order
    assert walk(client, client.get(first["next"]).json()["previous"], "previous")[-1] == shown[0]


@pytest.mark.parametrize("order", ["", "-", "--name", "Name", "name,-createdAt", "customer", "api_secret", "pk", "\0"])
def test_another_order_is_refused_naming_those_there_are(own: Tenant, order: str) -> None:
    response = as_user(own.office).get(ACCOUNTS, {"ordering": order})
    assert (response.status_code, complaints(response)) == (400, {"ordering": "invalidChoice"})
    assert "-partnerUsername" in response.content.decode()


def test_a_cursor_is_good_for_its_own_order_of_its_own_list_alone(own: Tenant, ops: User, fleet: PartnerSystemUser) -> None:
    client, url = as_user(own.office), f"{ACCOUNTS}{fleet.pk}/aircraft/"
    given = {order: client.get(f"{url}?pageSize=1{order}").json()["next"] for order in ("", "&ordering=name", "&ordering=-name")}
    cursors = [link.split("cursor=")[1] for link in given.values()]
    asked = [("", 0), ("name", 1), ("-name", 2), ("createdAt", None)]
    for order, own_place in asked:
        for place, cursor in enumerate([*cursors, "LTE", "K"]):
            query = {"cursor": cursor, **({"ordering": order} if order else {})}
            response = client.get(url, query)
            assert response.status_code == (200 if place == own_place else 400), (order, place, response.content)
    elsewhere = as_user(ops).get(ACCOUNTS, {"cursor": cursors[1], "ordering": "name"})
    assert complaints(elsewhere) == {"cursor": "invalid"}


def test_a_list_without_orders_does_not_know_the_parameter(own: Tenant) -> None:
    response = as_user(own.office).get("/api/v1/logs/", {"ordering": "createdAt"})
    assert complaints(response) == {"ordering": "unknownParameter"}


def _begins_an_index(model: Any, column: str) -> bool:
    meta = model._meta
    starts = [list(index.fields) for index in meta.indexes if not index.condition]
    starts += [list(one.fields) for one in meta.constraints if hasattr(one, "fields") and not one.condition]
    starts += [[field.name] for field in meta.fields if field.unique or field.db_index]
    return any(column == fields[0].lstrip("-") or fields[:2] == ["customer", column] for fields in starts)


@pytest.mark.parametrize("view", sorted(LISTS, key=str), ids=lambda view: view.__name__)
def test_every_order_has_its_index(view: Any) -> None:
    model = view.serializer_class.Meta.model if view.orderings else None
    for column in view.orderings.values():
        assert column == "pk" or _begins_an_index(model, column), f"{model.__name__} has no index that begins with {column}"


@pytest.fixture
def many_accounts(own: Tenant) -> None:
    """As many as make a difference to the database: of a few rows it sorts whatever it finds."""
    given = {"customer": own.customer, "partner": own.partner}
    numbered = (PartnerSystemUser(name=f"{number:04}", partner_username=f"account {number}", **given) for number in range(2000))
    PartnerSystemUser.objects.bulk_create(numbered)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE partners_partnersystemuser")


@pytest.mark.usefixtures("many_accounts")
@pytest.mark.parametrize("order", ["name", "-name"])
def test_a_page_far_back_is_found_by_the_index(order: str) -> None:
    by_name, rows = Order(order, "name", order.startswith("-")), PartnerSystemUser.objects.only("pk")
    middle = by_name.rows_after(rows, None, 1000)[-1]
    asked: list[tuple[str, Any]] = []
    with connection.execute_wrapper(lambda run, sql, values, *rest: (asked.append((sql, values)), run(sql, values, *rest))[1]):
        by_name.rows_after(rows, by_name.place_of(middle), 5)
    assert len(asked) == 1
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {'QUERY PLAN ' if connection.vendor == 'sqlite' else ''}{asked[0][0]}", asked[0][1])
        plan = str(cursor.fetchall())
    assert "(name,id)" in plan or ("system_user_by_name" in plan and "ROW" in plan), plan
    assert not [word for word in ("TEMP B-TREE", "Sort") if word in plan], plan


def test_names_are_offered_both_ways() -> None:
    assert names({"name": "name", "createdAt": "pk"}) == ["name", "-name", "createdAt", "-createdAt"]
