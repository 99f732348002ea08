"""Aliases and implications to page through."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import isqrt
from typing import Protocol

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import array
from sqlalchemy.orm import aliased

from homebooru.db.engine import Sessions
from homebooru.db.queries.scope import shown, visible
from homebooru.db.tables import PostRow, TagAliasRow, TagImplicationRow, TagRow
from homebooru.domain.scope import Scope
from homebooru.search.columns import TAG_IDS, like
from homebooru.services.searching import LARGEST_ID

BEFORE, AFTER = aliased(TagRow), aliased(TagRow)
Table = type[TagAliasRow] | type[TagImplicationRow]


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkWish:
    """Which links are wanted; `pattern` is a name on either side, with `*` for any signs."""

    id: int | None = None
    pattern: str | None = None
    antecedent: str | None = None
    consequent: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TagLink:
    """That one tag means another one, or that it is implied; links have numbers of their own."""

    id: int
    antecedent: str
    consequent: str
    made_by: str
    created_at: datetime


class Lister(Protocol):
    """Lists links of one kind."""

    def __call__(
        self, sessions: Sessions, wish: LinkWish, scope: Scope, *, offset: int, limit: int
    ) -> tuple[TagLink, ...]: ...


def list_aliases(
    sessions: Sessions, wish: LinkWish, scope: Scope, *, offset: int = 0, limit: int = 20
) -> tuple[TagLink, ...]:
    """Return a page of aliases, by name. Each leads to a tag on some post that the asker sees."""
    wanted = [on_posts(scope, AFTER), *_conditions(wish)]
    return _listed(sessions, TagAliasRow, wanted, offset, limit)


def list_implications(
    sessions: Sessions, wish: LinkWish, scope: Scope, *, offset: int = 0, limit: int = 20
) -> tuple[TagLink, ...]:
    """Return a page of implications, by name. Each tag is on some post that the asker sees."""
    wanted = [on_posts(scope, BEFORE), *_conditions(wish)]
    return _listed(sessions, TagImplicationRow, wanted, offset, limit)


def number_of(antecedent_id: int, consequent_id: int) -> int:
    """Return the number of a link: no other pair of tags has it."""
    if antecedent_id >= consequent_id:
        return antecedent_id**2 + antecedent_id + consequent_id
    return consequent_id**2 + antecedent_id


def ends_of(number: int) -> tuple[int, int]:
    """Return the tags of the link that has this number."""
    root = isqrt(number)
    rest = number - root**2
    return (rest, root) if rest < root else (root, rest - root)


def _listed(
    sessions: Sessions,
    table: Table,
    wanted: Sequence[sa.ColumnElement[bool]],
    offset: int,
    limit: int,
) -> tuple[TagLink, ...]:
    links = (
        sa.select(
            BEFORE.id,
            AFTER.id.label("other_id"),
            BEFORE.name,
            AFTER.name.label("other"),
            table.created_at,
            table.made_by,
        )
        .select_from(table)
        .join(BEFORE, BEFORE.id == table.antecedent_id)
        .join(AFTER, AFTER.id == table.consequent_id)
        .where(*wanted)
        .order_by(BEFORE.name, AFTER.name)
    )
    with sessions.begin() as session:
        return tuple(
            TagLink(
                id=number_of(row.id, row.other_id),
                antecedent=row.name,
                consequent=row.other,
                made_by=row.made_by,
                created_at=row.created_at,
            )
            for row in session.execute(links.offset(offset).limit(limit))
        )


def _conditions(wish: LinkWish) -> Iterator[sa.ColumnElement[bool]]:
    if wish.id is not None:
        antecedent, consequent = (min(end, LARGEST_ID) for end in ends_of(wish.id))
        yield sa.and_(BEFORE.id == antecedent, AFTER.id == consequent)
    if wish.pattern is not None:
        pattern = like(wish.pattern)
        yield sa.or_(BEFORE.name.like(pattern), AFTER.name.like(pattern))
    if wish.antecedent is not None:
        yield BEFORE.name.like(like(wish.antecedent))
    if wish.consequent is not None:
        yield AFTER.name.like(like(wish.consequent))


def on_posts(scope: Scope, tag: type[TagRow]) -> sa.ColumnElement[bool]:
    """Tell whether the asker may know of a tag: whoever sees everything knows all."""
    if scope.sees_all:
        return sa.true()
    here = sa.select(PostRow.id).where(TAG_IDS.contains(array([tag.id])), visible(scope), shown())
    return here.correlate(tag).exists()
