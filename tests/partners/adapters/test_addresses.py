import ipaddress
import socket

import pytest

from partners.adapters.addresses import check_base_url, forbidden
from partners.adapters.errors import Rejected
from partners.adapters.satloc import SatLocAdapter
from tests.support.loopback import answering, http, loopback
from tests.support.partners import error_of, job, satloc

PRIVATE = [
    "127.0.0.1", "127.255.255.254", "0.0.0.0", "0.1.2.3", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1",
    "169.254.169.254", "100.64.0.1", "192.0.2.1", "198.18.0.1", "224.0.0.1", "239.255.255.255", "240.0.0.1",
    "255.255.255.255", "::", "::1", "fe80::1", "fc00::1", "fd12::1", "fec0::1", "ff02::1", "2001:db8::1",
    "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1", "::8.8.8.8", "2002:7f00:1::", "2002:a9fe:a9fe::1",
    "64:ff9b::10.0.0.1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::8.8.8.8", "2001:0:a00:1::", "2001:0:808:808:0:0:f5ff:fffe",
]  # fmt: skip
PUBLIC = ["8.8.8.8", "93.184.215.14", "2606:2800:21f:cb07::1", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8", "2002:808:808::1"]


@pytest.mark.parametrize("address", PRIVATE)
def test_refuses_what_is_not_public(address):
    assert forbidden(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", PUBLIC)
def test_allows_what_is_public(address):
    assert forbidden(ipaddress.ip_address(address)) == ""


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/api", "https://localhost", "http://[::1]:8080/", "http://2130706433/", "http://0x7f.1/",
        "http://127.1/", "https://[::ffff:7f00:1]/", "https://169.254.169.254/latest/meta-data", "ftp://8.8.8.8/",
        "8.8.8.8", "https://", "https:///api", "https://user:secret@8.8.8.8/", "https://8.8.8.8/?a=b", "https://8.8.8.8/#x",
        "https://8.8.8.8\\@10.0.0.1/", "https://8.8.8.8/ a", "https://8.8.8.8:99999/", "https://[::1", "", "https://8.8.8.8\n",
    ],
)  # fmt: skip
def test_refuses_a_base_url_at_save_with_a_sentence(url):
    with pytest.raises(ValueError, match=r"\.$") as refusal:
        check_base_url(url)
    assert "secret" not in str(refusal.value)


@pytest.mark.parametrize("url", ["https://8.8.8.8/api/Satloc", "http://8.8.8.8:8080", "https://[2606:2800:21f:cb07::1]/"])
def test_accepts_a_public_base_url(url):
    check_base_url(url)


def test_accepts_a_name_that_does_not_resolve_now_and_a_private_host_where_allowed():
    check_base_url("https://no-such-host.invalid/api")
    check_base_url(f"https://{'a' * 70}.invalid/api")
    check_base_url("http://127.0.0.1:9/api", private_hosts_allowed=True)


def test_a_private_address_is_refused_at_connect_and_nothing_is_sent():
    sent: list[str] = []
    with loopback(answering(http(b"{}"))) as server:
        adapter = satloc(server.base_url, private_hosts_allowed=False)
        error = error_of(adapter.upload_job, job(), lambda: sent.append("job"))
        assert isinstance(error, Rejected)
        assert "127.0.0.1" in error.message
        assert "PARTNER_ALLOW_PRIVATE_HOSTS" in error.message
        assert (server.connections, sent) == (0, [])


def test_a_name_is_looked_up_once_so_that_no_second_answer_can_lead_elsewhere(monkeypatch):
    lookups: list[str] = []
    with loopback(answering(http(b"true"))) as server:

        def lookup(host, port, **_options):
            lookups.append(host)
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", server.port))]

        monkeypatch.setattr(socket, "getaddrinfo", lookup)
        satloc("http://rebinding.example/api").ping()
        assert (lookups, server.connections) == (["rebinding.example"], 1)


def test_one_private_address_among_public_ones_is_enough_to_refuse(monkeypatch):
    both = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 443)) for address in ("8.8.8.8", "10.1.2.3")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_arguments, **_options: both)
    error = error_of(satloc("https://mixed.example", private_hosts_allowed=False).ping)
    assert isinstance(error, Rejected)
    assert "10.1.2.3" in error.message


def test_the_host_header_names_the_host_not_the_address():
    seen: list[bytes] = []

    def script(connection: socket.socket) -> None:
        seen.append(connection.recv(65536))
        connection.sendall(http(b"true"))

    with loopback(script) as server:
        adapter: SatLocAdapter = satloc(f"http://localhost:{server.port}/api")
        adapter.ping()
        assert f"Host: localhost:{server.port}".encode() in seen[0]
        assert b"GET /api/IsAlive HTTP/1.1" in seen[0]
