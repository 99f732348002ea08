"""What is wanted in a sidecar, and what of it is ours: always a difference, never the whole list."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from homebooru.domain.fields import Path, path_in_tags_list, without_bars
from homebooru.domain.outgoing.pushing import Held


class List(StrEnum):
    """The lists of tags in a sidecar: digiKam's, Lightroom's, and the flat words of Dublin Core."""

    TAGS = "tags"
    HIERARCHIES = "hierarchies"
    SUBJECTS = "subjects"


Entries = Mapping[List, tuple[str, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is wanted of a sidecar: entries by list, and stars where they are ours to say.

    What is gone although we wrote it was taken out elsewhere, and stays out unless it is wanted
    `again`.
    """

    entries: Entries = field(default_factory=dict)
    stars: int | None = None
    again: bool = False

    def __bool__(self) -> bool:
        return any(self.entries.values()) or self.stars is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Owned:
    """What of a sidecar is ours: entries by list, and stars with the value that they replaced.

    `copies` are words of others that we repeat in digiKam's list, because it hides their own lists
    from programs that read but one. What is `gone` we wrote, is still wanted, and was taken out or changed by somebody else.
    """

    entries: Entries = field(default_factory=dict)
    gone: Entries = field(default_factory=dict)
    copies: tuple[str, ...] = ()
    stars: int | None = None
    former_stars: str | None = None
    gone_stars: int | None = None

    def __bool__(self) -> bool:
        return any(self.entries.values()) or self.stars is not None


NOTHING = Owned()


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What is kept of a sidecar that we wrote to.

    `before` is what it held before us, None where there was none; `digest` the SHA-256 of what we
    wrote last.
    """

    path: bytes
    owned: Owned = NOTHING
    before: bytes | None = None
    digest: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a sidecar is to hold in the place of what it holds `now`, and held `before` us.

    None is no file.
    """

    path: bytes
    now: bytes | None
    then: bytes | None
    owned: Owned = NOTHING
    before: bytes | None = None

    @property
    def changes(self) -> bool:
        return self.now != self.then


@dataclass(frozen=True, slots=True, kw_only=True)
class RootSidecars:
    """How the sidecars of a root are: in how many is something of ours, and what waits.

    In those `changed_elsewhere` somebody took out what we wrote. `reasons` say why some failed,
    the most frequent first.
    """

    written: int = 0
    changed_elsewhere: int = 0
    waiting: int = 0
    failed: int = 0
    reasons: tuple[tuple[str, int], ...] = ()


def wish_of(paths: Iterable[Path], stars: int | None = None, *, again: bool = False) -> Wish:
    """Want tags, given with their ancestors, in every list."""
    paths = tuple(dict.fromkeys(paths))
    return Wish(
        entries={
            List.TAGS: _distinct(map(tags_list_entry, paths)),
            List.HIERARCHIES: _distinct(map(hierarchy_entry, paths)),
            List.SUBJECTS: _distinct(path[-1] for path in paths),
        },
        stars=stars,
        again=again,
    )


def heeding(wish: Wish, held: Held | None) -> Wish:
    """Want the same, but for what is held back, and with what is held on to."""
    if held is None:
        return wish
    wanted = [one for one in wish.entries.get(List.TAGS, ()) if one not in held.barred]
    more = sorted(held.kept - held.barred)
    return wish_of(map(path_in_tags_list, [*wanted, *more]), wish.stars, again=wish.again)


def as_it_is(kept: Iterable[Kept]) -> Wish:
    """Want of a picture's sidecars what is ours there already."""
    owned = [one.owned for one in kept]
    tags = [text for one in owned for text in one.entries.get(List.TAGS, ())]
    stars = next((one.stars for one in owned if one.stars is not None), None)
    return wish_of(map(path_in_tags_list, tags), stars)


def tags_list_entry(path: Path) -> str:
    """Spell a tag for digiKam's TagsList: `/` between parts, `|` for a slash in one."""
    return "/".join(without_bars(part).replace("/", "|") for part in path)


def hierarchy_entry(path: Path) -> str:
    """Spell a tag for Lightroom's hierarchy: `|` between parts, `∣` for a bar in one."""
    return "|".join(without_bars(part) for part in path)


def owned_to_json(owned: Owned) -> dict[str, Any]:
    """Spell what is ours for a JSON column."""
    return {
        "entries": {name: list(texts) for name, texts in owned.entries.items() if texts},
        "gone": {name: list(texts) for name, texts in owned.gone.items() if texts},
        "copies": list(owned.copies),
        "stars": owned.stars,
        "former_stars": owned.former_stars,
        "gone_stars": owned.gone_stars,
    }


def owned_from_json(kept: Mapping[str, Any]) -> Owned:
    """Return what `owned_to_json` was given."""
    return Owned(
        entries={List(name): tuple(texts) for name, texts in kept.get("entries", {}).items()},
        gone={List(name): tuple(texts) for name, texts in kept.get("gone", {}).items()},
        copies=tuple(kept.get("copies", ())),
        stars=kept.get("stars"),
        former_stars=kept.get("former_stars"),
        gone_stars=kept.get("gone_stars"),
    )


def _distinct(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(texts))
