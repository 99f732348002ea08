"""What the metadata standards (XMP, IPTC, EXIF) have fields for, and what those say of a post."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from typing import TypeVar

from homebooru.domain.said import Particulars, Said
from homebooru.domain.spelling import (
    CATEGORIES,
    Collected,
    addresses,
    at_home,
    clean_text,
    is_address,
)
from homebooru.domain.tags import tag_name
from homebooru.errors import InvalidTagName

Path = tuple[str, ...]
T = TypeVar("T")

GROUPS = CATEGORIES.keys() | {"rating", "people", "person", "places", "place", "events", "booru"}
BARS, FOR_BARS = re.compile(r"([|∣])(¦*)"), re.compile(r"∣(¦*)")
CAMERAS_WORDS = re.compile(
    r"default|untitled|dcim|(sony )?dsc|exif_jpeg_\w*|.*digital camera", re.IGNORECASE
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fields(Particulars):
    """The fields of one block of metadata, as written.

    `paths` are tags with their ancestors, `words` flat keywords, which often repeat the paths
    and their ancestors. `owned` are entries that HomeBooru wrote itself. `cleared` tells that
    somebody took all tags away on purpose. `taken_at` lacks a zone where none is written.
    """

    paths: tuple[Path, ...] = ()
    words: tuple[str, ...] = ()
    owned: tuple[str, ...] = ()
    cleared: bool = False


def unite_fields(blocks: Sequence[Fields]) -> Fields:
    """Unite blocks of one file: all their tags, and of the rest what the first one knows."""
    return Fields(
        paths=tuple(path for block in blocks for path in block.paths),
        words=tuple(word for block in blocks for word in block.words),
        owned=tuple(entry for block in blocks for entry in block.owned),
        cleared=any(block.cleared for block in blocks),
        rating=_first(block.rating for block in blocks),
        stars=_first(block.stars for block in blocks),
        description=_first(_description(block.description) for block in blocks),
        place=_first(block.place for block in blocks),
        taken_at=_first(block.taken_at for block in blocks),
        sources=tuple(source for block in blocks for source in block.sources),
    )


def said_by_fields(
    fields: Fields, foreign: tuple[str, ...] = (), zone: tzinfo | None = None
) -> Said:
    """Return what `fields` say of a post; clocks without a zone are in `zone`, or here.

    Entries of our own are no news and are left out, as is a rating beside them. Flat keywords
    count where no hierarchy holds them, an ancestor of another entry only where it is more than
    the name of a group.
    """
    words = Collected(foreign)
    if not fields.cleared:
        for path in _leaves(fields):
            words.add_path(path)
        for word in _loose_words(fields):
            words.add_word(word)
    words.add_said(
        Said(
            rating=None if fields.owned else fields.rating,
            sources=tuple(s for text in fields.sources for s in addresses(text) if is_address(s)),
            stars=fields.stars if fields.stars and 1 <= fields.stars <= 5 else None,
            description=_description(fields.description),
            place=clean_text(fields.place or "", 500),
            taken_at=at_home(fields.taken_at, zone),
        )
    )
    return words.said()


def path_in_tags_list(entry: str) -> Path:
    """Take apart an entry of digiKam's TagsList: `/` between parts, `|` for a slash in one."""
    return tuple(with_bars(part.replace("|", "/")) for part in entry.split("/"))


def path_in_hierarchy(entry: str) -> Path:
    """Take apart an entry of Lightroom's hierarchy: `|` between parts, `∣` for a bar in one."""
    return tuple(with_bars(part) for part in entry.split("|"))


def without_bars(part: str) -> str:
    """Spell `|` as `∣` and `∣` as `∣¦`, for lists in which a bar means something else.

    Broken bars that follow are doubled, so that `with_bars` tells them from ours.
    """
    return BARS.sub(lambda bar: "∣" + "¦" * ((bar[1] == "∣") + 2 * len(bar[2])), part)


def with_bars(part: str) -> str:
    """Spell again as it was what `without_bars` spelled."""
    return FOR_BARS.sub(lambda bar: "|∣"[len(bar[1]) % 2] + "¦" * (len(bar[1]) // 2), part)


def place_at(latitude: float | None, longitude: float | None) -> str | None:
    """Spell a place by its coordinates; zeros are what devices write that do not know."""
    if latitude is None or longitude is None or (latitude == 0 and longitude == 0):
        return None
    if not (abs(latitude) <= 90 and abs(longitude) <= 180):
        return None
    return f"{latitude:.5f}, {longitude:.5f}"


def _leaves(fields: Fields) -> list[Path]:
    owned = {read(e) for e in fields.owned for read in (path_in_tags_list, path_in_hierarchy)}
    above = {path[:depth] for path in fields.paths for depth in range(1, len(path))}
    groups = {path for path in above if path[-1].strip().lower() in GROUPS}
    return [path for path in fields.paths if path not in owned and path not in groups]


def _loose_words(fields: Fields) -> list[str]:
    held = {_same(part) for path in fields.paths for part in path}
    held |= {_same(separator.join(path)) for path in fields.paths for separator in "/|"}
    held |= {_same(entry) for entry in fields.owned}
    return [word for word in fields.words if _same(word) not in held]


def _same(text: str) -> str:
    try:
        return tag_name(text)
    except InvalidTagName:
        return text


def _description(text: str | None) -> str | None:
    """Clean a description; what cameras write there of themselves is none."""
    cleaned = clean_text(text or "")
    return None if cleaned and CAMERAS_WORDS.fullmatch(cleaned) else cleaned


def _first(values: Iterable[T | None]) -> T | None:
    return next((value for value in values if value is not None), None)
