"""Which network a caller comes from: what limits on guessing are counted by."""

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any

Network = IPv4Network | IPv6Network
Address = IPv4Address | IPv6Address

_IPV4_PREFIX = 24
_IPV6_PREFIX = 48


def parse_proxies(setting: str) -> tuple[Network, ...]:
    """The addresses and networks of ONSET_TRUSTED_PROXIES, separated by commas; ValueError where one is neither."""
    return tuple(ip_network(part.strip(), strict=False) for part in setting.split(",") if part.strip())


def client_network(scope: Any, trusted_proxies: Sequence[Network]) -> str:  # noqa: ANN401  ASGI scopes hold anything
    """The caller's /24 (IPv4) or /48 (IPv6), such as `203.0.113.0/24`; `local` on a socket without addresses.

    X-Forwarded-For counts only where the peer is a trusted proxy, and is read from its end: the last address that is
    no trusted proxy is the caller; whatever stands before it could be made up.
    """
    client = scope.get("client")
    peer = _address(client[0]) if client else None
    if peer is None:
        return "local"
    if any(peer in proxy for proxy in trusted_proxies):
        for forwarded in reversed(_forwarded_for(scope)):
            address = _address(forwarded)
            if address is None:
                break
            peer = address
            if not any(address in proxy for proxy in trusted_proxies):
                break
    prefix = _IPV4_PREFIX if peer.version == 4 else _IPV6_PREFIX  # noqa: PLR2004  IP's own version number
    return str(ip_network((peer, prefix), strict=False))


def _forwarded_for(scope: Any) -> Sequence[str]:  # noqa: ANN401  as client_network
    values = [value.decode("latin-1") for name, value in scope["headers"] if name == b"x-forwarded-for"]
    return ",".join(values).split(",")


def _address(text: str) -> Address | None:
    """An address, without the port that some proxies add; IPv4 within IPv6 as IPv4."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
