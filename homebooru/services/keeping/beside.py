"""What a visitor keeps that has to do with a page of posts, asked for all at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields

import sqlalchemy as sa
from sqlalchemy.orm import Session

from homebooru.db.queries.records import GIVEN, spelled
from homebooru.db.tables import SavedSearchRow, SettingRow
from homebooru.domain.keeping.searches import SavedSearch
from homebooru.services.hiding import setting_of
from homebooru.services.keeping.favourites import LIKED
from homebooru.services.keeping.searches import SAVED_AS


@dataclass(frozen=True, slots=True)
class Beside:
    """Which of the posts they like, what the search is saved as, and the tags that they hide."""

    liked: frozenset[int]
    saved: SavedSearch | None
    hidden: frozenset[str]


# columns, not a row of the mapped class: several threads that first read one at once may fail
_saved = SAVED_AS.with_only_columns(
    *(getattr(SavedSearchRow, field.name) for field in fields(SavedSearch))
).subquery()
_hidden = sa.select(SettingRow.value).where(SettingRow.name == sa.bindparam("hidden"))
_liked = sa.func.array(LIKED.scalar_subquery(), type_=sa.ARRAY(sa.Integer))
BESIDE = sa.select(
    _liked.label("liked"), _hidden.scalar_subquery().label("hidden"), *_saved.c
).select_from(sa.select(sa.true()).subquery().outerjoin(_saved, sa.true()))


def read_beside(session: Session, account_id: int, query: str, post_ids: Iterable[int]) -> Beside:
    """Return what an account keeps of these posts and this search, in one statement."""
    given = {
        "account": account_id,
        "query": query,
        "hidden": setting_of(account_id),
        GIVEN: spelled(post_ids),
    }
    liked, hidden, *told = session.execute(BESIDE, given).one()
    saved = (
        None if told[0] is None else SavedSearch(**dict(zip(_saved.c.keys(), told, strict=True)))
    )
    return Beside(frozenset(liked), saved, frozenset(hidden or ()))
