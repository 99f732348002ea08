"""The names of pools, albums, people and saved searches that a search may take."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute, Session

from homebooru.db.queries.scope import shown, told_of_immich, visible
from homebooru.db.tables import AlbumRow, PersonRow, PoolRow, PostRow, SavedSearchRow
from homebooru.domain.posts import UnknownHolder
from homebooru.domain.query.tree import Held, Holder, Leaf
from homebooru.domain.query.writing import write
from homebooru.domain.scope import Scope
from homebooru.search.columns import folded, like
from homebooru.search.naming import CANDIDATES, likest
from homebooru.search.ordering import LARGEST_ID
from homebooru.search.plain import LINKS

TITLED: Mapping[Holder, tuple[InstrumentedAttribute[int], InstrumentedAttribute[str]]] = {
    Holder.POOL: (PoolRow.id, PoolRow.name),
    Holder.ALBUM: (AlbumRow.id, AlbumRow.name),
    Holder.PERSON: (PersonRow.id, PersonRow.name),
}
"""The number and the name of each."""

HOLDERS = {holder.value: holder for holder in Holder} | {"ordpool": Holder.POOL}


def fits(name: InstrumentedAttribute[str], pattern: str) -> sa.ColumnElement[bool]:
    """Tell whether a name fits a pattern, case aside, a space being the same as a `_`."""
    wanted = sa.literal(like(pattern.replace(" ", "_")), sa.Text)
    return sa.func.replace(folded(name), " ", "_").like(folded(wanted))


def titles_from(
    session: Session, metatag: str, prefix: str, scope: Scope, *, limit: int
) -> tuple[str, ...]:
    """Return the names that begin so of what a metatag asks for, in order.

    They are those of whoever asks, or of what holds a post that they may see.
    """
    if metatag == "search":
        name = SavedSearchRow.name
        named = sa.select(name).where(SavedSearchRow.account_id == scope.account)
    elif metatag in HOLDERS:
        name = TITLED[HOLDERS[metatag]][1]
        named = _seen(HOLDERS[metatag], scope).where(name != "")
    else:
        return ()
    wanted = named.where(fits(name, f"{prefix}*")).distinct().order_by(name).limit(limit)
    return tuple(session.scalars(wanted))


def unknown_holders(
    session: Session, terms: Iterable[Leaf], scope: Scope
) -> tuple[UnknownHolder, ...]:
    """Return the pools and the like in a search that the asker sees none of, with what may be meant."""
    held = [leaf for leaf in terms if isinstance(leaf, Held) and leaf.pattern != "*"]
    return tuple(
        UnknownHolder(leaf.holder, leaf.pattern, write(leaf), _nearest(session, leaf, scope))
        for leaf in dict.fromkeys(held)
        if session.scalar(
            _seen(leaf.holder, scope).where(is_called(leaf.holder, leaf.pattern)).limit(1)
        )
        is None
    )


def is_called(holder: Holder, pattern: str) -> sa.ColumnElement[bool]:
    """Tell whether it is meant by its number, or else by its name."""
    number, name = TITLED[holder]
    if pattern.isascii() and pattern.isdigit():
        return number == min(int(pattern[:10]), LARGEST_ID)
    return fits(name, pattern)


def _nearest(session: Session, leaf: Held, scope: Scope) -> tuple[str, ...]:
    """Return up to three names that look most like this one, a space being the same as a `_`."""
    name = TITLED[leaf.holder][1]
    spelled = sa.func.replace(sa.func.lower(name), " ", "_")
    seen = _seen(leaf.holder, scope).where(name != "").add_columns(spelled).distinct()
    names = {lower: name for name, lower in session.execute(seen.limit(CANDIDATES))}
    alike = likest(leaf.pattern.lower().replace(" ", "_"), names)
    return tuple(names[each] for each in alike[:3])


def _seen(holder: Holder, scope: Scope) -> sa.Select[str]:
    """Select the names of those that hold a post which the asker sees."""
    (number, name), link = TITLED[holder], LINKS[holder]
    held = sa.select(link.holder).join(PostRow, PostRow.id == link.post)
    told = sa.true() if holder is Holder.POOL else told_of_immich(scope)
    return sa.select(name).where(number.in_(held.where(visible(scope), shown(), told)))
