"""Which posts share most with one: found by the tags that say most, without looking at the rest."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from pyroaring import BitMap

from homebooru.search.index.bitmaps import Ids, ids_of
from homebooru.search.index.postings import Postings

MANY = 60_000  # posts with one tag; where more would be weighed one by one, all are at once

Totals = NDArray[np.int64]


def heaviest(
    tags: Postings, weights: Mapping[int, int], among: BitMap, limit: int
) -> dict[int, int]:
    """Return the posts whose tags weigh most together, heaviest first, equals newest first.

    Tags are gone through from the heaviest one on. Whoever has none of those that were can reach
    no more than the rest weighs; once that is less than so many posts have, nobody is missed.
    """
    by_tag = np.zeros(max(weights, default=0) + 1, np.int64)
    by_tag[list(weights)] = list(weights.values())
    best, totals = np.empty(0, np.uint32), np.empty(0, np.int64)
    seen, rest = BitMap(), sum(weights.values())
    for tag in sorted(weights, key=lambda one: -weights[one]):
        if len(best) == limit and rest < totals[-1]:
            break
        new = (tags.of(tag) & among) - seen
        if len(new) > MANY:
            best, totals = _first(*_all_at_once(tags, weights, among), limit)
            break
        ids = ids_of(new)
        best, totals = _first(
            np.concatenate((best, ids)),
            np.concatenate((totals, tags.weighed(ids, by_tag))),
            limit,
        )
        seen |= new
        rest -= weights[tag]
    return dict(zip(best.tolist(), totals.tolist(), strict=True))


def _all_at_once(tags: Postings, weights: Mapping[int, int], among: BitMap) -> tuple[Ids, Totals]:
    """Weigh all posts, tag by tag."""
    totals = np.zeros(tags.size, np.int64)
    for tag, weight in weights.items():
        totals[ids_of(tags.of(tag))] += weight
    ids = ids_of(among)
    held = totals[ids]
    return ids[held > 0], held[held > 0]


def _first(ids: Ids, totals: Totals, limit: int) -> tuple[Ids, Totals]:
    if len(ids) > limit:
        least = np.partition(totals, len(totals) - limit)[len(totals) - limit]
        ids, totals = ids[totals >= least], totals[totals >= least]
    order = np.lexsort((~ids, -totals))[:limit]
    return ids[order], totals[order]
