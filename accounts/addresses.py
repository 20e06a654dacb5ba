"""Where a request comes from. What a client says of itself is believed only where a trusted proxy passes it on."""

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

from django.conf import settings
from django.http import HttpRequest

Address = IPv4Address | IPv6Address

LINK_PREFIX = 64
"""Bits of an IPv6 address that its holder does not choose: it may take any of the others for each request."""


def address_of(request: HttpRequest) -> str | None:
    """The client's address; None where the server does not know one.

    `X-Forwarded-For` is read from its end, where the nearest proxy wrote, as far as TRUSTED_PROXIES vouch for it.
    """
    found = _parsed(request.META.get("REMOTE_ADDR", ""))
    written = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
    while found is not None and written and _is_trusted(found):
        before = _parsed(written.pop())
        if before is None:
            break
        found = before
    return str(found) if found else None


def holder_of(address: str | None) -> str:
    """What an address has in common with all others that the same client can take."""
    found = _parsed(address or "")
    if isinstance(found, IPv6Address):
        return str(IPv6Network((found, LINK_PREFIX), strict=False))
    return str(found or "")


def _is_trusted(address: Address) -> bool:
    return any(address in network for network in settings.HUB.trusted_proxies)


def _parsed(text: str) -> Address | None:
    """An address as a server or a proxy writes it: perhaps with a port, in brackets, or as IPv4 in IPv6."""
    bare = text.strip()
    if bare.startswith("["):
        bare = bare[1:].partition("]")[0]
    elif bare.count(":") == 1:
        bare = bare.partition(":")[0]
    try:
        found = ip_address(bare)
    except ValueError:
        return None
    mapped = found.ipv4_mapped if isinstance(found, IPv6Address) else None
    return mapped or (IPv6Address(int(found)) if isinstance(found, IPv6Address) else found)
