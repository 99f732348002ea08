"""How tags are called elsewhere, and under which others they stand there."""

from __future__ import annotations

import re

from homebooru.domain.fields import Path
from homebooru.domain.outgoing.profile import Naming, Profile, Spelling
from homebooru.domain.ratings import Rating
from homebooru.domain.tags import Category, tag_name
from homebooru.errors import InvalidTagName

BEGINNING = re.compile(r"(?:^|(?<=[\s(:-]))\w")
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
        readable = _readable(name)
        found = QUALIFIED.fullmatch(readable)
        if found and profile.characters is Naming.FROM:
            return f"{found[1]} from {found[2]}"
        return readable
    if profile.spelling is Spelling.SPACES:
        return _if_same(name.replace("_", " "), name)
    return name


def _readable(name: str) -> str:
    """Spell `rem_(re:zero)` as `Rem (Re:Zero)`."""
    spaced = name.replace("_", " ")
    return _if_same(BEGINNING.sub(lambda letter: letter[0].upper(), spaced), name)


def _if_same(text: str, name: str) -> str:
    try:
        return text if tag_name(text) == name else name
    except InvalidTagName:
        return name


def _root(profile: Profile) -> Path:
    return (profile.root,) if profile.root else ()
