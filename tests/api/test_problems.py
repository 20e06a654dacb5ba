"""Refusals are problem documents wherever they are made, and give nothing of the inside away."""

import uuid
from typing import Any

import pytest
from django.test import Client
from django.urls import path

from accounts.models import User
from agmission_partners import urls
from tests.support.api import as_user, complaints
from tests.support.world import Tenant


def explode(request: Any) -> None:
    raise RuntimeError("the secret is swordfish")


class Exploding:
    """The hub's addresses and one whose view is broken."""

    urlpatterns = [*urls.urlpatterns, path("explode/", explode)]


@pytest.mark.parametrize("method", ["get", "post", "put", "delete", "options", "trace"])
@pytest.mark.parametrize("address", ["/nowhere", "/api/v1/nowhere/", "/api", "/static/nothing.js", "/%00"])
def test_an_unknown_address_is_a_problem(db: None, client: Client, method: str, address: str) -> None:
    response = getattr(client, method)(address)
    assert response.status_code == 404
    assert complaints(response) == {}


@pytest.mark.parametrize("host", ["evil.example", "", "a b", "testserver:x", "[", "testserver@evil.example"])
def test_another_host_is_a_problem(db: None, client: Client, host: str) -> None:
    response = client.get("/api/v1/jobs/", HTTP_HOST=host)
    assert response.status_code == 400
    assert complaints(response) == {}
    assert "ALLOWED_HOSTS" in response.json()["detail"]
    assert uuid.UUID(response["X-Request-ID"])


def test_a_mistake_shows_a_request_id_and_nothing_else(db: None, settings: Any) -> None:
    settings.ROOT_URLCONF = Exploding
    response = Client(raise_request_exception=False).get("/explode/")
    assert response.status_code == 500
    assert complaints(response) == {}
    assert response.json()["requestId"] == response["X-Request-ID"]
    assert uuid.UUID(response["X-Request-ID"])
    assert "swordfish" not in response.content.decode()


def test_a_mistake_looks_the_same_under_debug(db: None, settings: Any) -> None:
    settings.ROOT_URLCONF, settings.DEBUG = Exploding, True
    response = Client(raise_request_exception=False).get("/explode/")
    assert response.status_code == 500
    assert complaints(response) == {}
    assert "swordfish" not in response.content.decode()


@pytest.mark.parametrize("body", ["{", "", "\x00", "NaN", '{"name": NaN}', "[" * 100_000, "1" * 5000, '"\\ud800"', "{}{}"])
def test_a_body_that_is_no_json_is_a_problem(ops: User, body: str) -> None:
    response = as_user(ops).generic("POST", "/api/v1/customers/", body, content_type="application/json")
    assert response.status_code == 400
    assert complaints(response)


def test_a_body_that_is_not_utf_8_is_a_problem(ops: User) -> None:
    response = as_user(ops).generic("POST", "/api/v1/customers/", b"\xff\xfe{}", content_type="application/json")
    assert response.status_code == 400
    assert complaints(response) == {"": "parseError"}


@pytest.mark.parametrize("kind", ["text/plain", "application/xml", "multipart/form-data; boundary=x", "nonsense"])
def test_another_content_type_is_a_problem(ops: User, kind: str) -> None:
    response = as_user(ops).generic("POST", "/api/v1/customers/", "x", content_type=kind)
    assert response.status_code == 415
    assert complaints(response) == {"": "unsupportedMediaType"}


def test_an_answer_in_another_format_is_a_problem(ops: User) -> None:
    response = as_user(ops).get("/api/v1/customers/", HTTP_ACCEPT="text/html")
    assert response.status_code == 406
    assert complaints(response) == {"": "notAcceptable"}


def test_a_body_that_is_too_long_is_a_problem(ops: User, settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    response = as_user(ops).post("/api/v1/customers/", {"code": "a" * 1000, "name": "b"})
    assert response.status_code == 413
    assert complaints(response) == {"": "tooLarge"}


def test_a_body_of_unstated_length_is_refused_instead_of_read_as_nothing(ops: User) -> None:
    client = as_user(ops)
    response = client.generic("POST", "/api/v1/customers/", "", HTTP_TRANSFER_ENCODING="chunked")
    assert response.status_code == 411
    assert complaints(response) == {}


@pytest.mark.parametrize("coding", ["gzip", "identity, br"])
def test_a_body_in_a_coding_that_nobody_undoes_is_refused(ops: User, coding: str) -> None:
    response = as_user(ops).post("/api/v1/customers/", {"code": "a", "name": "A"}, HTTP_CONTENT_ENCODING=coding)
    assert response.status_code == 415
    assert complaints(response) == {}
    assert response["Accept-Encoding"] == "identity"


def test_a_name_that_is_given_twice_in_a_body_is_refused(ops: User) -> None:
    body = '{"code": "a", "name": "A", "name": "B"}'
    response = as_user(ops).generic("POST", "/api/v1/customers/", body, content_type="application/json")
    assert response.status_code == 400
    assert complaints(response) == {"": "repeated"}
    assert "'name'" in response.json()["detail"]


@pytest.mark.parametrize("query", ["%ff", "%ed%a0%80", "\xff"])
def test_a_query_that_is_not_utf_8_is_refused(ops: User, query: str) -> None:
    response = as_user(ops).get("/api/v1/jobs/", QUERY_STRING=f"search={query}")
    assert response.status_code == 400
    assert complaints(response) == {"": "parseError"}


class Faulty:
    """The body of a client that stops in the middle of it."""

    def __init__(self, error: OSError) -> None:
        self.error = error

    def read(self, size: int = -1) -> bytes:
        raise self.error

    readline = read


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (ConnectionResetError(), 400, "brokenOff"),
        (ConnectionAbortedError(), 400, "brokenOff"),
        (BlockingIOError(), 408, "tooSlow"),
        (TimeoutError(), 408, "tooSlow"),
    ],
)
def test_a_body_that_does_not_come_is_a_problem(ops: User, error: OSError, status: int, code: str) -> None:
    response = as_user(ops).post("/api/v1/customers/", {"code": "a"}, **{"wsgi.input": Faulty(error)})
    assert response.status_code == status
    assert complaints(response) == {"": code}


def test_a_body_that_says_itself_that_it_is_too_long_is_not_read(ops: User) -> None:
    unread = {"CONTENT_LENGTH": str(1 << 40), "wsgi.input": Faulty(AssertionError())}
    response = as_user(ops).post("/api/v1/customers/", {"code": "a"}, **unread)
    assert response.status_code == 413


@pytest.mark.parametrize("path", ["/api/v1/customers/", "/nowhere", "/healthz", "/api/v1/schema/"])
def test_an_answer_to_head_is_that_to_get_without_its_body(ops: User, path: str) -> None:
    client = as_user(ops)
    whole, head = client.get(path), client.head(path)
    assert (head.status_code, head.content) == (whole.status_code, b"")
    assert head["Content-Length"] == str(len(whole.content))


def test_no_file_is_read_for_an_answer_to_head(own: Tenant) -> None:
    head = as_user(own.office).head(f"/api/v1/applications/{own.application.pk}/download")
    assert (head.status_code, head["Content-Length"], list(head.streaming_content)) == (200, "1", [])


def test_what_is_allowed_is_what_is_served(ops: User) -> None:
    response = as_user(ops).options("/api/v1/customers/")
    assert response.status_code == 405
    assert response["Allow"] == "GET, POST, HEAD"


def test_a_session_needs_its_csrf_token(ops: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(ops)
    response = client.post("/api/v1/customers/", {"code": "a", "name": "A"}, content_type="application/json")
    assert response.status_code == 403
    assert complaints(response) == {"": "permissionDenied"}


def test_the_admin_stays_html(db: None, client: Client) -> None:
    client.force_login(User.objects.create_superuser("root", password="x"))
    response = client.get("/admin/nothing/here/")
    assert response.status_code == 404
    assert response["Content-Type"].startswith("text/html")


@pytest.mark.parametrize("given", ["not a uuid", "x" * 5000, "0", "<script>"])
def test_a_request_id_that_makes_no_sense_is_replaced(db: None, client: Client, given: str) -> None:
    answered = client.get("/nowhere", HTTP_X_REQUEST_ID=given)["X-Request-ID"]
    assert answered != given
    assert uuid.UUID(answered)


def test_a_sane_request_id_is_kept(db: None, client: Client) -> None:
    given = str(uuid.uuid4())
    assert client.get("/api/v1/jobs/", HTTP_X_REQUEST_ID=given)["X-Request-ID"] == given


def test_too_many_parameters_are_a_problem(ops: User) -> None:
    response = as_user(ops).get("/api/v1/customers/?" + "a=1&" * 2000)
    assert response.status_code == 400
    assert complaints(response)
