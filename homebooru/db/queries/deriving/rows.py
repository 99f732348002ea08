"""The columns of posts that are derived."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from homebooru.db.queries.records import any_of, columns, records
from homebooru.db.tables import LocationRow, PostRow
from homebooru.domain.derived import Derived
from homebooru.domain.ratings import Rating

POST = PostRow.__table__.c
NAMES = [field.name for field in fields(Derived)]
COLUMNS = [POST[name] for name in NAMES]
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def read_derived(session: Session, post_ids: Sequence[int]) -> dict[int, Derived]:
    """Return what posts' rows hold now, in the order of their ids."""
    rows = session.execute(
        sa.select(POST.id, *COLUMNS).where(any_of(PostRow.id, post_ids)).order_by(POST.id)
    )
    return {post_id: _held(dict(zip(NAMES, values, strict=True))) for post_id, *values in rows}


def _held(row: dict[str, Any]) -> Derived:
    rating = row["rating"] and Rating(row["rating"])
    lists = {name: tuple(row[name]) for name in ("tag_ids", "suggestion_ids", "sources")}
    return Derived(**row | lists | {"rating": rating})


def write_derived(session: Session, changed: Mapping[int, Derived]) -> None:
    """Write what posts' rows shall hold."""
    if changed:
        given = records(
            ({"id": post_id} | columns(new) for post_id, new in changed.items()),
            [POST.id, *COLUMNS],
        )
        session.execute(
            sa.update(PostRow)
            .where(PostRow.id == given.c.id)
            .values({column.name: given.c[column.name] for column in COLUMNS})
            .execution_options(synchronize_session=False)
        )


def oldest_files(session: Session, post_ids: Sequence[int]) -> dict[int, datetime]:
    """Return the time of the oldest file of each post that has any, missing ones included."""
    rows = session.execute(
        sa.select(LocationRow.post_id, sa.func.min(LocationRow.mtime_ns))
        .where(any_of(LocationRow.post_id, post_ids))
        .group_by(LocationRow.post_id)
    )
    return {post_id: EPOCH + timedelta(microseconds=ns // 1000) for post_id, ns in rows}


def existing_posts(session: Session, post_ids: Iterable[int]) -> frozenset[int]:
    """Return those ids that are posts."""
    if not (wanted := list(post_ids)):
        return frozenset()
    return frozenset(session.scalars(sa.select(PostRow.id).where(any_of(PostRow.id, wanted))))


def posts_after(session: Session, post_id: int, *, limit: int) -> list[int]:
    """Return the ids of the next posts after one."""
    return list(
        session.scalars(
            sa.select(PostRow.id).where(PostRow.id > post_id).order_by(PostRow.id).limit(limit)
        )
    )


def count_posts(session: Session) -> int:
    """Return how many rows there are, whatever their state."""
    return session.scalar(sa.select(sa.func.count()).select_from(PostRow)) or 0


def read_parents(session: Session, post_ids: Sequence[int]) -> dict[int, int | None]:
    """Return the parents that posts have."""
    rows = session.execute(sa.select(POST.id, POST.parent_id).where(any_of(PostRow.id, post_ids)))
    return {row.id: row.parent_id for row in rows}
