"""Believing proxies: X-Forwarded headers count only when a configured proxy sent them."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from homebooru.errors import InvalidSettings

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

FORWARDED = "homebooru.forwarded"
TRUSTED = "homebooru.trusted_proxy"
MARKS = ("HTTP_FORWARDED", "HTTP_X_FORWARDED", "HTTP_X_REAL_IP", "HTTP_VIA")
LABEL = r"[A-Za-z0-9_-]{1,63}"
HOST = re.compile(
    rf"(?P<name>\[[0-9A-Fa-f:.]{{2,45}}\]|{LABEL}(?:\.{LABEL}){{0,126}}\.?)(?::[0-9]{{1,5}})?"
)
PREFIX = re.compile(r"(/[A-Za-z0-9_.~-]+)+")

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class TrustedProxies:
    """Replaces what a trusted proxy knows better: the visitor, the scheme, host and sub-path.

    Whether or not it is believed, a forwarded request is marked: it is no direct one. So is one
    that a trusted proxy forwarded. A host that cannot be one is taken for none.
    """

    def __init__(self, app: WSGIApplication, proxies: Sequence[str]) -> None:
        self._app = app
        self._networks = read_networks(proxies)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        environ[FORWARDED] = any(name.startswith(MARKS) for name in environ)
        is_trusted = self._trusts(environ.get("REMOTE_ADDR", ""))
        environ[TRUSTED] = is_trusted and environ[FORWARDED]
        if is_trusted:
            self._believe(environ)
        if not HOST.fullmatch(environ.get("HTTP_HOST", "")):
            environ["HTTP_HOST"] = ""  # no name of ours, and nothing to build addresses with
        return self._app(environ, start_response)

    def _believe(self, environ: WSGIEnvironment) -> None:
        if client := self._client(environ.get("HTTP_X_FORWARDED_FOR", "")):
            environ["REMOTE_ADDR"] = client
        if (scheme := _last(environ, "PROTO")) in {"http", "https"}:
            environ["wsgi.url_scheme"] = scheme
        if host := _last(environ, "HOST"):
            environ["HTTP_HOST"] = host
        prefix = _last(environ, "PREFIX").rstrip("/")
        if PREFIX.fullmatch(prefix) and not {".", ".."} & set(prefix.split("/")):
            environ["SCRIPT_NAME"] = prefix

    def _client(self, chain: str) -> str | None:
        """Return the last address that no trusted proxy has: what stands left of it is hearsay."""
        for address in reversed([part.strip() for part in chain.split(",") if part.strip()]):
            plain = _without_port(address)
            if not self._trusts(plain):
                return plain
        return None

    def _trusts(self, address: str) -> bool:
        known = read_address(address)
        return known is not None and any(known in network for network in self._networks)


def read_networks(proxies: Sequence[str]) -> tuple[Network, ...]:
    """Read addresses and networks. Raises InvalidSettings with every one that is neither."""
    networks, mistakes = [], []
    for proxy in proxies:
        try:
            networks.append(ipaddress.ip_network(proxy, strict=False))
        except ValueError:
            mistakes.append(f"HOMEBOORU_TRUSTED_PROXIES: {proxy!r} is no address and no network.")
    if mistakes:
        raise InvalidSettings(mistakes)
    return tuple(networks)


def read_address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """Return an address, an IPv4 one in IPv6 clothes as what it is, or None."""
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        return address.ipv4_mapped
    return address


def _without_port(text: str) -> str:
    if text.startswith("["):
        return text[1:].partition("]")[0]
    return text.partition(":")[0] if text.count(":") == 1 else text


def _last(environ: WSGIEnvironment, what: str) -> str:
    value: str = environ.get(f"HTTP_X_FORWARDED_{what}", "")
    return value.rpartition(",")[2].strip()
