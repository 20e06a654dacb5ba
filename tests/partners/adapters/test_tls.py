"""The transport over TLS: trust, names, and the deadline."""

from datetime import timedelta

import pytest

from partners.adapters.deadline import Deadline
from partners.adapters.http import Broken, Delivery, Request
from partners.adapters.transport import Passage, Stage
from tests.support.certificates import self_signed
from tests.support.loopback import answering, dripping, http, loopback
from tests.support.partners import endpoint, error_of, satloc

REQUEST = Request("ping", "/IsAlive")


@pytest.fixture
def certificates(tmp_path):
    return self_signed(tmp_path, "127.0.0.1")


def deliver(server, authority, seconds=5.0, url=None):
    """What sending gave, the body, and the passage."""
    with Deadline(timedelta(seconds=seconds)) as deadline:
        passage = Passage(deadline, timedelta(seconds=5), private_hosts_allowed=True, before_send=lambda: None)
        delivery = Delivery(passage, str(authority))
        broken = delivery.send(REQUEST, endpoint(url or server.base_url))
        body = broken or delivery.next_chunk()
        delivery.close()
    return body, passage.stage


def test_trusts_a_known_authority(certificates):
    context, authority = certificates
    with loopback(answering(http(b"true")), context) as server:
        assert deliver(server, authority) == (b"true", Stage.SENT)


def test_refuses_an_unknown_authority_and_says_why(certificates):
    context, _ = certificates
    with loopback(answering(http(b"true")), context) as server:
        error = error_of(satloc(server.base_url).ping)
    assert "could not be reached securely" in error.message
    assert "self-signed certificate" in error.message


def test_refuses_another_host_s_certificate_before_anything_leaves(certificates):
    context, authority = certificates
    with loopback(answering(http(b"true")), context) as server:
        broken, stage = deliver(server, authority, url=f"https://localhost:{server.port}")
    assert isinstance(broken, Broken)
    assert stage is Stage.CONNECTING


def test_announces_the_host_s_name_not_its_address(tmp_path):
    context, authority = self_signed(tmp_path, "localhost")
    names: list[str] = []
    context.sni_callback = lambda _socket, name, _context: names.append(name)
    with loopback(answering(http(b"true")), context) as server:
        assert deliver(server, authority, url=f"https://localhost:{server.port}")[0] == b"true"
    assert names == ["localhost"]


def test_a_slow_drip_ends_at_the_deadline(certificates):
    context, authority = certificates
    with loopback(dripping(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n"), context) as server:
        assert deliver(server, authority, seconds=0.4) == (Broken(TimeoutError, Stage.SENT), Stage.SENT)


def test_a_handshake_that_never_ends_ends_at_the_deadline(certificates):
    _, authority = certificates

    def script(connection):
        connection.recv(65536)
        while connection.recv(1):
            pass

    with loopback(script) as server:
        url = server.base_url.replace("http:", "https:")
        assert deliver(server, authority, seconds=0.3, url=url) == (Broken(TimeoutError, Stage.CONNECTING), Stage.CONNECTING)
