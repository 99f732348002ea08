"""The names of pools, albums, people and saved searches that a search may take."""

from __future__ import annotations

from collections.abc import Mapping

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute, Session

from homebooru.db.queries.scope import shown, visible
from homebooru.db.tables import AlbumRow, PersonRow, PoolRow, PostRow, SavedSearchRow
from homebooru.domain.query.tree import Holder
from homebooru.domain.scope import Scope
from homebooru.search.columns import folded, like
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
        number, name = TITLED[HOLDERS[metatag]]
        link = LINKS[HOLDERS[metatag]]
        held = sa.select(link.holder).join(PostRow, PostRow.id == link.post)
        named = sa.select(name).where(number.in_(held.where(visible(scope), shown())), name != "")
    else:
        return ()
    wanted = named.where(fits(name, f"{prefix}*")).distinct().order_by(name).limit(limit)
    return tuple(session.scalars(wanted))
