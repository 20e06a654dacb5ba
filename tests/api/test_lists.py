"""Pages, filters, and what a list costs."""

from typing import Any

import pytest

from accounts.models import Customer, User
from tests.support.api import as_user, complaints
from tests.support.world import Tenant, a_tenant
from work import attention

CUSTOMERS = "/api/v1/customers/"


def codes(response: Any) -> list[str]:
    return [row["code"] for row in response.json()["results"]]


def make(count: int) -> list[str]:
    """Codes, newest first."""
    for number in range(count):
        Customer.objects.create(code=f"c{number}", name="C")
    return [f"c{number}" for number in reversed(range(count))]


def walk(client: Any, url: str | None, link: str) -> list[list[str]]:
    pages = []
    while url:
        response = client.get(url)
        pages.append(codes(response))
        url = response.json()[link]
    return pages


@pytest.mark.parametrize("count", [0, 1, 2, 3, 4, 5, 6])
def test_pages_hold_every_row_once_newest_first(ops: User, count: int) -> None:
    expected = make(count)
    pages = walk(as_user(ops), f"{CUSTOMERS}?pageSize=2", "next")
    assert [code for page in pages for code in page] == expected
    assert all(pages) or not expected


def test_the_way_back_is_the_way_there(ops: User) -> None:
    make(5)
    client = as_user(ops)
    there = walk(client, f"{CUSTOMERS}?pageSize=2&active=true", "next")
    last = client.get(client.get(client.get(f"{CUSTOMERS}?pageSize=2&active=true").json()["next"]).json()["next"])
    assert codes(last) == there[-1]
    assert walk(client, last.json()["previous"], "previous") == there[-2::-1]


def test_rows_made_meanwhile_neither_repeat_nor_hide_others(ops: User) -> None:
    make(4)
    client = as_user(ops)
    first = client.get(f"{CUSTOMERS}?pageSize=2")
    Customer.objects.create(code="new", name="N")
    second = client.get(first.json()["next"])
    assert codes(first) + codes(second) == ["c3", "c2", "c1", "c0"]
    assert codes(client.get(second.json()["previous"])) == ["c3", "c2"]


@pytest.mark.parametrize("size", ["0", "-1", "501", "x", "", "1e2", "٣", "9" * 30, "1.0"])
def test_a_page_size_out_of_bounds_is_refused(ops: User, size: str) -> None:
    response = as_user(ops).get(CUSTOMERS, {"pageSize": size})
    assert response.status_code == 400
    assert complaints(response) == {"pageSize": "invalid"}


def test_a_parameter_given_twice_is_refused_by_name(ops: User) -> None:
    response = as_user(ops).get(f"{CUSTOMERS}?active=true&active=false")
    assert (response.status_code, complaints(response)) == (400, {"active": "repeated"})


@pytest.mark.parametrize("cursor", ["", "x", "LXg", "LTE", "K" * 5000, "%00", "é", "LS05OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk"])
@pytest.mark.parametrize("path", [CUSTOMERS, "/api/v1/jobs/"])
def test_a_cursor_that_no_list_gave_is_refused(ops: User, path: str, cursor: str) -> None:
    if (path, cursor) == ("/api/v1/jobs/", "LTE"):
        return  # the cursor after job 1
    response = as_user(ops).get(path, {"cursor": cursor})
    assert response.status_code == 400
    assert complaints(response) == {"cursor": "invalid"}


@pytest.mark.parametrize(("value", "expected"), [("true", ["on"]), ("false", ["off"]), ("", ["off", "on"])])
def test_filter_by_truth(ops: User, value: str, expected: list[str]) -> None:
    Customer.objects.create(code="on", name="A")
    Customer.objects.create(code="off", name="B", active=False)
    assert codes(as_user(ops).get(CUSTOMERS, {"active": value})) == expected


@pytest.mark.parametrize("value", ["True", "1", "yes", "null"])
def test_another_word_for_truth_is_refused(ops: User, value: str) -> None:
    response = as_user(ops).get(CUSTOMERS, {"active": value})
    assert response.status_code == 400
    assert complaints(response) == {"active": "invalid"}


@pytest.mark.parametrize("value", [" ", "\t", " {key}", "{key} "])
@pytest.mark.parametrize("name", ["jobNumber", "customerId", "dateFrom"])
def test_spaces_are_no_part_of_an_id_or_time(ops: User, own: Tenant, name: str, value: str) -> None:
    key = {"jobNumber": own.job.pk, "customerId": own.customer.pk, "dateFrom": "2026-05-01"}[name]
    response = as_user(ops).get("/api/v1/assignments/", {name: value.format(key=key)})
    assert (response.status_code, list(complaints(response))) == (400 if name == "dateFrom" else 404, [name])


# The user of the session and the session itself are two statements; then one for the rows, and what the comment says.
STATEMENTS = {
    "customers": 3,
    "users": 3,  # the partner is joined
    "partners": 5,  # memberships, their users
    "partner-system-users": 3,
    "jobs": 6,  # progress: assignments, flights, coverage
    "system/attention": 3,
}


@pytest.mark.parametrize("resource", STATEMENTS)
def test_a_list_costs_the_same_for_one_row_and_for_many(ops: User, resource: str, django_assert_num_queries: Any) -> None:
    client = as_user(ops)
    for number in range(3):
        tenant = a_tenant(f"tenant{number}")
        attention.raise_once("uploadGaveUp", "assignment", tenant.assignment.pk, tenant_id=tenant.customer.pk, reason="r")
        with django_assert_num_queries(STATEMENTS[resource]):
            response = client.get(f"/api/v1/{resource}/")
        assert response.status_code == 200


def test_a_token_is_found_in_one_statement(own: Tenant, client: Any, django_assert_num_queries: Any) -> None:
    from accounts.services import tokens

    _, token = tokens.make(own.office)
    headers = {"Authorization": f"Token {token}"}
    client.get("/api/v1/customers/", headers=headers)  # its first use is written down, once an hour
    with django_assert_num_queries(2):
        client.get("/api/v1/customers/", headers=headers)


def test_a_sessions_person_is_found_with_the_customer_in_one_statement(own: Tenant, django_assert_num_queries: Any) -> None:
    client = as_user(own.office)
    with django_assert_num_queries(STATEMENTS["customers"]):
        client.get("/api/v1/customers/")
