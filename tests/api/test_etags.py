"""What a client did not see, it does not overwrite."""

from typing import Any

import pytest

from accounts.models import Customer, User
from tests.support.api import as_user, complaints
from tests.support.scene import a_customer, a_user
from tests.support.together import together
from tests.support.world import Tenant


def address(customer: Customer) -> str:
    return f"/api/v1/customers/{customer.pk}/"


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
@pytest.mark.parametrize("tag", ['"stale"', "nonsense", 'W/"stale"', '"a", "b"', ""])
def test_another_state_is_refused_before_the_body_is_looked_at(ops: User, method: str, tag: str) -> None:
    customer = a_customer()
    response = getattr(as_user(ops), method)(address(customer), {"surprise": 1}, HTTP_IF_MATCH=tag)
    assert response.status_code == 412
    assert complaints(response) == {"": "changedMeanwhile"}


def test_the_tag_that_was_read_is_good_for_one_change(ops: User) -> None:
    customer, client = a_customer(), as_user(ops)
    tag = client.get(address(customer))["ETag"]
    changed = client.patch(address(customer), {"name": "B"}, HTTP_IF_MATCH=tag)
    assert changed.status_code == 200
    assert client.patch(address(customer), {"name": "C"}, HTTP_IF_MATCH=tag).status_code == 412
    assert client.patch(address(customer), {"name": "C"}, HTTP_IF_MATCH=f'"x", {changed["ETag"]}').status_code == 200
    assert client.patch(address(customer), {"name": "D"}, HTTP_IF_MATCH="*").status_code == 200


def test_a_creation_answers_with_the_tag(ops: User) -> None:
    client = as_user(ops)
    made = client.post("/api/v1/customers/", {"code": "a", "name": "A"})
    assert made["ETag"] == client.get(f"/api/v1/customers/{made.json()['id']}/")["ETag"]


def test_what_the_machine_writes_is_no_change(own: Tenant) -> None:
    client, path = as_user(own.office), f"/api/v1/partner-system-users/{own.account.pk}/"
    tag = client.get(path)["ETag"]
    type(own.account).objects.update(failures=3, sign_in="x", verified_at="2025-01-01T00:00:00Z")
    assert client.patch(path, {"name": "B"}, HTTP_IF_MATCH=tag).status_code == 200


def test_a_changed_secret_is_a_change(own: Tenant) -> None:
    client, path = as_user(own.office), f"/api/v1/partner-system-users/{own.account.pk}/"
    tag = client.get(path)["ETag"]
    assert client.patch(path, {"apiSecret": "new"}).status_code == 200
    assert client.get(path)["ETag"] != tag


def test_a_partners_login_is_edited_with_it(ops: User, own: Tenant) -> None:
    client, path = as_user(ops), f"/api/v1/partners/{own.partner.pk}/"
    tag = client.get(path)["ETag"]
    assert client.patch(path, {"name": "B"}, HTTP_IF_MATCH=tag).status_code == 200
    assert client.patch(path, {"username": "c"}, HTTP_IF_MATCH=tag).status_code == 412


def test_a_match_is_edited_and_what_the_parser_does_is_not(own: Tenant) -> None:
    client, path = as_user(own.office), f"/api/v1/applications/{own.application.pk}/"
    tag = client.get(path)["ETag"]
    type(own.application).objects.update(processing_stage="reading", error="e")
    matched = client.post(f"{path}match/", {"jobNumbers": [own.job.pk]}, HTTP_IF_MATCH=tag)
    assert matched.status_code == 200
    assert client.post(f"{path}match/", {"jobNumbers": []}, HTTP_IF_MATCH=tag).status_code == 412
    assert client.post(f"{path}match/", {"jobNumbers": []}, HTTP_IF_MATCH=matched["ETag"]).status_code == 200


@pytest.mark.parametrize("action", ["assignments/{}/cancel/", "logs/{}/retry/", "partner-system-users/{}/pause/"])
def test_an_action_upon_another_state_is_refused(own: Tenant, action: str) -> None:
    key = own.keys()[action.split("/")[0]]
    response = as_user(own.office).post(f"/api/v1/{action.format(key)}", {}, HTTP_IF_MATCH='"stale"')
    assert response.status_code == 412


def test_a_job_is_assigned_as_it_was_read(own: Tenant) -> None:
    client = as_user(own.office)
    tag = client.get(f"/api/v1/jobs/{own.job.pk}/")["ETag"]
    path, body = f"/api/jobs/{own.job.pk}/assign", {"asUsers": []}
    assert client.post(path, body, HTTP_IF_MATCH=tag).status_code == 200
    type(own.job).objects.update(revision=9)
    assert client.post(path, body, HTTP_IF_MATCH=tag).status_code == 412


READ = ["customers", "users", "partners", "partner-system-users", "jobs", "assignments", "logs", "applications"]


@pytest.mark.parametrize("resource", READ)
def test_what_is_known_is_not_sent_again(ops: User, own: Tenant, resource: str) -> None:
    client, path = as_user(ops), f"/api/v1/{resource}/{own.keys()[resource]}/"
    tag = client.get(path)["ETag"]
    for known in (tag, f'"x", {tag}', f"W/{tag}", "*"):
        answer = client.get(path, HTTP_IF_NONE_MATCH=known)
        assert (answer.status_code, answer.content, answer["ETag"]) == (304, b"", tag)
    assert client.get(path, HTTP_IF_NONE_MATCH='"x"').status_code == 200


def test_what_the_machine_writes_is_sent(own: Tenant) -> None:
    client, path = as_user(own.office), f"/api/v1/assignments/{own.assignment.pk}/"
    tag = client.get(path)["ETag"]
    type(own.assignment).objects.update(data_size=7)
    answer = client.get(path, HTTP_IF_NONE_MATCH=tag)
    assert answer.status_code == 200
    assert client.patch(path, {"partnerMetadata": {"a": 1}}, HTTP_IF_MATCH=tag).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_of_changes_at_the_same_moment_one_goes_through() -> None:
    ops, customer = a_user(None), a_customer()
    tag = as_user(ops).get(address(customer))["ETag"]

    def change(name: str) -> Any:
        return as_user(ops).patch(address(customer), {"name": name}, HTTP_IF_MATCH=tag).status_code

    assert sorted(together(*[lambda name=name: change(name) for name in "ABCD"])) == [200, 412, 412, 412]  # type: ignore[misc]
