"""Tags: their names and their categories."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from enum import IntEnum

from homebooru.errors import InvalidTagName
from homebooru.phrases import phrase

MAX_LENGTH = 255


class Category(IntEnum):
    """What kind of thing a tag names; the numbers are stored."""

    GENERAL = 0
    ARTIST = 1
    COPYRIGHT = 3
    CHARACTER = 4
    META = 5
    SPECIES = 6
    LORE = 7

    @property
    def label(self) -> str:
        return self.name.lower()


@dataclass(frozen=True, slots=True, order=True)
class SaidTag:
    """A tag as somebody says it; `category` is None where they do not know or tell."""

    name: str
    category: Category | None = None


def tag_name(text: str) -> str:
    """Spell `text` the booru way: NFC, lower case, underscores for white space.

    Raises InvalidTagName where nothing usable is left.
    """
    name = "_".join(unicodedata.normalize("NFC", text).lower().split()).strip("_")
    if not name or len(name) > MAX_LENGTH:
        raise InvalidTagName(
            phrase(
                "A tag has 1 to {most} characters, not {count}: {text!r}",
                most=MAX_LENGTH,
                count=len(name),
                text=text[:40],
            )
        )
    if name[0] in "-~" or any(not c.isprintable() for c in name) or "*" in name or "," in name:
        raise InvalidTagName(
            phrase(
                "A tag cannot begin with - or ~, nor hold *, a comma or control characters: "
                "{text!r}",
                text=text,
            )
        )
    return name
