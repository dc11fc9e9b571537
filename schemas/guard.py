"""The guard for outbound addresses: strangers' words must not make us speak to machines that only we can reach.

A name is resolved once, what it means is judged, and whoever connects goes to exactly the addresses that were judged: a
name that means something else a moment later (DNS rebinding) changes nothing. What the resolver makes of a host's
spelling (`0x7f.1`, `2130706433`) is judged, never the spelling.
"""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Final
from urllib.parse import urlsplit

from schemas.errors import Poison, Transient

SCHEMES: Final = {"http": 80, "https": 443, "ws": 80, "wss": 443}

# IANA's special-purpose registries: all that is not for everybody, and what translates into other address spaces.
_NOT_PUBLIC_4 = [
    IPv4Network(block)
    for block in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
        "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
        "224.0.0.0/4", "240.0.0.0/4",
    )
]  # fmt: skip
# Whatever is not global unicast is refused as a whole, with it mapped addresses and NAT64; then Teredo and the other
# protocols' block, documentation, 6to4.
_GLOBAL_6 = IPv6Network("2000::/3")
_NOT_PUBLIC_6 = [IPv6Network(block) for block in ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")]

# Ports below 1024 other than these belong to other protocols, and so do the ones above that browsers refuse
# (the list of bad ports in the WHATWG's Fetch) and those of databases.
_LOW_PORTS = frozenset({80, 443})
_OTHER_PROTOCOLS = frozenset(
    {1719, 1720, 1723, 2049, 3306, 3659, 4045, 4190, 5060, 5061, 5432, 6000, 6379, 6566}
    | {6665, 6666, 6667, 6668, 6669, 6679, 6697, 9092, 9200, 10080, 11211, 27017}
)

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""The addresses of a host for TCP to a port, as text, best first. Raises OSError."""


@dataclass(frozen=True, slots=True)
class Place:
    """A host as people write it in lower case, and a port; None is every port."""

    host: str
    port: int | None = None


def place(text: str) -> Place:
    """Return the place that `host`, `host:port`, `::1` or `[::1]:port` names. Raises ValueError: what to write."""
    try:
        bare = IPv6Address(text.strip("[]"))
        return Place(str(bare))
    except ValueError:
        pass
    try:
        parts = urlsplit(f"//{text}")
        port, host = parts.port, parts.hostname
    except ValueError:
        host = port = None
    if not host or parts.path or parts.query or parts.fragment or parts.username is not None or "*" in host:
        raise ValueError(f"{text!r} is no host: write a name or an address, or one of them with :PORT behind it")
    return Place(_plain(host), port)


async def resolve(host: str, port: int) -> Sequence[str]:
    """Ask the system's resolver, off the event loop. Raises OSError."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for _, _, _, _, address in found))


class Guard:
    """Decides where may be connected to. `allow` are the places that may be private: tests, intranets."""

    def __init__(self, allow: Sequence[Place] = (), resolve: Resolve = resolve) -> None:
        self._allow = frozenset(allow)
        self._resolve = resolve

    def check_url(self, url: str) -> tuple[str, int]:
        """Return the host and the port that the URL leads to; nothing is resolved yet.

        Raises Poison (bad_value) unless it is http, https, ws or wss, with a host, without user and password, and to a
        port that such things live on.
        """
        try:
            parts = urlsplit(url)
            host, port = parts.hostname, parts.port
        except ValueError:
            raise Poison("bad_value", "a URL that cannot be read") from None
        if parts.scheme not in SCHEMES:
            raise Poison("bad_value", "a URL that is neither http, https, ws nor wss is not fetched")
        if not host:
            raise Poison("bad_value", "a URL without a host")
        if parts.username is not None or parts.password is not None:
            raise Poison("bad_value", f"a URL with a user or password in it, to {host}: they belong in the settings")
        host, port = _plain(host), SCHEMES[parts.scheme] if port is None else port
        self._check_port(host, port)
        return host, port

    async def addresses(self, host: str, port: int) -> Sequence[str]:
        """Return the addresses to connect to, and no others, for a host and port; at least one.

        An allowed place means whatever the resolver says. Of any other, only addresses that are public count.
        Raises Poison (bad_value) when there is none, Transient when the name cannot be resolved now.
        """
        host = _plain(host)
        self._check_port(host, port)
        try:
            found = await self._resolve(host, port)
        except (OSError, UnicodeError):
            raise Transient(f"the name {host} cannot be resolved: is the network there, is the name right?") from None
        if self._allows(host, port):
            return found
        public = [address for address in found if is_public(address)]
        if not public:
            raise Poison(
                "bad_value", f'{host} has no public address; if it is meant, set [outbound] allow = ["{host}:{port}"]'
            )
        return public

    def is_ours(self, host: str) -> bool:
        """Return whether the host is one of the allowed places, at whichever port."""
        return any(allowed.host == _plain(host) for allowed in self._allow)

    def _allows(self, host: str, port: int) -> bool:
        return Place(host, port) in self._allow or Place(host) in self._allow

    def _check_port(self, host: str, port: int) -> None:
        usual = port in _LOW_PORTS or (1024 <= port <= 65_535 and port not in _OTHER_PROTOCOLS)
        if not usual and not self._allows(host, port):
            raise Poison(
                "bad_value",
                f'{host}:{port} is no port of the web; if it is meant, set [outbound] allow = ["{host}:{port}"]',
            )


def is_public(address: str) -> bool:
    """Return whether an address, as the resolver gives it, is one that everybody on the internet can reach."""
    try:
        read = ip_address(address)
    except ValueError:
        return False
    if isinstance(read, IPv4Address):
        return not any(read in block for block in _NOT_PUBLIC_4)
    return read.scope_id is None and read in _GLOBAL_6 and not any(read in block for block in _NOT_PUBLIC_6)


def _plain(host: str) -> str:
    return host.lower().strip("[]").removesuffix(".")
