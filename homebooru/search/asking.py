"""Makes searches ready to be answered: what their words mean here, now, to whoever asks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, tzinfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from homebooru.db.queries.policy import load_policy
from homebooru.db.tables import AccountRow, PoolRow, SavedSearchRow
from homebooru.domain.policy import Policy
from homebooru.domain.query import Query
from homebooru.domain.query.orders import OrderBy
from homebooru.domain.query.saving import expanded, names_saved
from homebooru.domain.query.tree import (
    ME,
    Favourite,
    Held,
    Holder,
    Leaf,
    MetadataFound,
    Pooled,
    Saved,
    Suggested,
    Tag,
    Wildcard,
    leaves,
)
from homebooru.domain.scope import Scope
from homebooru.phrases import phrase
from homebooru.search.finding import Finding, PlainFinding
from homebooru.search.nearness import check_nearness, nearest_put_in
from homebooru.search.plain import Asked
from homebooru.search.titles import TITLED, is_called


def ask(
    session: Session,
    query: Query,
    scope: Scope,
    now: datetime,
    zone: tzinfo | None,
    *,
    finding: Finding | None = None,
) -> tuple[Query, Asked]:
    """Return a search as it is to be answered, and what its answer depends on.

    Saved searches are in the place of their names. Raises QuerySyntaxError where the search
    names what whoever asks does not have.
    """
    (ready,), asked = ask_each(session, [query], scope, now, zone, finding=finding)
    return ready, asked


def ask_each(
    session: Session,
    queries: Sequence[Query],
    scope: Scope,
    now: datetime,
    zone: tzinfo | None,
    *,
    finding: Finding | None = None,
) -> tuple[Sequence[Query], Asked]:
    """Return several searches as `ask` does, and what the answers to all of them depend on."""
    finding = finding or PlainFinding(session)
    words = finding.words
    for query in queries:
        _check_known(query, scope)
    saved = _saved_searches(session, scope) if any(map(names_saved, queries)) else {}
    ready = [expanded(query, saved) for query in queries]
    for said, query in zip(queries, ready, strict=True):
        _check_owners(session, said, query, scope)
        check_nearness(session, said, query, scope)
    used = {leaf: None for query in ready for leaf in _used(query)}
    named = [leaf.tag if isinstance(leaf, Suggested) else leaf for leaf in used]
    asked = Asked(
        scope=scope,
        now=now,
        zone=zone,
        tags=words.meanings([leaf.name for leaf in named if isinstance(leaf, Tag)]),
        wildcards=words.fitting([leaf.pattern for leaf in named if isinstance(leaf, Wildcard)]),
        holders=holders_of(session, used),
        saved=saved,
        policy=load_policy(session) if MetadataFound() in used else Policy(),
    )
    return [nearest_put_in(session, finding, query, asked) for query in ready], asked


def holders_of(session: Session, wanted: Iterable[Leaf]) -> dict[Held | Pooled, Sequence[int]]:
    """Return the numbers of the pools and the like that each term means."""
    found: dict[Held | Pooled, Sequence[int]] = {}
    for leaf in wanted:
        match leaf:
            case Held(holder, pattern) if pattern != "*":
                found[leaf] = session.scalars(_fitting(holder, pattern)).all()
            case Pooled(kind):
                pools = sa.select(PoolRow.id).where(PoolRow.category == kind.value)
                found[leaf] = session.scalars(pools.order_by(PoolRow.id)).all()
    return found


def _used(query: Query) -> list[Leaf]:
    order = query.order
    if order.by is OrderBy.POOL:
        return [*leaves(query.tree), Held(Holder.POOL, order.named or "")]
    return leaves(query.tree)


def _fitting(holder: Holder, pattern: str) -> sa.Select[int]:
    number, _ = TITLED[holder]
    return sa.select(number).where(is_called(holder, pattern)).order_by(number)


def _check_known(said: Query, scope: Scope) -> None:
    if scope.account is None:
        for leaf, at in said.mentions.items():
            if isinstance(leaf, Favourite | Saved):
                at.fail(phrase("This depends on who asks, which is not known here."))


def _check_owners(session: Session, said: Query, ready: Query, scope: Scope) -> None:
    """Let nobody ask for the favourites of others."""
    for leaf in leaves(ready.tree):
        if isinstance(leaf, Favourite) and leaf.owner != ME:
            own = session.scalar(sa.select(AccountRow.name).where(AccountRow.id == scope.account))
            if own is None or own.lower() != leaf.owner.lower():
                at = said.mentions.get(leaf) or next(iter(said.mentions.values()))
                at.fail(phrase("Everybody finds their own favourites alone: fav:me."), ME)


def _saved_searches(session: Session, scope: Scope) -> Mapping[str, str]:
    rows = session.execute(
        sa.select(SavedSearchRow.name, SavedSearchRow.query).where(
            SavedSearchRow.account_id == scope.account
        )
    )
    return {name.lower(): query for name, query in rows}
