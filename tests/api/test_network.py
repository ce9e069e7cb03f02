"""Whom a limit counts: the peer's network, or the one that a proxy of ours names."""

import pytest

from app.api.network import client_network, parse_proxies


def _network(peer: str | None, forwarded: str | None = None, proxies: str = "") -> str:
    headers = [(b"x-forwarded-for", forwarded.encode("latin-1"))] if forwarded is not None else []
    return client_network({"client": (peer, 4711) if peer else None, "headers": headers}, parse_proxies(proxies))


def test_peer_counts_by_its_network() -> None:
    assert _network("203.0.113.77") == "203.0.113.0/24"
    assert _network("2001:db8:1:2::5") == "2001:db8:1::/48"
    assert _network("::ffff:203.0.113.77") == "203.0.113.0/24"


def test_socket_without_addresses_is_local() -> None:
    assert _network(None) == "local"


def test_strangers_word_about_whom_it_forwards_does_not_count() -> None:
    assert _network("203.0.113.77", "198.51.100.1") == "203.0.113.0/24"
    assert _network("203.0.113.77", "198.51.100.1", "10.0.0.0/8") == "203.0.113.0/24"


@pytest.mark.parametrize(
    ("forwarded", "network"),
    [
        ("198.51.100.1", "198.51.100.0/24"),
        ("198.51.100.1:5000", "198.51.100.0/24"),
        ("[2001:db8::1]:5000", "2001:db8::/48"),
        ("2001:db8::1", "2001:db8::/48"),
        ("192.0.2.66, 198.51.100.1", "198.51.100.0/24"),
        ("198.51.100.1, 10.0.0.9", "198.51.100.0/24"),
        ("192.0.2.66, 198.51.100.1, 10.0.0.9, 10.1.1.1", "198.51.100.0/24"),
        ("198.51.100.1, nonsense", "10.0.0.0/24"),
        ("198.51.100.1, nonsense, 10.2.0.1", "10.2.0.0/24"),
        ("10.3.0.1", "10.3.0.0/24"),
        ("", "10.0.0.0/24"),
        ("\xff", "10.0.0.0/24"),
    ],
)
def test_proxy_of_ours_names_the_last_address_that_is_no_proxy(forwarded: str, network: str) -> None:
    assert _network("10.0.0.1", forwarded, "10.0.0.0/8") == network


def test_proxies_are_addresses_and_networks_of_both_kinds() -> None:
    assert [str(proxy) for proxy in parse_proxies("10.0.0.1, 192.168.1.7/16,2001:db8::/32")] == [
        "10.0.0.1/32",
        "192.168.0.0/16",
        "2001:db8::/32",
    ]
    assert parse_proxies("") == ()


def test_setting_that_is_no_address_is_refused() -> None:
    with pytest.raises(ValueError, match="proxy"):
        parse_proxies("proxy.example")
