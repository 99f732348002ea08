"""What `search[...]` asks for, in the several ways in which clients write it."""

from __future__ import annotations

from collections.abc import Iterator

from flask import request

from homebooru.web.addresses import plain_number


def texts(*names: str) -> tuple[str, ...]:
    """Return what is said under the first of some names that is used, each value by itself.

    `search[name]` may come once, as `search[name][]` many times, or as a list with commas.
    """
    for name in names:
        if found := tuple(_said(name)):
            return found
    return ()


def text(*names: str) -> str | None:
    """Return the one value that is said under the first of some names that is used."""
    found = (plain(f"search[{name}]") for name in names)
    return next((said for said in found if said), None)


def plain(name: str) -> str:
    """Return what the address says under a name, outside of `search`."""
    return _clean(request.args.get(name, ""))


def listed(*names: str) -> tuple[str, ...]:
    """Return what `texts` does, with lists that have commas taken apart."""
    parts = (part for said in texts(*names) for part in said.split(","))
    return tuple(clean for part in parts if (clean := _clean(part)))


def numbers(*names: str) -> frozenset[int] | None:
    """Return the numbers that are asked for, or None where it does not matter which."""
    said = listed(*names)
    return frozenset(n for each in said if (n := plain_number(each)) is not None) if said else None


def is_yes(*names: str) -> bool:
    return (text(*names) or "").lower() in {"1", "true", "yes", "on", "t"}


def spelled(name: str) -> str:
    """Spell a name as tags are."""
    return "_".join(name.lower().split())


def _said(name: str) -> Iterator[str]:
    for key in (f"search[{name}]", f"search[{name}][]"):
        yield from (said for each in request.args.getlist(key) if (said := _clean(each)))


def _clean(said: str) -> str:
    """Leave out signs that cannot be printed, of which the database takes not all."""
    return "".join(filter(str.isprintable, said)).strip()
