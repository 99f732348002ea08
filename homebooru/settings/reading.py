"""How the text of a setting is read; each way raises ValueError, which says what to say instead."""

from __future__ import annotations

import re
from collections.abc import Callable
from ipaddress import ip_network
from pathlib import Path
from urllib.parse import urlsplit

from homebooru.sites import SITES

SHORTEST_SECRET = 16
TRUE, FALSE = {"1", "true", "yes", "on"}, {"0", "false", "no", "off"}


def boolean(text: str) -> bool:
    if text.lower() in TRUE | FALSE:
        return text.lower() in TRUE
    raise ValueError(f"say true or false, not {text!r}")


def number(low: int, high: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        number = int(text) if text.isascii() and text.lstrip("+-").isdigit() else None
        if number is None or not low <= number <= high:
            raise ValueError(f"say a number from {low} to {high}, not {text!r}")
        return number

    return read


def decimal(low: float, high: float, what: str = "a number") -> Callable[[str], float]:
    def read(text: str) -> float:
        try:
            number = float(text)
        except ValueError:
            number = low - 1
        if not low <= number <= high:
            raise ValueError(f"say {what} from {low:g} to {high:g}, not {text!r}")
        return number

    return read


def choice(*choices: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text.lower() not in choices:
            raise ValueError(f"say {', '.join(choices[:-1])} or {choices[-1]}, not {text!r}")
        return text.lower()

    return read


def words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(",") if word.strip())


def patterns(text: str) -> tuple[str, ...]:
    patterns = words(text)
    if slashed := [pattern for pattern in patterns if "/" in pattern]:
        raise ValueError(f"patterns are of names, without folders, so not {slashed[0]!r}")
    return patterns


def hosts(text: str) -> tuple[str, ...]:
    """Read patterns of servers' names; `none` is no server at all."""
    return () if text.strip().lower() == "none" else tuple(map(str.lower, patterns(text)))


def ports(text: str) -> tuple[int, ...]:
    return tuple(map(number(1, 65535), words(text)))


def networks(text: str) -> tuple[str, ...]:
    return tuple(str(ip_network(word, strict=False)) for word in words(text))


def location(text: str) -> str:
    """Read a path below which a proxy finds files."""
    if not re.fullmatch(r"(/[A-Za-z0-9_-]+)+", text):
        raise ValueError(f"say a path such as /_files, not {text!r}")
    return text


def postgresql(text: str) -> str:
    if not text.startswith(("postgresql://", "postgres://")):
        raise ValueError("say an address such as postgresql://user:password@host/database")
    place = text.partition("://")[2].partition("?")[0].rpartition("@")[2]
    port = place.partition("/")[0].rpartition("]")[2]
    if not re.fullmatch("[^:]*(:[0-9]+)?", port):
        raise ValueError("name one host, with a number for its port: host:5432")
    return text


def web_address(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username is not None:
        raise ValueError(f"say an address such as https://example.org, not {text!r}")
    if parts.query or parts.fragment:
        raise ValueError("say the address without anything from ? or # on")
    return text.rstrip("/")


def plain_line(text: str) -> str:
    if not (text.isascii() and text.isprintable()):
        raise ValueError("say it in one line of plain letters: others cannot be sent to a server")
    return text


def long_secret(text: str) -> str:
    if len(text) < SHORTEST_SECRET:
        raise ValueError(
            f"a secret of at least {SHORTEST_SECRET} characters is needed; openssl rand -hex 32 makes one"
        )
    if text == "change-this-secret":
        raise ValueError("this one stands in an old manual; openssl rand -hex 32 makes a new one")
    return text


def sites(text: str) -> tuple[str, ...]:
    names = tuple(word.lower() for word in words(text))
    for name in names:
        if name not in SITES:
            raise ValueError(f"there is no source {name!r}; there are {', '.join(SITES)}")
    return names


def folder(text: str) -> Path:
    try:
        return Path(text).expanduser().absolute()
    except RuntimeError:
        raise ValueError(f"nobody here has the home folder {text.partition('/')[0]}") from None


def immich_address(text: str) -> str:
    """Read an address; one that is none may be a key, and is not repeated."""
    try:
        return web_address(text)
    except ValueError:
        raise ValueError(
            "say an address such as http://192.168.1.20:2283; an API key is a setting of its own"
        ) from None


def api_key(text: str) -> str:
    """Read a key, which is not repeated where it is none."""
    if "://" in text:
        raise ValueError("that is an address, which is a setting of its own; say an API key")
    if not text.isascii() or not text.isprintable() or " " in text:
        raise ValueError("an API key is one line of letters and digits, without spaces")
    return text


def name_pairs(text: str) -> tuple[tuple[str, str], ...]:
    """Read what others call something, and what it is here."""
    pairs = []
    for word in words(text):
        theirs, equals, ours = (part.strip() for part in word.partition("="))
        if not equals or not theirs or not ours:
            raise ValueError(f"say theirs=ours, not {word!r}")
        pairs.append((theirs, ours))
    return tuple(pairs)


def folder_pairs(text: str) -> tuple[tuple[str, str], ...]:
    """Read folders as others call them, and as we do."""
    pairs = []
    for word in words(text):
        theirs, equals, ours = (part.strip() for part in word.partition("="))
        if not equals or not theirs.startswith("/") or not ours:
            raise ValueError(f"say /folder/there=/folder/here, not {word!r}")
        pairs.append((theirs.rstrip("/") or "/", str(folder(ours))))
    return tuple(pairs)
