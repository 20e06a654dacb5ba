"""Which address a request is said to come from."""

from dataclasses import replace
from ipaddress import ip_network
from typing import Any

import pytest
from django.test import RequestFactory

from accounts.addresses import address_of, holder_of


def seen(settings: Any, remote: str, forwarded: str | None = None, trusted: str = "") -> str | None:
    networks = tuple(map(ip_network, trusted.split()))
    settings.HUB = replace(settings.HUB, trusted_proxies=networks)
    headers = {} if forwarded is None else {"X-Forwarded-For": forwarded}
    return address_of(RequestFactory().get("/", headers=headers, REMOTE_ADDR=remote))


@pytest.mark.parametrize("forwarded", [None, "", "198.51.100.1", "198.51.100.1, 127.0.0.1"])
def test_nobody_is_believed_by_default(settings: Any, forwarded: str | None) -> None:
    assert seen(settings, "192.0.2.7", forwarded) == "192.0.2.7"


@pytest.mark.parametrize(
    ("forwarded", "address"),
    [
        ("198.51.100.1", "198.51.100.1"),
        ("203.0.113.66, 198.51.100.1", "198.51.100.1"),  # what the client wrote itself stands before
        ("198.51.100.1, 10.0.0.2", "198.51.100.1"),
        ("10.9.9.9,198.51.100.1,10.0.0.2", "198.51.100.1"),
        ("198.51.100.1:4711", "198.51.100.1"),
        ("[2001:db8::5]:4711", "2001:db8::5"),
        ("::ffff:198.51.100.1", "198.51.100.1"),
        ("10.0.0.3", "10.0.0.3"),
        ("unknown", "10.0.0.1"),
        ("198.51.100.1, _hidden, 10.0.0.2", "10.0.0.2"),
        ("198.51.100.1' OR 1=1 --", "10.0.0.1"),
        (None, "10.0.0.1"),
    ],
)
def test_a_trusted_proxy_is_believed_up_to_the_first_that_is_not(settings: Any, forwarded: str | None, address: str) -> None:
    assert seen(settings, "10.0.0.1", forwarded, "10.0.0.0/29") == address


def test_others_are_not_believed_where_some_are(settings: Any) -> None:
    assert seen(settings, "192.0.2.7", "198.51.100.1", "10.0.0.0/8 2001:db8::/32") == "192.0.2.7"


@pytest.mark.parametrize("remote", ["", "unix:", "nonsense"])
def test_a_server_may_not_know(settings: Any, remote: str) -> None:
    assert seen(settings, remote, "198.51.100.1", "0.0.0.0/0") is None


def test_all_that_one_client_can_take_of_ipv6_are_one() -> None:
    assert holder_of("2001:db8:1:2:aaaa::1") == holder_of("2001:db8:1:2:bbbb::9") == "2001:db8:1:2::/64"
    assert holder_of("2001:db8:1:3::1") != holder_of("2001:db8:1:2::1")
    assert (holder_of("192.0.2.7"), holder_of(None)) == ("192.0.2.7", "")
