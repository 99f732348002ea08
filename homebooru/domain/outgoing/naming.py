"""How tags are called elsewhere, and under which others they stand there."""

from __future__ import annotations

import re

from homebooru.domain.fields import Path
from homebooru.domain.outgoing.profile import Naming, Profile, Spelling
from homebooru.domain.ratings import Rating
from homebooru.domain.tags import Category, tag_name
from homebooru.errors import InvalidTagName

BEGINNING = re.compile(r"(?:^|(?<=[\s(:-]))\w")
FROM = " from "  # the words of a name begin with capitals, so it has no such word
QUALIFIED = re.compile(r"(.+?) \(([^()]+)\)")


def path_of(name: str, category: Category, profile: Profile) -> Path:
    """Return where a tag stands: below our root and its category, so that none goes out bare.

    A bare `1e5` comes back from some programs as another number.
    """
    return (*_root(profile), category.label.capitalize(), spelled(name, category, profile))


def rating_path(rating: Rating, profile: Profile) -> Path:
    """Return where a rating stands: beside the categories, and never among stars."""
    return (*_root(profile), "Rating", rating.label)


def spelled(name: str, category: Category, profile: Profile) -> str:
    """Spell a tag as the profile has it; as on boorus where it could not be read back."""
    if category is Category.CHARACTER and profile.characters is not Naming.SAME:
        readable = BEGINNING.sub(lambda letter: letter[0].upper(), name.replace("_", " "))
        found = QUALIFIED.fullmatch(readable)
        if found and profile.characters is Naming.FROM:
            readable = f"{found[1]}{FROM}{found[2]}"
    elif profile.spelling is Spelling.SPACES:
        readable = name.replace("_", " ")
    else:
        return name
    return readable if read_back(readable, category, profile) == name else name


def read_back(text: str, category: Category, profile: Profile) -> str | None:
    """Return the tag that is spelled so, None where none is."""
    if category is Category.CHARACTER and profile.characters is Naming.FROM and FROM in text:
        text = "{0} ({2})".format(*text.rpartition(FROM))
    try:
        return tag_name(text)
    except InvalidTagName:
        return None


def _root(profile: Profile) -> Path:
    return (profile.root,) if profile.root else ()
