"""Addresses that people give: which of them may be asked, and where they really lead.

Whoever gives an address must not reach what only this machine can: itself, the household's other
machines, a provider's own services. So a name is looked up once, each address behind it is judged,
and whoever connects does so to the very address that was judged.
"""

from __future__ import annotations

import socket
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from typing import NoReturn, Protocol
from urllib.parse import SplitResult, quote, urlsplit

from homebooru.errors import InvalidInput, RemoteUnavailable
from homebooru.phrases import phrase

LONGEST = 2000
PORTS = {"http": 80, "https": 443}
IN_PATHS = "/%:@!$&'()*+,;=~-._"
CLOSED = tuple(
    map(
        ip_network,
        (
            "0.0.0.0/8",
            "10.0.0.0/8",
            "100.64.0.0/10",  # of providers, behind which many households share one address
            "127.0.0.0/8",
            "169.254.0.0/16",  # also what a provider tells its machines
            "172.16.0.0/12",
            "192.0.0.0/24",
            "192.0.2.0/24",
            "192.88.99.0/24",  # once relays from IPv6
            "192.168.0.0/16",
            "198.18.0.0/15",
            "198.51.100.0/24",
            "203.0.113.0/24",
            "224.0.0.0/4",
            "240.0.0.0/4",
            "2001::/23",  # Teredo among them, which leads to an IPv4 address
            "2001:db8::/32",
            "2002::/16",  # 6to4, likewise
            "3fff::/20",
        ),
    )
)
OPEN_6 = IPv6Network("2000::/3")  # all that is given out; what stands for IPv4 lies outside
TRANSLATED = IPv6Network("64:ff9b::/96")  # NAT64: the last 32 bits are an IPv4 address
SUBNET = 64


@dataclass(frozen=True, slots=True)
class Rules:
    """From which servers pictures may be fetched: patterns of their names, and their ports."""

    hosts: tuple[str, ...] = ("*",)
    ports: frozenset[int] = frozenset(PORTS.values())


@dataclass(frozen=True, slots=True)
class Place:
    """An address that was judged; it is asked at `ip`, whatever its name means by then."""

    scheme: str
    host: str
    port: int
    target: str
    ip: str

    @property
    def address(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}:{self.port}{self.target}"


class Network(Protocol):
    """The way out of this machine."""

    def look_up(self, host: str, port: int) -> Sequence[str]:
        """Return the addresses that a name has; raises OSError where it has none."""

    def own_address(self, ip: str) -> str | None:
        """Return from which address of ours one would be asked; None where it is out of reach."""

    def connect(self, ip: str, port: int, seconds: float) -> socket.socket:
        """Return a connection to an address; raises OSError."""


class OpenNetwork(Network):
    """The network as this machine has it, around any proxy."""

    def look_up(self, host: str, port: int) -> Sequence[str]:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        return tuple(dict.fromkeys(str(one[4][0]) for one in found))

    def own_address(self, ip: str) -> str | None:
        family = socket.AF_INET6 if ":" in ip else socket.AF_INET
        try:
            with socket.socket(family, socket.SOCK_DGRAM) as asking:
                asking.connect((ip, 9))  # nothing is sent: the system only chooses a way
                return str(asking.getsockname()[0])
        except OSError:
            return None

    def connect(self, ip: str, port: int, seconds: float) -> socket.socket:
        return socket.create_connection((ip, port), timeout=seconds)


def judged(text: str, rules: Rules, network: Network) -> Place:
    """Return where an address leads; raises InvalidInput where nothing may be fetched from there.

    Raises RemoteUnavailable where there is no server of that name.
    """
    parts = _parts(text.strip())
    host = _host(parts)
    if not any(fnmatchcase(host, pattern.lower()) for pattern in rules.hosts):
        _refuse(phrase("no picture may be fetched from {host}", host=host))
    port = _port(parts)
    if port not in rules.ports:
        _refuse(phrase("port {port} is not one of those that are asked", port=port))
    target = quote(parts.path or "/", safe=IN_PATHS)
    if parts.query:
        target += "?" + quote(parts.query, safe=IN_PATHS + "?")
    return Place(parts.scheme, host, port, target, _judged_ip(host, port, network))


def _parts(text: str) -> SplitResult:
    if not text or len(text) > LONGEST or "\\" in text or not text.isprintable() or " " in text:
        _refuse(phrase("this is no address"))
    try:
        parts = urlsplit(text)
    except ValueError:
        _refuse(phrase("this is no address"))
    if parts.scheme not in PORTS:
        _refuse(phrase("it must begin with http:// or https://"))
    if "@" in parts.netloc:
        _refuse(phrase("it holds a name or a password"))
    return parts


def _host(parts: SplitResult) -> str:
    host = (parts.hostname or "").rstrip(".")
    if "%" not in host and ":" not in host:
        try:
            host = host.encode("idna").decode("ascii").lower()
        except UnicodeError:
            host = ""
    if not host or "%" in host:
        _refuse(phrase("it names no server"))
    return host


def _port(parts: SplitResult) -> int:
    try:
        return PORTS[parts.scheme] if parts.port is None else parts.port
    except ValueError:
        _refuse(phrase("its port is no number"))


def _judged_ip(host: str, port: int, network: Network) -> str:
    """Return an address behind a name; where one of them is closed, none of them is asked."""
    try:
        found = network.look_up(host, port)
    except (OSError, UnicodeError):
        found = ()
    if not found:
        raise RemoteUnavailable(phrase("There is no server called {host}.", host=host))
    if not all(is_public(ip) and not _is_near(ip, network) for ip in found):
        _refuse(phrase("{host} lies in a network that is not public", host=host))
    return found[0]


def is_public(text: str) -> bool:
    """Tell whether an address is one of the public network, by whichever road it goes there."""
    try:
        ip = ip_address(text)
    except ValueError:
        return False
    if isinstance(ip, IPv6Address):
        if ip.scope_id is not None:
            return False
        if ip in TRANSLATED:
            return is_public(str(IPv4Address(int(ip) & 0xFFFFFFFF)))
        if ip not in OPEN_6:
            return False
    return not any(ip in network for network in CLOSED if network.version == ip.version)


def _is_near(text: str, network: Network) -> bool:
    """Tell whether a public address is ours, or with IPv6 that of a machine beside ours."""
    own = network.own_address(text)
    if own is None:
        return False
    length = SUBNET if ":" in text else 32
    return ip_address(text) in ip_network(f"{own.partition('%')[0]}/{length}", strict=False)


def _refuse(why: str) -> NoReturn:
    raise InvalidInput(phrase("This address is not fetched: {why}.", why=why))
