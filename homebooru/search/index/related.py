"""Which tags a set of posts has, and how often: exact, and without looking at most of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from heapq import heappush, heappushpop

import numpy as np
from numpy.typing import NDArray
from pyroaring import BitMap

from homebooru.search.index.bitmaps import ids_of
from homebooru.search.index.postings import Postings

SHARE = 28  # of all posts, one in so many: the tags of fewer are counted one by one
SPARSE = 12  # one in so many: the posts that are not among fewer than that are quicker to intersect
AT_ONCE = 256  # tags
STALE = 1_000  # changes after which the tags are put in order of frequency anew


class Related:
    """Counts the tags of posts, with the order of all tags by frequency at hand."""

    def __init__(self, tags: Postings) -> None:
        self._tags = tags
        self._order: NDArray[np.intp] = np.empty(0, np.intp)
        self._counts: NDArray[np.int32] = np.empty(0, np.int32)
        self._slack = STALE + 1  # posts that changed since, by each of which a count may be off

    def note_changes(self, posts: int) -> None:
        self._slack += posts

    def most_frequent(self, posts: BitMap, count: int) -> list[tuple[int, int]]:
        """Return the tags that most of the posts have, with how many have them, falling.

        Those that are as frequent as the last one are all there, so that whoever knows their
        names can choose.
        """
        if not posts or count <= 0:
            return []
        if self._are_few(posts):
            often = self._counted(posts)
            return _most(np.arange(len(often)), often, count)
        return self._intersected(posts, count)

    def counting(self, posts: BitMap) -> Callable[[int], int]:
        """Return what tells how many of these posts have a tag."""
        if self._are_few(posts):
            often = self._counted(posts)
            return lambda tag: int(often[tag]) if tag < len(often) else 0
        shared = self._sharing(posts)
        return lambda tag: shared(self._tags.of(tag))

    def held(self, posts: BitMap, every: BitMap) -> NDArray[np.intp]:
        """Return the tags that any of these posts has, of every post that there is."""
        others = every - posts
        if len(posts) <= len(others):
            return np.flatnonzero(self._counted(posts))
        held = self._tags.totals().astype(np.int64)
        beside = self._counted(others)[: len(held)]
        held[: len(beside)] -= beside
        return np.flatnonzero(held)

    def _are_few(self, posts: BitMap) -> bool:
        return len(posts) * SHARE < self._tags.size

    def _counted(self, posts: BitMap) -> NDArray[np.int64]:
        return np.bincount(self._tags.gathered(ids_of(posts)))

    def _intersected(self, posts: BitMap, count: int) -> list[tuple[int, int]]:
        """Go through the tags from the most frequent one on, until no later one can be so often."""
        self._refresh()
        shared = self._sharing(posts)
        often: list[int] = []
        highest: list[int] = []  # of them, as a heap: the first is the lowest
        for tag, most in self._by_frequency():
            if len(highest) == count and most + self._slack < highest[0]:
                break
            often.append(shared(self._tags.of(tag)))
            if len(highest) < count:
                heappush(highest, often[-1])
            else:
                heappushpop(highest, often[-1])
        least = highest[0] if len(highest) == count else 0
        if self._slack and least <= self._slack:  # a tag that came since might be as frequent
            self._slack = STALE + 1
            return self._intersected(posts, count)
        return _most(self._order[: len(often)], np.array(often), count)

    def _by_frequency(self) -> Iterator[tuple[int, int]]:
        """Give all tags, the most frequent first, with how many posts had them; few are looked at."""
        for start in range(0, len(self._order), AT_ONCE):
            some = slice(start, start + AT_ONCE)
            yield from zip(self._order[some].tolist(), self._counts[some].tolist(), strict=True)

    def _sharing(self, posts: BitMap) -> Callable[[BitMap], int]:
        """Return what tells how many of these posts others are.

        Sets that hold few in each of their parts list them, and are slow to intersect. Those of
        all other posts are not.
        """
        if len(posts) * SPARSE > self._tags.size:
            return posts.intersection_cardinality
        others = BitMap(range(self._tags.size)) - posts
        return lambda tagged: len(tagged) - others.intersection_cardinality(tagged)

    def _refresh(self) -> None:
        if self._slack > STALE:
            totals = self._tags.totals()
            order = np.argsort(-totals, kind="stable")[: np.count_nonzero(totals)]
            self._order, self._counts, self._slack = order, totals[order], 0


def _most(tags: NDArray[np.intp], often: NDArray[np.int64], count: int) -> list[tuple[int, int]]:
    held = np.flatnonzero(often)
    tags, often = tags[held], often[held]
    if len(tags) > count:
        least = np.partition(often, len(often) - count)[len(often) - count]
        kept = np.flatnonzero(often >= least)
        tags, often = tags[kept], often[kept]
    order = np.argsort(-often, kind="stable")
    return list(zip(tags[order].tolist(), often[order].tolist(), strict=True))
