"""A POST with an Idempotency-Key creates once, and the same request gets the same answer."""

import socket
import tracemalloc
from collections.abc import Callable
from datetime import timedelta
from subprocess import Popen
from typing import Any

import pytest
from django.core.files.uploadedfile import TemporaryUploadedFile
from django.db import connection
from django.db.models import F

from accounts.models import Customer, RememberedRequest, User
from accounts.rest.idempotency import identity_of
from tests.support.api import as_user, complaints
from tests.support.scene import a_user
from tests.support.together import in_thread, somebody_waits_for_a_lock, together
from tests.support.waiting import wait_for

CUSTOMERS = "/api/v1/customers/"
BODY = {"code": "north", "name": "North Air"}


def post(user: User, key: str = "k1", body: Any = BODY, path: str = CUSTOMERS) -> Any:
    return as_user(user).post(path, body, HTTP_IDEMPOTENCY_KEY=key)


def test_the_same_request_creates_once_and_gets_the_same_answer(ops: User) -> None:
    first, second = post(ops), post(ops)
    assert (first.status_code, first.json()) == (second.status_code, second.json()) == (201, first.json())
    assert "Idempotency-Replayed" not in first
    assert second["Idempotency-Replayed"] == "true"
    assert Customer.objects.count() == 1


@pytest.mark.parametrize("path", [CUSTOMERS.rstrip("/"), CUSTOMERS])
def test_both_spellings_of_the_path_are_the_same_request(ops: User, path: str) -> None:
    assert post(ops).json() == post(ops, path=path).json()


def test_the_order_of_a_bodys_names_does_not_matter(ops: User) -> None:
    assert post(ops).json() == post(ops, body=dict(reversed(BODY.items()))).json()


def test_the_key_with_another_body_is_refused(ops: User) -> None:
    post(ops)
    response = post(ops, body={**BODY, "name": "Other"})
    assert response.status_code == 422
    assert complaints(response) == {"": "idempotencyKeyReused"}


def test_the_key_at_another_address_is_refused(ops: User) -> None:
    post(ops)
    assert post(ops, path="/api/v1/users/").status_code == 422


def test_keys_are_each_users_own(ops: User) -> None:
    post(ops)
    response = post(a_user(None), body={"code": "south", "name": "South Air"})
    assert response.status_code == 201


def test_a_refused_request_may_be_corrected_under_its_key(ops: User) -> None:
    assert post(ops, body={"code": "north"}).status_code == 400
    assert post(ops).status_code == 201


def test_a_key_is_forgotten_after_a_day(ops: User) -> None:
    post(ops)
    RememberedRequest.objects.update(created_at=F("created_at") - timedelta(hours=24, seconds=1))
    assert post(ops, body={"code": "south", "name": "South Air"}).status_code == 201


@pytest.mark.parametrize("key", ["", "x" * 201, "ä", "a\tb"])
def test_a_key_that_is_none_is_refused(ops: User, key: str) -> None:
    response = post(ops, key=key)
    assert response.status_code == 400
    assert complaints(response) == {"Idempotency-Key": "invalid"}


def test_old_answers_go_whoever_they_are_of(ops: User) -> None:
    post(a_user(None))
    RememberedRequest.objects.update(created_at=F("created_at") - timedelta(hours=24, seconds=1))
    post(ops, body={"code": "south", "name": "South Air"})
    assert [row.user for row in RememberedRequest.objects.all()] == [ops]


def test_a_password_in_a_body_is_not_kept(ops: User) -> None:
    post(ops, path="/api/v1/users/", body={"username": "new", "role": "ops", "password": "a-long-secret-5"})
    row = RememberedRequest.objects.get()
    assert "a-long-secret-5" not in f"{row.body} {row.fingerprint}"


def test_the_same_answer_has_the_same_headers(ops: User) -> None:
    first, second = post(ops), post(ops)
    assert first["Location"] == second["Location"] == f"http://testserver{CUSTOMERS}{first.json()['id']}/"
    assert first["ETag"] == second["ETag"] == as_user(ops).get(first["Location"])["ETag"]


def test_the_guides_addresses_lead_to_what_was_made(ops: User) -> None:
    made = post(ops, path="/api/partner/createPartner", body={"partnerCode": "SATLOC", "partnerName": "SatLoc"})
    assert as_user(ops).get(made["Location"]).json()["partnerCode"] == "SATLOC"


def test_a_name_is_looked_up_before_the_transaction_begins(ops: User, monkeypatch: pytest.MonkeyPatch) -> None:
    open_transactions = []

    def resolve(*_: Any, **__: Any) -> Any:
        open_transactions.append(len(connection.savepoint_ids))
        raise OSError

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    body = {"partnerCode": "SATLOC", "configuration": {"baseUrl": "https://cloud.example/api"}}
    outside = len(connection.savepoint_ids)
    assert post(ops, path="/api/partner/createPartner", body=body).status_code == 201
    assert open_transactions == [outside]


def test_a_large_file_is_told_apart_without_being_held(ops: User) -> None:
    size = 64 << 20
    with TemporaryUploadedFile("a.log", "text/plain", size, None) as file:
        file.truncate(size)
        tracemalloc.start()
        try:
            identity_of(file)
            assert tracemalloc.get_traced_memory()[1] < 1 << 20
        finally:
            tracemalloc.stop()


@pytest.mark.django_db(transaction=True)
def test_requests_at_the_same_moment_create_once() -> None:
    ops = a_user(None)
    answers = together(*[lambda: post(ops)] * 6)
    assert [answer.status_code for answer in answers] == [201] * 6
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert sum("Idempotency-Replayed" in answer for answer in answers) == 5
    assert Customer.objects.count() == 1


HALF_WAY = """
import sys
from django.db.models.signals import post_save
from accounts.models import Customer, User
from tests.support.api import as_user

def stop_half_way(**_):
    print("made", flush=True)
    sys.stdin.readline()

post_save.connect(stop_half_way, sender=Customer)
body = {"code": "north", "name": "North Air"}
answer = as_user(User.objects.get()).post("/api/v1/customers/", body, HTTP_IDEMPOTENCY_KEY="k1")
print(answer.status_code, flush=True)
"""


@pytest.mark.parametrize(("killed", "replayed"), [(True, False), (False, True)])
def test_a_second_request_waits_until_the_first_is_through_or_dead(
    second_process: Callable[..., Popen[str]], killed: bool, replayed: bool
) -> None:
    client, answers = as_user(a_user(None)), []
    first = second_process(HALF_WAY)
    assert first.stdin
    assert first.stdout
    assert first.stdout.readline() == "made\n"
    with in_thread(lambda: answers.append(client.post(CUSTOMERS, BODY, HTTP_IDEMPOTENCY_KEY="k1"))) as second:
        second.start()
        wait_for(somebody_waits_for_a_lock, "a request that waits")
        if killed:
            first.kill()
        else:
            print(file=first.stdin, flush=True)
    assert [answer.status_code for answer in answers] == [201]
    assert ("Idempotency-Replayed" in answers[0]) is replayed
    assert Customer.objects.count() == 1
