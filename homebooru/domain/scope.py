"""Who may see what."""

from __future__ import annotations

from dataclasses import dataclass

from homebooru.domain.ratings import Rating


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What an account may see; every read takes one.

    A post is seen when its rating is at most `ceiling` (an unrated one counts as `unrated_as`)
    and it has a location below one of `roots` (None: all of them, and all that is in Immich) or
    is a picture of one of the users of Immich in `mirrors`, by their numbers. `account` is who
    asks, whose favourites and saved searches are meant; None is nobody in particular.
    """

    ceiling: Rating = Rating.EXPLICIT
    unrated_as: Rating = Rating.EXPLICIT
    roots: frozenset[int] | None = None
    mirrors: frozenset[int] = frozenset()
    account: int | None = None

    @property
    def sees_all(self) -> bool:
        """Tell whether nothing at all is hidden."""
        return self.ceiling is Rating.EXPLICIT and self.roots is None

    @property
    def places(self) -> frozenset[int] | None:
        """Return roots and users of Immich as one set: the latter by their numbers below 0."""
        if self.roots is None:
            return None
        return self.roots | {-number for number in self.mirrors}


EVERYTHING = Scope()
