"""Which posts share most with one: found by the tags that say most, without looking at the rest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from pyroaring import BitMap

from homebooru.search.index.bitmaps import Ids, ids_of, of_ids
from homebooru.search.index.postings import Postings

FEW = 2000  # posts whose tags are looked at, each post's by themselves
SAMPLE = 4  # times as many as are asked for: of those that lead with a tag, to know what is reached

Totals = NDArray[np.int32]
NOBODY: Ids = np.empty(0, np.uint32)


def heaviest(
    tags: Postings, weights: Mapping[int, int], among: BitMap, limit: int
) -> dict[int, int]:
    """Return the posts whose tags weigh most together, heaviest first, equals newest first."""
    weighing = _Weighing(tags, weights, among, limit)
    weighing.reach()
    best, totals = weighing.narrowed()
    return dict(zip(best.tolist(), totals.tolist(), strict=True))


@dataclass(slots=True)
class _Weighing:
    """Tags are gone through from the heaviest one on; `rest` is what those ahead weigh together.

    `sums` is what each post has so far. So many posts as are asked for are known to reach `least`:
    whoever cannot reach it with all of the rest is out.
    """

    tags: Postings
    weights: Mapping[int, int]
    among: BitMap
    limit: int
    ahead: list[int] = field(init=False)
    rest: int = field(init=False)
    sums: Totals = field(init=False)
    reached: BitMap = field(init=False, default_factory=BitMap)
    best: Ids = field(init=False, default_factory=lambda: NOBODY)
    least: int = field(init=False, default=0)
    by_tag: Totals = field(init=False)

    def __post_init__(self) -> None:
        self.ahead = sorted(self.weights, key=lambda tag: self.weights[tag])
        self.rest = sum(self.weights.values())
        self.sums = np.zeros(self.tags.size, np.int32)
        self.by_tag = np.zeros(max(self.weights, default=0) + 1, np.int32)
        self.by_tag[list(self.weights)] = list(self.weights.values())

    def reach(self) -> None:
        """Go on until nobody who has none of these tags can be among the heaviest."""
        while self.ahead and self.rest >= self.least:
            held = self.among & self.tags.of(self.ahead[-1])
            self.reached |= held
            self._raise_least(self._weigh(ids_of(held)))

    def narrowed(self) -> tuple[Ids, Totals]:
        """Return the heaviest of those that were reached."""
        left = self._in_reach(ids_of(self.reached))
        while self.ahead and len(left) > FEW:
            self._weigh(ids_of(of_ids(left) & self.tags.of(self.ahead[-1])))
            left = self._in_reach(left)
        totals = self.tags.weighed(left, self.by_tag) if self.ahead else self.sums[left]
        return _first(left, totals, self.limit)

    def _weigh(self, posts: Ids) -> Ids:
        """Add the next tag's weight to posts that have it."""
        weight = self.weights[self.ahead.pop()]
        self.sums[posts] += weight
        self.rest -= weight
        return posts

    def _in_reach(self, posts: Ids) -> Ids:
        return posts[self.sums[posts] + self.rest >= self.least]

    def _raise_least(self, posts: Ids) -> None:
        """Look at all tags of those that lead so far."""
        ahead, _ = _first(posts, self.sums[posts], SAMPLE * self.limit)
        known = np.union1d(self.best, ahead)
        self.best, totals = _first(known, self.tags.weighed(known, self.by_tag), self.limit)
        if len(totals) == self.limit:
            self.least = int(totals[-1])


def _first(ids: Ids, totals: Totals, limit: int) -> tuple[Ids, Totals]:
    if len(ids) > limit:
        least = np.partition(totals, len(totals) - limit)[len(totals) - limit]
        ids, totals = ids[totals >= least], totals[totals >= least]
    order = np.lexsort((~ids, -totals))[:limit]
    return ids[order], totals[order]
