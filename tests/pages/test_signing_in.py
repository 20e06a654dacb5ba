"""Signing in and out in a browser."""

import pytest
from django.test import Client

from tests.support.world import Tenant

PASSWORD = "crop-duster-9"


def test_signing_in_leads_to_where_one_wanted(client: Client, own: Tenant) -> None:
    wanted = client.get(f"/jobs/{own.job.number}/")["Location"].split("next=")[1]
    response = client.post("/login/", {"username": own.office.username, "password": PASSWORD, "next": wanted})
    assert response["Location"] == f"/jobs/{own.job.number}/"
    assert client.get("/").status_code == 200


@pytest.mark.parametrize("away", ["https://elsewhere.example/", "//elsewhere.example", "javascript:alert(1)"])
def test_signing_in_leads_to_no_other_host(client: Client, own: Tenant, away: str) -> None:
    response = client.post("/login/", {"username": own.office.username, "password": PASSWORD, "next": away})
    assert response["Location"] == "/"


def test_a_wrong_password_is_said_without_saying_which_is_wrong(client: Client, own: Tenant) -> None:
    texts = {
        client.post("/login/", {"username": name, "password": "wrong"}).content.decode().split('role="alert">')[1][:120]
        for name in (own.office.username, "nobody")
    }
    assert len(texts) == 1
    assert "do not fit" in texts.pop()
    assert client.get("/").status_code == 302


def test_after_ten_wrong_passwords_the_right_one_has_to_wait_too(client: Client, own: Tenant) -> None:
    for _ in range(10):
        client.post("/login/", {"username": own.office.username, "password": "wrong"})
    response = client.post("/login/", {"username": own.office.username, "password": PASSWORD})
    assert "Too many sign-ins failed; try again in" in response.content.decode()
    assert client.get("/").status_code == 302


def test_guesses_here_and_at_the_api_are_counted_together(client: Client, own: Tenant) -> None:
    for number in range(10):
        path, body = ("/login/", None) if number % 2 else ("/api/v1/auth/login", "application/json")
        client.post(path, {"username": own.office.username, "password": "wrong"}, **({"content_type": body} if body else {}))
    body = {"username": own.office.username, "password": PASSWORD}
    assert client.post("/api/v1/auth/login", body, content_type="application/json").status_code == 429


def test_people_of_an_inactive_customer_stay_outside(client: Client, own: Tenant) -> None:
    own.customer.active = False
    own.customer.save()
    client.post("/login/", {"username": own.office.username, "password": PASSWORD})
    assert client.get("/").status_code == 302


def test_signing_out_ends_the_session(client: Client, own: Tenant) -> None:
    client.force_login(own.office)
    assert client.get("/logout/").status_code == 405
    assert client.post("/logout/")["Location"] == "/login/"
    assert client.get("/").status_code == 302


def test_a_form_without_its_token_is_refused(own: Tenant) -> None:
    client = Client(enforce_csrf_checks=True, headers={"accept": "text/html"})
    response = client.post("/login/", {"username": own.office.username, "password": PASSWORD})
    assert response.status_code == 403
    assert "CSRF" in response.content.decode()
