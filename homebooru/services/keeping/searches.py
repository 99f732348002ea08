"""Saved searches: live sets of posts, each known by a name to the account that saved it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from homebooru.db.engine import Sessions, one_moment
from homebooru.db.tables import SavedSearchRow
from homebooru.domain.keeping.searches import CountedSearch, SavedSearch, search_name
from homebooru.domain.query import Query, parse
from homebooru.domain.query.tree import Saved
from homebooru.domain.scope import Scope
from homebooru.errors import Conflict, InvalidInput, NotFound, QuerySyntaxError
from homebooru.phrases import phrase
from homebooru.search.asking import ask, ask_each
from homebooru.search.finding import PLAIN, Finder, Finding

MOST = 500
LARGEST_ID = 2**31 - 1


def save_search(
    sessions: Sessions, account_id: int, name: str, query: str, scope: Scope
) -> SavedSearch:
    """Save a search under a name that the account has not used yet.

    Raises QuerySyntaxError where it makes no sense, Conflict for a name that is taken.
    """
    name, query = search_name(name), query.strip()
    with sessions.begin() as session:
        _check_room(session, account_id)
        row = SavedSearchRow(account_id=account_id, name=name, query=query)
        session.add(row)
        _keep(session, row)
        _check(session, query, scope)
        return view(row)


def change_search(
    sessions: Sessions,
    account_id: int,
    key: str,
    scope: Scope,
    *,
    name: str | None = None,
    query: str | None = None,
) -> SavedSearch:
    """Give a saved search another name, or let it ask for something else; raises as saving does."""
    with sessions.begin() as session:
        row = _row(session, account_id, key)
        row.name = row.name if name is None else search_name(name)
        row.query = row.query if query is None else query.strip()
        row.updated_at = datetime.now(UTC)
        _keep(session, row)
        if query is not None:
            _check(session, row.query, scope)
        return view(row)


def remove_search(sessions: Sessions, account_id: int, key: str) -> SavedSearch:
    """Remove a saved search; return what it was, so that it can be saved again."""
    with sessions.begin() as session:
        row = _row(session, account_id, key)
        session.delete(row)
        return view(row)


def get_search(sessions: Sessions, account_id: int, key: str) -> SavedSearch:
    """Return an account's saved search by its number or its name, case aside."""
    with sessions.begin() as session:
        return view(_row(session, account_id, key))


def list_searches(sessions: Sessions, account_id: int) -> tuple[SavedSearch, ...]:
    """Return what an account saved, by name."""
    mine = sa.select(SavedSearchRow).where(SavedSearchRow.account_id == account_id)
    by_name = mine.order_by(sa.func.lower(SavedSearchRow.name))
    with sessions.begin() as session:
        return tuple(map(view, session.scalars(by_name)))


SAVED_AS = (
    sa.select(SavedSearchRow)
    .where(
        SavedSearchRow.account_id == sa.bindparam("account"),
        SavedSearchRow.query == sa.bindparam("query"),
    )
    .order_by(SavedSearchRow.id)
    .limit(1)
)


def count_searches(
    sessions: Sessions, searches: Sequence[SavedSearch], scope: Scope, *, finder: Finder = PLAIN
) -> tuple[CountedSearch, ...]:
    """Return saved searches with how many posts each finds now, or why it makes no sense."""
    now = datetime.now(UTC)
    with one_moment(sessions) as session, finder.finding(session) as finding:
        asked = [_asked(session, finding, each, scope, now) for each in searches]
        wanted = [query for query in asked if isinstance(query, Query)]
        ready, depends = ask_each(session, wanted, scope, now, None, finding=finding)
        counts = iter(finding.count_each(ready, depends))
    return tuple(
        CountedSearch(each, next(counts))
        if isinstance(query, Query)
        else CountedSearch(each, mistake=query)
        for each, query in zip(searches, asked, strict=True)
    )


def _asked(
    session: Session, finding: Finding, saved: SavedSearch, scope: Scope, now: datetime
) -> Query | str:
    """Return what a saved search asks for, or why that makes no sense any more."""
    query = Query(Saved(saved.name))
    try:
        ask(session, query, scope, now, None, finding=finding)
    except QuerySyntaxError as error:
        return str(error)
    return query


def _check(session: Session, query: str, scope: Scope) -> None:
    """Raise QuerySyntaxError where a search cannot be answered now, as where it contains itself."""
    ask(session, parse(query), scope, datetime.now(UTC), None)


def _check_room(session: Session, account_id: int) -> None:
    mine = SavedSearchRow.account_id == account_id
    count = session.scalar(sa.select(sa.func.count()).where(mine)) or 0
    if count >= MOST:
        raise InvalidInput(
            phrase("{most} searches are saved, and that is the most. Remove some first.", most=MOST)
        )


def _keep(session: Session, row: SavedSearchRow) -> None:
    name = row.name
    try:
        session.flush()  # here, so that the conflict can be told
    except IntegrityError as error:
        raise Conflict(
            phrase("There is a saved search named {name} already.", name=name)
        ) from error
    session.refresh(row)


def _row(session: Session, account_id: int, key: str) -> SavedSearchRow:
    mine = sa.select(SavedSearchRow).where(SavedSearchRow.account_id == account_id)
    if key.isascii() and key.isdigit():
        wanted = mine.where(SavedSearchRow.id == min(int(key[:10]), LARGEST_ID))
    else:
        named = "" if "\0" in key else key
        wanted = mine.where(sa.func.lower(SavedSearchRow.name) == sa.func.lower(named))
    row = session.scalars(wanted.with_for_update()).one_or_none()
    if row is None:
        raise NotFound(phrase("You have no saved search {key}.", key=key))
    return row


def view(row: SavedSearchRow) -> SavedSearch:
    """Return a saved search as the rest of the program knows it."""
    return SavedSearch(
        id=row.id,
        name=row.name,
        query=row.query,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )
