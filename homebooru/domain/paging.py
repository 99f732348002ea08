"""Where a page of a search begins: so many posts in, or at, after or before a post."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Side(StrEnum):
    """How a page lies to the post that it is named by.

    AT is the page on which the post lies, when pages are counted from the first post on.
    """

    AT = "at"
    AFTER = "after"
    BEFORE = "before"


@dataclass(frozen=True, slots=True)
class Cursor:
    """A page, named by a post: it stays the same place when other posts come and go."""

    side: Side
    post_id: int


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a post stands in a search, found there or not: how many come before, and behind."""

    before: int
    behind: int

    def offset(self, side: Side, count: int, limit: int) -> int:
        """Return how many of `count` posts come before the page."""
        match side:
            case Side.AT:
                return min(self.before, max(0, count - 1)) // limit * limit
            case Side.AFTER:
                return count - self.behind
            case Side.BEFORE:
                return max(0, self.before - limit)
