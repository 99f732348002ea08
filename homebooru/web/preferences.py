"""How a visitor likes to see the gallery: kept by their browser, read once per request."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any
from urllib.parse import parse_qsl, urlencode

from flask import g, request

from homebooru.web import cookies

THEMES = ("system", "light", "dark")
DENSITIES = ("comfortable", "compact")
LAYOUTS = ("rows", "squares")
PAGINGS = ("scroll", "pages")
LIMITS = (25, 50, 100, 200)
SMALLEST, LARGEST = 120, 480
WHOLE = re.compile(r"[0-9]{1,5}")
SWITCH = {"1": True, "0": False}
LANGUAGE = re.compile(r"([a-z]{2,3}(_[A-Za-z]{2,4})*)?")  # empty: as the browser asks
UNSAID = "?"  # no field can be said like this


@dataclass(frozen=True, slots=True)
class Preferences:
    """What somebody chose.

    `size` is the height of rows or the side of squares, in pixels; `about` whether tags and facts
    stand beside a post's picture, `remember` whether searches are kept in the history,
    `hides` whether what has a hidden tag is veiled.
    """

    theme: str = "system"
    density: str = "comfortable"
    layout: str = "rows"
    size: int = 220
    paging: str = "scroll"
    limit: int = 50
    safe: bool = False
    about: bool = True
    remember: bool = True
    hides: bool = True
    language: str = ""


DEFAULT = Preferences()


def _one_of(*choices: str) -> Callable[[str], str | None]:
    return lambda text: text if text in choices else None


def _size(text: str) -> int | None:
    return max(SMALLEST, min(int(text), LARGEST)) if WHOLE.fullmatch(text) else None


READERS: Mapping[str, Callable[[str], object]] = {
    "theme": _one_of(*THEMES),
    "density": _one_of(*DENSITIES),
    "layout": _one_of(*LAYOUTS),
    "size": _size,
    "paging": _one_of(*PAGINGS),
    "limit": {str(limit): limit for limit in LIMITS}.get,
    "safe": SWITCH.get,
    "about": SWITCH.get,
    "remember": SWITCH.get,
    "hides": SWITCH.get,
    "language": lambda text: text if LANGUAGE.fullmatch(text) else None,
}


def preferences() -> Preferences:
    """Return what the asker of this request chose; what makes no sense counts as not chosen."""
    if "preferences" not in g:
        g.preferences = changed(DEFAULT, dict(parse_qsl(request.cookies.get(cookies.VIEW, ""))))
    chosen: Preferences = g.preferences
    return chosen


def changed(chosen: Preferences, wishes: Mapping[str, str]) -> Preferences:
    """Return `chosen` with every wish that makes sense."""
    sensible: dict[str, Any] = {
        name: value
        for name, read in READERS.items()
        if (value := read(wishes.get(name, UNSAID))) is not None
    }
    return replace(chosen, **sensible)


def written(chosen: Preferences) -> str:
    """Spell what differs from the default, as a cookie keeps it."""
    usual = asdict(DEFAULT)
    return urlencode(
        {
            name: int(value) if isinstance(value, bool) else value
            for name, value in asdict(chosen).items()
            if value != usual[name]
        }
    )
