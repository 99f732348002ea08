"""Pools: posts in an order that people gave them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from homebooru.domain.keeping.names import check_is_word
from homebooru.domain.query.tree import PoolKind
from homebooru.domain.tags import tag_name
from homebooru.errors import InvalidInput
from homebooru.phrases import phrase


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    """Posts in an order that a person gave them.

    `posts` are those of them that whoever asks sees in the grid, `count` their number.
    """

    id: int
    name: str
    kind: PoolKind
    description: str
    count: int
    created_at: datetime
    updated_at: datetime
    posts: tuple[int, ...] = ()


def pool_name(text: str) -> str:
    """Return a name fit for a pool, spelled as tags are. Raises InvalidInput."""
    name = tag_name(text)
    check_is_word(name)
    return name


def pool_kind(text: str) -> PoolKind:
    """Return what kind of pool is meant. Raises InvalidInput."""
    try:
        return PoolKind(text)
    except ValueError:
        raise InvalidInput(phrase("A pool is a {kinds}.", kinds=" or a ".join(PoolKind))) from None


def put_back(present: Sequence[int], gone: Iterable[int], former: Iterable[int]) -> tuple[int, ...]:
    """Return a pool with posts that were taken out, where they stood in its former order.

    Each stands right behind the nearest post before it that is in the pool; whatever else was
    done to the pool since stays. Those of which the former order knows nothing go to the end.
    """
    inside = frozenset(present)
    missing = dict.fromkeys(post for post in gone if post not in inside)
    behind: defaultdict[int | None, list[int]] = defaultdict(list)
    last = None
    for post in dict.fromkeys(former):
        if post in inside:
            last = post
        elif post in missing:
            behind[last].append(post)
            del missing[post]
    back = [*behind[None], *(one for post in present for one in (post, *behind[post]))]
    return (*back, *missing)
