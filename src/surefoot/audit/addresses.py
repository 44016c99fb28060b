"""From which address a request comes, where proxies stand in front."""

from collections.abc import Callable, Iterable
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

_Networks = tuple[IPv4Network | IPv6Network, ...]


def trusting(proxies: Iterable[str]) -> Callable[[str, str], str | None]:
    """Return what tells the client's address from that of the connection and from ``X-Forwarded-For``.

    Every proxy appends the address that it saw. So the header is read from its end, and only as long as whoever
    wrote an entry is one of the proxies: anything before that the client may have made up.

    Args:
        proxies: Addresses and networks, such as ``10.0.0.0/8``.

    Raises:
        ValueError: One cannot be read.
    """
    networks: _Networks = tuple(ip_network(text) for text in proxies)

    def address(peer: str, forwarded: str) -> str | None:
        found = _plain(peer)
        entries = [entry for entry in forwarded.split(",") if entry.strip()]
        while entries and found is not None and _within(found, networks):
            before = _plain(entries.pop())
            if before is None:
                break
            found = before
        return found

    return address


def _within(address: str, networks: _Networks) -> bool:
    return any(ip_address(address) in network for network in networks)


def _plain(text: str) -> str | None:
    """Read an address, without its port; None if it is none."""
    bare = text.strip()
    if bare.startswith("["):
        bare = bare[1:].partition("]")[0]
    elif bare.count(":") == 1:
        bare = bare.partition(":")[0]
    try:
        return str(ip_address(bare))
    except ValueError:
        return None
