"""What gunicorn makes of requests that the hub never sees, and of bodies that do not come whole. Raw sockets, a real server."""

import json
import socket
import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from accounts.models import User
from accounts.services import tokens
from accounts.states import Role
from agmission_partners.web_server import lose_patience
from flightdata.models import ApplicationFile
from tests.support.scene import a_customer, a_user
from tests.support.serving import served

pytestmark = pytest.mark.live

HOST = b"Host: localhost\r\nConnection: close\r\n"
PART = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.log"\r\n\r\n1,2,3\r\n--x\r\n'
LAST = b'Content-Disposition: form-data; name="jobNumber"\r\n\r\n7001'


@pytest.fixture(scope="module")
def port(django_db_setup: None) -> Iterator[int]:
    with served() as url:
        yield int(url.rsplit(":", 1)[1])


@pytest.fixture
def office(transactional_db: None) -> User:
    return a_user(a_customer(), Role.CUSTOMER)


def answer_to(port: int, request: bytes, *, leave: bool = False) -> tuple[int, dict[str, str], Any]:
    """Status, headers and document of the answer; `leave`: nothing more is sent."""
    with socket.create_connection(("127.0.0.1", port), timeout=30) as client:
        client.sendall(request)
        if leave:
            client.shutdown(socket.SHUT_WR)
        with client.makefile("rb") as stream:
            head, _, body = stream.read().partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}
    if headers.get("transfer-encoding") == "chunked":
        body = body.split(b"\r\n")[1]
    return int(first.split()[1]), headers, json.loads(body)


REFUSED = {
    "no request": (b"garbage\r\n\r\n", 400),
    "TLS": (b"\x16\x03\x01\x02\x00\x01\r\n\r\n", 400),
    "HTTP/0.9": (b"GET /\r\n\r\n", 400),
    "HTTP/3": (b"GET / HTTP/3.0\r\n" + HOST + b"\r\n", 400),
    "a method in small letters": (b"get / HTTP/1.1\r\n" + HOST + b"\r\n", 400),
    "bytes in the path": (b"GET /\xff HTTP/1.1\r\n" + HOST + b"\r\n", 400),
    "a long line": (b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\n" + HOST + b"\r\n", 414),
    "a long header": (b"GET / HTTP/1.1\r\n" + HOST + b"X: " + b"a" * 9000 + b"\r\n\r\n", 431),
    "many headers": (b"GET / HTTP/1.1\r\n" + HOST + b"X: a\r\n" * 150 + b"\r\n", 431),
    "a header without colon": (b"GET / HTTP/1.1\r\n" + HOST + b"nonsense\r\n\r\n", 400),
    "two hosts": (b"GET / HTTP/1.1\r\n" + HOST + b"Host: evil.example\r\n\r\n", 400),
    "a length of its own": (b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: abc\r\n\r\n", 400),
    "two lengths": (b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\n{}", 400),
    "length and chunks": (
        b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        400,
    ),
    "an expectation": (b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: 2\r\nExpect: 200-maybe\r\n\r\n{}", 417),
    "chunks": (b"POST / HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n", 411),
    "half a chunk": (b"POST / HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n", 411),
    "another host": (b"GET / HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n", 400),
    "an odd method": (b"BREW /api/v1/auth/login HTTP/1.1\r\n" + HOST + b"\r\n", 405),
    "no path": (b"OPTIONS * HTTP/1.1\r\n" + HOST + b"\r\n", 404),
}


@pytest.mark.parametrize("name", REFUSED)
def test_whoever_refuses_it_does_so_with_a_problem_document(port: int, name: str) -> None:
    request, expected = REFUSED[name]
    status, headers, problem = answer_to(port, request)
    assert (status, problem["status"]) == (expected, expected)
    assert set(problem) >= {"type", "title", "status", "detail", "errors"}
    assert headers["content-type"] == "application/problem+json"
    assert uuid.UUID(headers["x-request-id"])


def sent_by(user: User, path: str, kind: str, length: int) -> bytes:
    _, token = tokens.make(user)
    lines = f"POST {path} HTTP/1.1\r\nAuthorization: Token {token}\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\n"
    return lines.encode() + HOST + b"\r\n"


@pytest.mark.parametrize("body", [PART, PART + LAST, PART[:-10]])
def test_a_file_that_breaks_off_is_not_kept(port: int, office: User, body: bytes) -> None:
    head = sent_by(office, "/api/v1/applications/", "multipart/form-data; boundary=x", 500)
    status, _, problem = answer_to(port, head + body, leave=True)
    assert (status, [error["code"] for error in problem["errors"]]) == (400, ["brokenOff"])
    assert not ApplicationFile.objects.exists()


@pytest.mark.parametrize("kind", ["application/json", "multipart/form-data; boundary=x"])
@pytest.mark.parametrize("path", ["/api/v1/jobs/", "/api/v1/applications/"])
def test_a_body_that_says_itself_that_it_is_too_long_is_not_waited_for(port: int, office: User, path: str, kind: str) -> None:
    status, _, _ = answer_to(port, sent_by(office, path, kind, 1 << 40) + b"{")
    takes = {"/api/v1/jobs/": "application/json", "/api/v1/applications/": "multipart/form-data; boundary=x"}
    assert status == (413 if takes[path] == kind else 415)


def test_a_silent_connection_is_not_waited_for_for_ever() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        lose_patience(listener, 0.05)
        with socket.create_connection(listener.getsockname()):
            accepted, _ = listener.accept()
            with accepted, pytest.raises(BlockingIOError):
                accepted.recv(1)
