"""Which machines may be talked to. Pure: looks nothing up."""
from __future__ import annotations

import ipaddress
from collections.abc import Iterable

from urllib3.exceptions import LocationParseError
from urllib3.util import parse_url

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

#: Not public, or carrying an IPv4 address inside an IPv6 one, whatever ``is_global`` of the
#: running Python says (it differs between versions). Sources: IANA special-purpose registries,
#: RFC 6052/8215 (NAT64), 3056 (6to4), 4380 (Teredo), 4291 (mapped, compatible), 6598 (CGNAT).
_REFUSED = tuple(
    ipaddress.ip_network(n)
    for n in (
        "0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.88.99.0/24", "198.18.0.0/15",
        "224.0.0.0/4", "240.0.0.0/4",
        "::/96", "::ffff:0:0/96", "::ffff:0:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48",
        "100::/64", "2001::/23", "2002::/16", "3fff::/20", "5f00::/16", "fec0::/10", "ff00::/8",
    )
)  # fmt: skip
_ISATAP = (0x00005EFE, 0x02005EFE)


def parse_address(text: str) -> Address | None:
    """The IP address that ``text`` spells (zone and brackets dropped), or None for a name."""
    try:
        return ipaddress.ip_address(text.strip("[]").partition("%")[0])
    except ValueError:
        return None


def is_public(address: Address) -> bool:
    """True where ``address`` is a machine of the public Internet and nothing hides in it."""
    if not address.is_global or address.is_multicast or address.is_reserved:
        return False
    if any(address in network for network in _REFUSED if network.version == address.version):
        return False
    return not (address.version == 6 and (int(address) >> 32) & 0xFFFFFFFF in _ISATAP)


def normal_host(host: str) -> str:
    """``host`` as it is compared: lower case, IDNA, without a trailing dot or brackets."""
    host = host.strip().strip("[]").rstrip(".").lower()
    if not host.isascii():
        try:
            host = (parse_url(f"http://{host}/").host or host).rstrip(".")
        except LocationParseError:
            return host
    return host


class AddressGuard:
    """Says whether ``host`` at one of its addresses may be fetched.

    ``allowed_hosts`` are host names, addresses, ``host:port`` / ``[address]:port`` or networks
    in CIDR notation that may be fetched although they are not public.
    """

    def __init__(self, allowed_hosts: Iterable[str] = ()) -> None:
        self._names: set[tuple[str, int | None]] = set()
        self._networks: list[tuple[Network, int | None]] = []
        for entry in allowed_hosts:
            self._add(entry.strip())

    def _add(self, entry: str) -> None:
        if not entry:
            return
        host, port = entry, None
        if "/" not in entry and parse_address(entry) is None:
            head, colon, tail = entry.rpartition(":")
            if colon and tail.isdigit():
                host, port = head, int(tail)
        try:
            self._networks.append((ipaddress.ip_network(host.strip("[]"), strict=False), port))
        except ValueError:
            self._names.add((normal_host(host), port))

    def permits(self, host: str, port: int, address: str) -> bool:
        """True where ``address``, to which ``host`` resolved, may be connected to at ``port``."""
        ip = parse_address(address)
        if ip is None:
            return False
        if is_public(ip):
            return True
        name = normal_host(host)
        if (name, None) in self._names or (name, port) in self._names:
            return True
        ip = getattr(ip, "ipv4_mapped", None) or ip
        return any(
            ip.version == network.version and ip in network and allowed in (None, port)
            for network, allowed in self._networks
        )
