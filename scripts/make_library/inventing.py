"""Invents tags by a formula: names that can be said, used as often as those of a large booru."""

from __future__ import annotations

from collections.abc import Mapping

from homebooru.domain.tags import Category
from scripts.make_library.taglist import TagList, Word

SYLLABLES = [c + v for c in ("k", "m", "t", "s", "r", "n", "l", "d", "b", "p") for v in "aeiou"]
BENDS = ((1, 0.54), (100, 1.12), (1_000, 1.48))
"""From which rank on the uses of a tag fall how fast: the steepness on a log-log scale."""

SIZES: Mapping[Category, tuple[int, float]] = {
    Category.GENERAL: (12_000, 27.4),
    Category.META: (100, 1.3),
    Category.COPYRIGHT: (2_000, 1.25),
    Category.CHARACTER: (7_000, 1.35),
    Category.ARTIST: (9_000, 0.75),
}
"""How many tags there are of each category, and how many of them a post has on average."""


def invent() -> TagList:
    """Return the same list every time; a third of the general tags and every character of a
    series imply another tag, and every twentieth tag has an alias.
    """
    words: list[Word] = []
    implications: list[tuple[int, int]] = []
    copyrights: list[int] = []
    for category, (size, uses) in SIZES.items():
        first = len(words) + 1
        for rank, share in enumerate(_falling(size, uses), 1):
            name, implied = _spoken(category, rank), None
            if category is Category.GENERAL and rank % 3 == 0:
                noun = rank // 3 - (rank % 9 == 0)  # one that is no such pair itself
                implied = first + noun - 1
                name = f"{name}_{words[implied - 1].name}"
            elif category is Category.CHARACTER:
                implied = copyrights[rank % len(copyrights)]
                name = f"{name}_({words[implied - 1].name})"
            words.append(Word(name, category, share))
            if implied is not None:
                implications.append((len(words), implied))
            if category is Category.COPYRIGHT:
                copyrights.append(len(words))
    aliases = []
    for number, word in enumerate(tuple(words)[::20]):
        words.append(Word(f"old_{word.name}", word.category, 0))
        aliases.append((len(words), 20 * number + 1))
    return TagList(tuple(words), tuple(aliases), tuple(implications))


def _falling(size: int, total: float) -> list[float]:
    """Return how often each rank is used; `total` together."""
    uses, value, steepness = [], 1.0, 0.0
    bends = dict(BENDS)
    for rank in range(1, size + 1):
        steepness = bends.get(rank, steepness)
        uses.append(value)
        value *= (rank / (rank + 1)) ** steepness
    whole = sum(uses)
    return [each * total / whole for each in uses]


def _spoken(category: Category, rank: int) -> str:
    """Return a word of its own for each rank of each category."""
    number = rank * len(Category) + list(Category).index(category) + len(SYLLABLES)
    name = ""
    while number:
        number, place = divmod(number, len(SYLLABLES))
        name += SYLLABLES[place]
    return name
