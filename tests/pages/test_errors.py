"""Refusals: pages for browsers, problem documents for programs."""

from typing import Any

import pytest
from django.test import Client

from agmission_partners.pages.views import home
from tests.pages.conftest import HTML
from tests.support.world import Tenant


@pytest.mark.parametrize(("path", "status"), [("/nowhere", 404), ("/jobs/x/y", 404), ("/static/none.js", 404)])
def test_a_browser_gets_a_page(client: Client, db: None, path: str, status: int) -> None:
    response = client.get(path, headers={"accept": HTML})
    assert (response.status_code, response["Content-Type"]) == (status, "text/html; charset=utf-8")
    assert "Nothing here" in response.content.decode()


@pytest.mark.parametrize("accept", ["*/*", "application/json", "text/plain", ""])
def test_a_program_gets_a_problem_document(client: Client, db: None, accept: str) -> None:
    response = client.get("/nowhere", headers={"accept": accept})
    assert (response.status_code, response["Content-Type"]) == (404, "application/problem+json")


def test_the_api_answers_browsers_with_problem_documents_too(client: Client, db: None) -> None:
    for path, status in (("/api/v1/nothing/", 404), ("/api/v1/jobs/", 401)):
        response = client.get(path, headers={"accept": HTML})
        assert (response.status_code, response["Content-Type"]) == (status, "application/problem+json")


def test_a_mistake_of_the_program_shows_its_request_id_and_nothing_else(own: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any) -> None:
        raise ZeroDivisionError("a secret of the inside")

    monkeypatch.setattr(home, "_for_office", broken)
    client = Client(raise_request_exception=False, headers={"accept": HTML})
    client.force_login(own.office)
    response = client.get("/")
    assert response.status_code == 500
    assert response["X-Request-ID"] in response.content.decode()
    assert "secret of the inside" not in response.content.decode()


def test_another_host_name_is_refused_with_a_page(client: Client, db: None) -> None:
    response = client.get("/", headers={"accept": HTML, "host": "evil.example"})
    assert response.status_code == 400
    assert "ALLOWED_HOSTS" in response.content.decode()


def test_a_method_that_is_not_known_names_those_that_are(own: Tenant) -> None:
    client = Client(headers={"accept": HTML})
    client.force_login(own.office)
    response = client.delete("/")
    assert (response.status_code, response["Allow"]) == (405, "GET, HEAD")
