"""What two pictures have in common by their tags, and how much each of these says."""

from __future__ import annotations

from collections.abc import Mapping
from math import log

from homebooru.domain.posts import TagView
from homebooru.domain.tags import Category

SAYS: Mapping[Category, int] = {
    Category.CHARACTER: 6,
    Category.COPYRIGHT: 4,
    Category.ARTIST: 3,
    Category.SPECIES: 2,
    Category.GENERAL: 1,
    Category.LORE: 1,
    Category.META: 0,
}
"""How much tags of a kind say of what a picture is about, beside each other."""
STEPS = 1000


def weights_of(tags: Mapping[int, TagView], posts: int) -> dict[int, int]:
    """Return how much it says to share each of some tags, of a library of so many posts.

    The fewer posts have a tag, the more. Weights are whole, in STEPS, so that sums of them are
    equal or not, in whatever order they were added. Tags that say nothing are left out.
    """
    weights = {
        tag: round(STEPS * SAYS[view.category] * log(1 + posts / view.count))
        for tag, view in tags.items()
        if view.count
    }
    return {tag: weight for tag, weight in weights.items() if weight}
