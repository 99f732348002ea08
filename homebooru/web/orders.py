"""The orders that the gallery offers, each as the search that it leads to."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import dataclass, replace

from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString

from homebooru.domain.query import Query, unparse
from homebooru.domain.query.orders import NEWEST_FIRST, Order, OrderBy

OFFERED: tuple[tuple[LazyString, Order], ...] = (
    (_("Newest"), NEWEST_FIRST),
    (_("Oldest"), Order(OrderBy.ID, descending=False)),
    (_("Date of the picture"), Order(OrderBy.DATE)),
    (_("Score"), Order(OrderBy.SCORE)),
    (_("Most pixels"), Order(OrderBy.PIXELS)),
    (_("Largest file"), Order(OrderBy.FILESIZE)),
    (_("Smallest file"), Order(OrderBy.FILESIZE, descending=False)),
    (_("Random"), Order(OrderBy.RANDOM)),
)
SEED_BYTES = 4


@dataclass(frozen=True, slots=True)
class OrderLink:
    """An order by its name, the search in that order, and whether it is the present one."""

    label: str
    query: str
    is_present: bool


def order_links(query: Query) -> Iterator[OrderLink]:
    """Offer every order; the random one is another shuffle each time that it is offered."""
    for label, order in OFFERED:
        shuffled = order.by is OrderBy.RANDOM
        present = order.by is query.order.by if shuffled else order == query.order
        yield OrderLink(str(label), reshuffled(query) if shuffled else _with(query, order), present)


def reshuffled(query: Query) -> str:
    """Return the search in a random order of its own, the same for whoever gets its address."""
    return _with(query, Order(OrderBy.RANDOM, seed=secrets.token_hex(SEED_BYTES)))


def _with(query: Query, order: Order) -> str:
    return unparse(replace(query, order=order, says_order=True))
