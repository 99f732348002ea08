"""Addresses of pages: what stands in them, where forms lead, and many of one kind at a time."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any
from urllib.parse import quote_plus, urlencode

from flask import Flask, current_app, g, request, url_for

# Of two slashes, or one and a backslash, browsers make the name of another site.
OUR_PAGE = re.compile(r"/(?![/\\]).*")
STAND_INS = {"post_id": 2**31 - 1, "digest": "0" * 64}
"""What stands where addresses of one kind differ, while they are made."""
OTHERWISE = {"_anchor", "_external", "_method", "_scheme"}
ONE = (str, int)
KEPT = 2_000  # texts
PLAIN = "!$'()*,/:;?@"  # stands in a query as it is, as in what url_for makes


def our_page(wanted: str | None) -> str:
    """Return the page that was asked for, below our root: one of ours, or the gallery."""
    return wanted if wanted and OUR_PAGE.fullmatch(wanted) and wanted.isprintable() else "/"


def plain_number(text: str | None, *, most_digits: int = 10) -> int | None:
    """Return a number that an address or a form has in plain digits, or None."""
    if text is None or not text.isascii() or not text.isdigit() or len(text) > most_digits:
        return None
    return int(text)


def below_root(address: str) -> str:
    """Return an address of ours as it is below our root, which is what forms lead on to."""
    return address.removeprefix(request.root_path)


def addresses(endpoint: str, part: str, **values: object) -> Callable[[object], str]:
    """Return what makes addresses that differ in one part: url_for for each takes too long."""
    stand_in = STAND_INS[part]
    one = url_for(endpoint, **{part: stand_in}, **values)  # type: ignore[arg-type]
    at = one.index(str(stand_in), len(request.root_path))  # our root may be named like that
    before, after = one[:at], one[at + len(str(stand_in)) :]
    return lambda held: f"{before}{held}{after}"


def outside(endpoint: str, post_id: int, **values: object) -> str:
    """Return an address of a post as other machines see it; the rest of it is made once."""
    made: dict[str, tuple[str, str, str]] = g.setdefault("outside", {})
    if endpoint not in made:
        stand_in = STAND_INS["post_id"]
        one = url_for(endpoint, post_id=stand_in, _external=True, **values)  # type: ignore[arg-type]
        made[endpoint] = one.rpartition(str(stand_in))
    before, _, after = made[endpoint]
    return f"{before}{post_id}{after}"


def page_address(endpoint: str, **values: Any) -> str:
    """Return what url_for does, in a tenth of the time where nothing is said but in the query."""
    said = {name: value for name, value in values.items() if value is not None}
    if not said:
        return _plain(request.root_path, endpoint)
    is_plain = not OTHERWISE & said.keys() and all(isinstance(one, ONE) for one in said.values())
    if not (is_plain and _has_one_path(endpoint)):
        return url_for(endpoint, **values)
    return f"{_plain(request.root_path, endpoint)}?{urlencode(said, safe=PLAIN)}"


@lru_cache(KEPT)
def _plain(_root: str, endpoint: str) -> str:
    return url_for(endpoint)


@lru_cache(KEPT)
def _has_one_path(endpoint: str) -> bool:
    rules = list(current_app.url_map.iter_rules(endpoint))
    return len(rules) == 1 and not rules[0].arguments


def search_address(text: str) -> str:
    """Return the address of a search."""
    return f"{once('gallery.index')}?tags={quoted(text)}"


@lru_cache(KEPT)
def quoted(text: str) -> str:
    """Return a text as a query has it."""
    return quote_plus(text, PLAIN)


def install(app: Flask) -> None:
    """Let templates make addresses."""
    for function in (addresses, search_address):
        app.add_template_global(function)
    app.add_template_filter(below_root)


def once(endpoint: str, **values: str) -> str:
    """Return an address, made once for an answer."""
    made: dict[str, str] = g.setdefault("addresses", {})
    if endpoint not in made:
        made[endpoint] = url_for(endpoint, **values)  # type: ignore[arg-type]
    return made[endpoint]
