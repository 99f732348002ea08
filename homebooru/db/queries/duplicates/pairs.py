"""Pairs of posts that are alike: kept, and followed from one to the next."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, aliased

from homebooru.db.queries.records import any_of
from homebooru.db.tables import DuplicateDecisionRow, DuplicatePairRow
from homebooru.domain.duplicates.kinds import SAME, Comparison, Kind

Pair = tuple[int, int]
MOST_OF_GROUP = 200


def pair_of(one: int, other: int) -> Pair:
    """Return two posts as they are kept: the smaller number first."""
    return min(one, other), max(one, other)


def touching(post_ids: Collection[int]) -> sa.ColumnElement[bool]:
    """Tell whether a pair has one of these posts."""
    ids = list(post_ids)
    return sa.or_(any_of(DuplicatePairRow.one_id, ids), any_of(DuplicatePairRow.other_id, ids))


def known(session: Session, post_ids: Collection[int]) -> dict[Pair, bool]:
    """Return the pairs that posts are in, and whether somebody decided about each."""
    rows = session.execute(
        sa.select(
            DuplicatePairRow.one_id,
            DuplicatePairRow.other_id,
            DuplicatePairRow.decision_id.is_not(None),
        ).where(touching(post_ids))
    )
    return {(one, other): is_decided for one, other, is_decided in rows}


def keep(session: Session, compared: Mapping[Pair, Comparison | None]) -> None:
    """Keep what came of comparing pairs; those that are nothing to each other are dropped.

    What somebody decided stays.
    """
    gone = [pair for pair, found in compared.items() if found is None]
    if gone:
        key = sa.tuple_(DuplicatePairRow.one_id, DuplicatePairRow.other_id)
        session.execute(
            sa.delete(DuplicatePairRow).where(key.in_(gone), DuplicatePairRow.decision_id.is_(None))
        )
    rows = [
        {
            "one_id": one,
            "other_id": other,
            "kind": found.kind.value,
            "difference": found.difference,
            "share": found.share,
        }
        for (one, other), found in sorted(compared.items())
        if found is not None
    ]
    if rows:
        new = insert(DuplicatePairRow).values(rows)
        session.execute(
            new.on_conflict_do_update(
                index_elements=[DuplicatePairRow.one_id, DuplicatePairRow.other_id],
                set_={name: new.excluded[name] for name in ("kind", "difference", "share")},
                where=DuplicatePairRow.decision_id.is_(None),
            )
        )


def holds() -> sa.ColumnElement[bool]:
    """Tell whether a pair is one picture, as far as anybody knows: nobody decided otherwise."""
    otherwise = sa.exists().where(
        DuplicateDecisionRow.id == DuplicatePairRow.decision_id,
        DuplicateDecisionRow.choice.in_(["variants", "unrelated"]),
    )
    said = sa.exists().where(
        DuplicateDecisionRow.id == DuplicatePairRow.decision_id,
        DuplicateDecisionRow.choice.in_(["one", "other", "both"]),
    )
    return sa.and_(sa.or_(DuplicatePairRow.kind.in_(SAME), said), ~otherwise)


def group_of(session: Session, post_id: int) -> set[int]:
    """Return all posts that are one picture with a post, itself included, over however many steps."""
    links = sa.select(DuplicatePairRow.one_id, DuplicatePairRow.other_id).where(holds()).subquery()
    reached = sa.select(sa.literal(post_id).label("id")).cte("reached", recursive=True)
    back = aliased(reached)
    step = sa.select(
        sa.case((links.c.one_id == back.c.id, links.c.other_id), else_=links.c.one_id)
    ).join_from(links, back, sa.or_(links.c.one_id == back.c.id, links.c.other_id == back.c.id))
    group = reached.union(step)
    return set(session.scalars(sa.select(group.c.id).limit(MOST_OF_GROUP)))


def variants_of(session: Session, post_id: int) -> dict[int, Kind]:
    """Return the posts that a post was compared with and that are its variants."""
    other = sa.case(
        (DuplicatePairRow.one_id == post_id, DuplicatePairRow.other_id),
        else_=DuplicatePairRow.one_id,
    )
    unrelated = sa.exists().where(
        DuplicateDecisionRow.id == DuplicatePairRow.decision_id,
        DuplicateDecisionRow.choice == "unrelated",
    )
    rows = session.execute(
        sa.select(other, DuplicatePairRow.kind).where(touching([post_id]), ~holds(), ~unrelated)
    )
    return {found: Kind(kind) for found, kind in rows}
