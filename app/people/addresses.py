"""Whose address this is, for counting: one household of addresses counts as one.

An IPv6 subscriber has a /64 of his own (RFC 6177) and may take another address for each try; an IPv4 address that came
through an IPv6 socket is that IPv4 address.
"""

from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address

SUBSCRIBER_BITS = 64


@lru_cache(maxsize=4096)
def subscriber(address: str) -> str:
    """The address that stands for all those of one subscriber; what is no address stands for itself."""
    found = _read(address)
    if isinstance(found, IPv6Address):
        network = int(found) >> (128 - SUBSCRIBER_BITS) << (128 - SUBSCRIBER_BITS)
        return f"{IPv6Address(network)}/{SUBSCRIBER_BITS}"
    return str(found) if found else address[:64]


@lru_cache(maxsize=4096)
def is_this_machine(address: str) -> bool:
    """Whether whoever has this address sits at this very machine."""
    found = _read(address)
    return found is not None and found.is_loopback


def _read(address: str) -> IPv4Address | IPv6Address | None:
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return None
    return (found.ipv4_mapped or found) if isinstance(found, IPv6Address) else found
