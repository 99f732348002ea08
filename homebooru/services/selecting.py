"""The posts that somebody means: some by their numbers, or all that a search finds."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from homebooru.db.engine import Sessions, one_moment
from homebooru.db.queries.records import any_of
from homebooru.db.queries.scope import visible
from homebooru.db.tables import PostRow
from homebooru.domain.query import parse
from homebooru.domain.scope import Scope
from homebooru.errors import InvalidInput
from homebooru.phrases import phrase
from homebooru.search.asking import ask
from homebooru.search.finding import PLAIN, Finder
from homebooru.services.searching import LARGEST_ID

MOST = 100_000


def selected_by_search(
    sessions: Sessions, text: str, scope: Scope, *, finder: Finder = PLAIN
) -> tuple[int, ...]:
    """Return all that a search finds, in its order.

    Raises QuerySyntaxError, and InvalidInput where that is more than can be changed at once.
    """
    found = found_by_search(sessions, text, scope, finder=finder)
    check_number(len(found))
    return found


def found_by_search(
    sessions: Sessions, text: str, scope: Scope, *, finder: Finder = PLAIN
) -> tuple[int, ...]:
    """Return all that a search finds, in its order, however many. Raises QuerySyntaxError."""
    query = parse(text)
    with one_moment(sessions) as session, finder.finding(session) as finding:
        found = finding.find(*ask(session, query, scope, datetime.now(UTC), None, finding=finding))
        count = found.count()
        return tuple(found.page(0, count)) if count else ()


def seen_of(session: Session, post_ids: Iterable[int], scope: Scope) -> tuple[int, ...]:
    """Return those of some posts that are there and may be seen, each once and in this order.

    They stay there until the transaction ends. Raises InvalidInput where they are more than can
    be changed at once.
    """
    wanted = dict.fromkeys(number for number in post_ids if 0 < number <= LARGEST_ID)
    check_number(len(wanted))
    mine = sa.select(PostRow.id).where(any_of(PostRow.id, list(wanted)), visible(scope))
    held = mine.order_by(PostRow.id).with_for_update(read=True, key_share=True)
    seen = frozenset(session.scalars(held))
    return tuple(number for number in wanted if number in seen)


def check_number(count: int) -> None:
    """Raise InvalidInput where so many posts are too many to be changed at once."""
    if count > MOST:
        raise InvalidInput(
            phrase(
                "That would change {count:,} posts at once, and {most:,} are the most. Narrow "
                "the search, or select fewer.",
                count=count,
                most=MOST,
            )
        )
