"""Tags that somebody who edits a post may want, by why: company, pictures alike, a model, habit."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import sqrt

from homebooru.domain.posts import TagView


@dataclass(frozen=True, slots=True, kw_only=True)
class RelatedTags:
    """Tags by why they may be wanted, the likeliest first; none of them is on the post."""

    company: tuple[TagView, ...] = ()
    alike: tuple[TagView, ...] = ()
    suggested: tuple[TagView, ...] = ()
    recent: tuple[TagView, ...] = ()


def in_company(
    together: Iterable[tuple[int, Mapping[int, int]]], totals: Mapping[int, int]
) -> list[int]:
    """Return the tags that go with some others, the closest first.

    Of each of the others there is given how many posts have it, and how many of these have each
    tag; `totals` is how many posts have each at all. Tags that always stand together are closest;
    one that is everywhere is close to none.
    """
    closeness: dict[int, float] = {}
    for count, found in together:
        for tag, both in found.items():
            if tag in totals:
                near = both / sqrt(max(count, 1) * max(totals[tag], 1))
                closeness[tag] = closeness.get(tag, 0.0) + near
    return sorted(closeness, key=lambda tag: (-closeness[tag], tag))


def of_pictures_alike(near: Iterable[tuple[float, Iterable[int]]]) -> list[int]:
    """Return the tags of pictures, given how much each looks like one: the likeliest first.

    A tag that only one of several has is left out: it may be all that tells them apart.
    """
    given = list(near)
    likely: defaultdict[int, list[float]] = defaultdict(list)
    for likeness, tags in given:
        for tag in tags:
            likely[tag].append(likeness)
    shared = [tag for tag, found in likely.items() if len(found) > 1 or len(given) == 1]
    return sorted(shared, key=lambda tag: (-sum(likely[tag]), tag))
