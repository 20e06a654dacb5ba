"""Which addresses a partner may have: users set base URLs, and must not reach the operator's own network with them."""

from __future__ import annotations

import ipaddress
import re
import socket
import threading
from datetime import timedelta
from urllib.parse import urlsplit

from partners.adapters.deadline import Deadline

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolved = tuple[int, int, int, tuple[str, int] | tuple[str, int, int, int]]
"""Family, type, protocol and socket address, as ``socket.getaddrinfo`` gives them."""

_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_NAT64_LOCAL = ipaddress.IPv6Network("64:ff9b:1::/48")
_IPV4_COMPATIBLE = ipaddress.IPv6Network("::/96")
_LOW_32_BITS = 0xFFFF_FFFF
_PATIENCE = timedelta(seconds=5)
_ADVICE = "Correct the base URL, or, where this partner really is in your own network, set PARTNER_ALLOW_PRIVATE_HOSTS=true."


class HostUnknown(Exception):
    """The host's name could not be resolved."""


class AddressRefused(Exception):
    """The host has an address that a partner may not have; the text is for a person and names only the host."""


def check_base_url(url: str, *, private_hosts_allowed: bool = False) -> None:
    """Refuse a base URL that cannot be used, for the moment it is saved; raises ValueError with a sentence.

    A name that does not resolve within a few seconds is accepted: each connection checks the address it is about to use anyway.
    """
    host, port = _host_and_port(url)
    if private_hosts_allowed:
        return
    try:
        check_addresses(host, resolve_by(Deadline(_PATIENCE), host, port))
    except HostUnknown:
        return
    except AddressRefused as refusal:
        raise ValueError(str(refusal)) from None


def same_server(url: str, other: str) -> bool:
    """Whether two base URLs lead to the same port of the same host, however they are written; raises ValueError."""
    return _host_and_port(url) == _host_and_port(other)


def _host_and_port(url: str) -> tuple[str, int]:
    if re.search(r"[\s\\\x00-\x1f\x7f]", url):
        raise ValueError("The base URL contains spaces, control characters or backslashes; remove them.")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise ValueError("The base URL cannot be read; write it like https://partner.example/api.") from None
    if parts.scheme not in ("http", "https") or not host:
        raise ValueError("The base URL must begin with https:// (or http://) and name a host.")
    if "@" in parts.netloc:
        raise ValueError("The base URL must not contain a login; enter it in the account.")
    if parts.query or parts.fragment or "?" in url or "#" in url:
        raise ValueError("The base URL must end with its path, without ? or #.")
    return host, port or (443 if parts.scheme == "https" else 80)


def resolve(host: str, port: int) -> list[Resolved]:
    """All stream addresses of ``host``; raises HostUnknown."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):  # UnicodeError: a label that is too long or empty
        found = []
    if not found:
        raise HostUnknown(host)
    return [(family, kind, protocol, address) for family, kind, protocol, _, address in found]  # type: ignore[misc]


def resolve_by(deadline: Deadline, host: str, port: int) -> list[Resolved]:
    """`resolve`, but no longer than the deadline: the system's resolver knows no time limit of ours."""
    found: list[Resolved] = []

    def look_up() -> None:
        try:
            found.extend(resolve(host, port))
        except HostUnknown:
            found.clear()

    thread = threading.Thread(target=look_up, name=f"resolve {host}", daemon=True)
    thread.start()
    thread.join(deadline.remaining())
    if thread.is_alive() or not found:
        raise HostUnknown(host)
    return found


def check_addresses(host: str, resolved: list[Resolved]) -> None:
    """Raise AddressRefused unless every address is a public one: which of them is used is not ours to choose."""
    for *_, address in resolved:
        refused = forbidden(ipaddress.ip_address(address[0].partition("%")[0]))
        if refused:
            raise AddressRefused(f"{host} has the address {address[0]}, which is {refused}. {_ADVICE}")


def forbidden(address: IPAddress) -> str:
    """Why a partner may not have this address, in words; empty where it may. Addresses within addresses count too."""
    if isinstance(address, ipaddress.IPv6Address):
        if address in _NAT64_LOCAL:
            return "private (local NAT64)"
        for inner in _embedded(address):
            refused = forbidden(inner)
            if refused:
                return f"a form of {inner}, {refused}"
        if address.ipv4_mapped or address.sixtofour or address in _NAT64:  # releases of Python differ on what wraps a public one
            return ""
    return _kind(address)


def _embedded(address: ipaddress.IPv6Address) -> list[ipaddress.IPv4Address]:
    """The IPv4 addresses that a translator or tunnel would reach through this one (RFC 4291, 3056, 6052)."""
    inner = [address.ipv4_mapped, address.sixtofour]
    if address in _NAT64 or (address in _IPV4_COMPATIBLE and int(address) > 1):
        inner.append(ipaddress.IPv4Address(int(address) & _LOW_32_BITS))
    return [candidate for candidate in inner if candidate is not None]


def _kind(address: IPAddress) -> str:
    kinds = (
        (address.is_unspecified, "no address of a host"),
        (address.is_loopback, "this machine itself"),
        (address.is_link_local, "link-local"),
        (address.is_multicast, "a multicast address"),
        (getattr(address, "is_site_local", False), "private"),
        (address.is_private, "private"),
        (address.is_reserved, "reserved"),
        (not address.is_global, "not public"),
    )
    return next((name for applies, name in kinds if applies), "")
