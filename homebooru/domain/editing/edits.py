"""What a person wants to be different about a post."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum, auto

from homebooru.domain.claims import About
from homebooru.domain.ratings import Rating
from homebooru.domain.tags import Category

MARKS = {"trashed": About.TRASH, "reviewed": About.REVIEWED}
"""What the tag box calls a mark of a post: `is:trashed` sets it, `-is:trashed` takes it back."""


class Untouched(Enum):
    """What an edit does not speak of."""

    UNTOUCHED = auto()


UNTOUCHED = Untouched.UNTOUCHED


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """A difference: what is not spoken of stays as it is, whoever changes it meanwhile.

    `gone` are tags that whoever edited saw and then no longer wrote; `remove` those that they
    wrote with a minus. `withdraw` and `hushed` take a person's word back, so that the claims
    speak again. `marks` are what a post simply is, because a person says so: in the trash.
    `categories` are of tags written as `artist:name`. `rating` and `parent` may be
    None, which says that there is none, and so may `stars` and `description`; `not_parents` are no parent, should they be it.
    """

    add: frozenset[str] = frozenset()
    gone: frozenset[str] = frozenset()
    remove: frozenset[str] = frozenset()
    withdraw: frozenset[str] = frozenset()
    categories: frozenset[tuple[str, Category]] = frozenset()
    rating: Rating | Untouched | None = UNTOUCHED
    parent: int | Untouched | None = UNTOUCHED
    not_parents: frozenset[int] = frozenset()
    sources: tuple[str, ...] | Untouched = UNTOUCHED
    stars: int | Untouched | None = UNTOUCHED
    description: str | Untouched | None = UNTOUCHED
    marks: frozenset[About] = frozenset()
    hushed: frozenset[About] = frozenset()

    @property
    def tags(self) -> frozenset[str]:
        """Every tag that the edit speaks of."""
        return self.add | self.gone | self.remove | self.withdraw


def difference(seen: Edit, wished: Edit) -> Edit:
    """Return what somebody wants who saw the text of one edit and made it that of another.

    Only tags can be taken away by no longer writing them; a rating, a parent or sources that
    are no longer written are not spoken of.
    """
    return replace(
        wished,
        add=wished.add - seen.add,
        gone=seen.add - wished.add - wished.remove,
        categories=wished.categories - seen.categories,
        rating=UNTOUCHED if wished.rating == seen.rating else wished.rating,
        parent=UNTOUCHED if wished.parent == seen.parent else wished.parent,
        sources=UNTOUCHED if wished.sources == seen.sources else wished.sources,
        stars=UNTOUCHED if wished.stars == seen.stars else wished.stars,
    )
