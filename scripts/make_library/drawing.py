"""Draws what is truly on made-up pictures: each tag as often as the list says, with what follows."""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray

from homebooru.domain.tags import Category
from scripts.make_library.taglist import Pairs, TagList

OFTEN = 0.01
"""From which share of posts on a tag is drawn for each post; rarer ones are few for a post."""
MOST = 0.97
SERIES = re.compile(r".+_\(([^()]+)\)")

Floats = NDArray[np.float64]


class Drawer:
    """Draws the tags of posts: independent of each other but for what implies what.

    A post has one artist or none, and a character brings the series that its name ends in.
    """

    def __init__(self, tags: TagList, mean: float) -> None:
        uses = np.array([word.uses for word in tags.words])
        shares = np.minimum(uses * (mean / uses.sum()), MOST)
        brings = tags.implications + _series(tags)
        self._following = _closed(brings)
        is_artist = np.array([word.category is Category.ARTIST for word in tags.words])
        alone = np.where(is_artist, 0.0, _alone(shares, brings))
        self._often = np.flatnonzero(alone >= OFTEN)
        self._shares = alone[self._often]
        rare = np.where(alone < OFTEN, alone, 0.0)
        self._rare, self._mean_rare = np.cumsum(rare), float(rare.sum())
        artists = np.where(is_artist, shares, 0.0)
        self._artists, self._with_artist = np.cumsum(artists), min(1.0, float(artists.sum()))

    def draw(self, random: np.random.Generator, count: int) -> list[set[int]]:
        """Return the ids of the tags of some posts, with all that follows from them."""
        rows, places = np.nonzero(random.random((count, self._often.size)) < self._shares)
        drawn = [(rows, self._often[places])]
        numbers = random.poisson(self._mean_rare, count)
        drawn.append(
            (np.repeat(np.arange(count), numbers), _pick(random, self._rare, numbers.sum()))
        )
        with_artist = np.flatnonzero(random.random(count) < self._with_artist)
        drawn.append((with_artist, _pick(random, self._artists, with_artist.size)))
        posts: list[set[int]] = [set() for _ in range(count)]
        for where, what in drawn:
            for post, place in zip(where.tolist(), what.tolist(), strict=True):
                tag = place + 1
                posts[post].add(tag)
                if tag in self._following:
                    posts[post] |= self._following[tag]
        return posts


def _pick(random: np.random.Generator, cumulated: Floats, count: int) -> NDArray[np.intp]:
    if not cumulated[-1]:
        return np.zeros(0, np.intp)
    picked: NDArray[np.intp] = np.searchsorted(
        cumulated, random.random(count) * cumulated[-1], side="right"
    )
    return picked


def _series(tags: TagList) -> Pairs:
    ids = {
        word.name: number
        for number, word in enumerate(tags.words, 1)
        if word.category is Category.COPYRIGHT
    }
    return tuple(
        (number, ids[found[1]])
        for number, word in enumerate(tags.words, 1)
        if word.category is Category.CHARACTER
        and (found := SERIES.fullmatch(word.name))
        and found[1] in ids
    )


def _alone(shares: Floats, brings: Pairs) -> Floats:
    """Return how often each tag must be drawn itself, as it also comes with those that bring it."""
    without = np.ones_like(shares)
    for tag, other in brings:
        without[other - 1] *= 1 - shares[tag - 1]
    alone: Floats = np.clip(1 - (1 - shares) / without, 0, MOST)
    return alone


def _closed(brings: Pairs) -> dict[int, frozenset[int]]:
    direct: dict[int, set[int]] = {}
    for tag, other in brings:
        direct.setdefault(tag, set()).add(other)
    return {tag: _all_after(tag, direct) for tag in direct}


def _all_after(tag: int, direct: dict[int, set[int]]) -> frozenset[int]:
    found: set[int] = set()
    waiting = [tag]
    while waiting:
        new = direct.get(waiting.pop(), set()) - found
        found |= new
        waiting.extend(new)
    return frozenset(found - {tag})
