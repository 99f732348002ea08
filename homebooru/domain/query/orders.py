"""The orders that a search can be given in, and their names."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class OrderBy(StrEnum):
    """What posts are put in order by; those that lack it come last, equals newest first."""

    ID = "id"
    DATE = "date"
    CHANGED = "change"
    SCORE = "score"
    STARS = "stars"
    FILESIZE = "filesize"
    PIXELS = "mpixels"
    WIDTH = "width"
    HEIGHT = "height"
    RATIO = "ratio"
    DURATION = "duration"
    FILENAME = "filename"
    MD5 = "md5"
    CONFIDENCE = "conf"
    TAGS = "tagcount"
    GENERAL_TAGS = "gentags"
    ARTIST_TAGS = "arttags"
    COPYRIGHT_TAGS = "copytags"
    CHARACTER_TAGS = "chartags"
    SPECIES_TAGS = "spectags"
    META_TAGS = "metatags"
    LORE_TAGS = "loretags"
    FAVOURITES = "favcount"
    POOLS = "pool_count"
    RANDOM = "random"
    CUSTOM = "custom"
    POOL = "ordpool"
    FAVOURITED = "ordfav"


@dataclass(frozen=True, slots=True)
class Order:
    """An order and its direction; `seed` tells one shuffle from another.

    A shuffle without a seed is a new one each day, so that its pages fit together. `named` is
    the pool whose order it is (of several one after another), whose favourites they are, or the
    posts themselves by their numbers.
    """

    by: OrderBy
    descending: bool = True
    seed: str | None = None
    named: str | None = None


NEWEST_FIRST = Order(OrderBy.ID)

_RISING = {OrderBy.ID, OrderBy.FILENAME}  # what rises where no direction is said
_UNDIRECTED = {OrderBy.RANDOM, OrderBy.CUSTOM, OrderBy.POOL, OrderBy.FAVOURITED}
_DIRECTED = {
    f"{by}{ending}": Order(by, descending)
    for by in OrderBy
    if by not in _UNDIRECTED
    for ending, descending in (
        ("", by not in _RISING),
        ("_asc", False),
        ("_desc", True),
    )
}

ORDERS: dict[str, Order] = {
    **_DIRECTED,
    **{
        f"{name}{ending}": Order(by, descending)
        for name, by in (
            ("created_at", OrderBy.ID),  # ids are given in the order of arrival
            ("created", OrderBy.ID),
            ("added", OrderBy.ID),
            ("updated", OrderBy.CHANGED),
            ("updated_at", OrderBy.CHANGED),
            ("aspect_ratio", OrderBy.RATIO),
        )
        for ending, descending in (("", True), ("_asc", False), ("_desc", True))
    },
    "landscape": Order(OrderBy.RATIO),
    "portrait": Order(OrderBy.RATIO, descending=False),
    "rank": Order(OrderBy.SCORE),
    "hot": Order(OrderBy.SCORE),
    "none": NEWEST_FIRST,
    "random": Order(OrderBy.RANDOM),
}
NAMES = {order: name for name, order in reversed(ORDERS.items())}  # the first name of each
