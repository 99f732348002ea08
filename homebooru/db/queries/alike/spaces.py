"""Models that describe posts, each with a table of its own, which is made and dropped as it runs."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Mapping, Sequence

import numpy as np
import sqlalchemy as sa
from pgvector import HalfVector
from pgvector.sqlalchemy import HALFVEC
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.orm import Session

from homebooru.db.queries.records import any_of, spelled
from homebooru.db.tables import EmbeddingOrderRow, LookOrderRow, LookRow, PostRow, SpaceRow
from homebooru.db.tables.similarity import INDEXED_WITH
from homebooru.domain.alike.spaces import BUILT_IN_BEFORE, Space

HALF = np.dtype("<f2")
NOW = sa.func.now()
IS_MODEL = SpaceRow.name != BUILT_IN_BEFORE
IS_OPEN = sa.and_(IS_MODEL, sa.func.coalesce(SpaceRow.closed_until <= NOW, sa.true()))


def vectors_of(row: SpaceRow) -> sa.TableClause:
    """Return the table in which a model's descriptions are."""
    return sa.table(
        row.vectors, sa.column("post_id", sa.Integer), sa.column("vector", HALFVEC(row.dimensions))
    )


def find(session: Session, name: str, *, lock: bool = False) -> SpaceRow | None:
    return session.get(SpaceRow, name, with_for_update=lock, populate_existing=lock)


def serving(session: Session) -> SpaceRow | None:
    """Return the model whose likenesses are shown; None where that is our own descriptor."""
    return session.scalar(sa.select(SpaceRow).where(SpaceRow.serves))


def reading(session: Session) -> SpaceRow | None:
    """Return the model that understands words: the one that serves, or the one that is to."""
    wanted = sa.select(SpaceRow).where(SpaceRow.reads)
    return session.scalar(wanted.order_by(SpaceRow.serves.desc(), SpaceRow.wanted.desc()).limit(1))


def make(session: Session, space: Space) -> SpaceRow:
    """Make a model's table, and order all posts that can be described."""
    row = SpaceRow(
        name=space.name,
        vectors=_table_name(space.name),
        version=space.version,
        dimensions=space.dimensions,
        reads=space.reads,
        listed_to=0,
        list_until=session.scalar(sa.select(sa.func.max(PostRow.id))) or 0,
    )
    session.execute(sa.text(f"drop table if exists {row.vectors}"))  # nobody's, without a row
    session.execute(
        sa.text(
            f"create table {row.vectors} (vector halfvec({space.dimensions}) not null, post_id"
            " integer primary key references post (id) on delete cascade)"
        )
    )
    index = f"ix_{row.vectors} on {row.vectors} using hnsw (vector halfvec_cosine_ops)"
    made_with = ", ".join(f"{name} = {value}" for name, value in INDEXED_WITH.items())
    session.execute(sa.text(f"create index {index} with ({made_with})"))
    session.add(row)
    session.flush()
    return row


def drop(session: Session, row: SpaceRow) -> None:
    """Forget a model and all that it described."""
    session.execute(sa.text(f"drop table {row.vectors}"))
    session.delete(row)
    session.flush()


def _table_name(name: str) -> str:
    plain = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")[:36]
    return f"embedding_{plain}_{hashlib.sha256(name.encode()).hexdigest()[:8]}"


def serve(session: Session, name: str | None) -> None:
    """Let the likenesses of one model be shown, and nobody else's; None: our own descriptor's."""
    session.execute(sa.update(SpaceRow).where(SpaceRow.serves).values(serves=False))
    session.execute(sa.update(SpaceRow).where(SpaceRow.name == name).values(serves=True))
    session.expire_all()


def want(session: Session, name: str | None) -> None:
    """Let one model serve as soon as it has described everything."""
    is_it = SpaceRow.name.is_not_distinct_from(sa.literal(name, sa.Text()))
    session.execute(sa.update(SpaceRow).values(wanted=is_it))
    session.expire_all()


def keep_vectors(session: Session, row: SpaceRow, found: Mapping[int, bytes]) -> None:
    """Keep what a model made of posts that are still there."""
    there = set(
        session.scalars(
            sa.select(PostRow.id)
            .where(any_of(PostRow.id, sorted(found)))
            .with_for_update(read=True)
        )
    )
    rows = [
        {"post_id": post_id, "vector": HalfVector(np.frombuffer(vector, HALF))}
        for post_id, vector in sorted(found.items())
        if post_id in there
    ]
    if rows:
        new = insert(vectors_of(row))
        kept = new.on_conflict_do_update(
            index_elements=["post_id"], set_={"vector": new.excluded.vector}
        )
        session.execute(kept, rows)


def find_vector(session: Session, row: SpaceRow, post_id: int) -> Sequence[float] | None:
    """Return what a model made of a post, None where it did not look at it yet."""
    vectors = vectors_of(row)
    return session.scalar(sa.select(vectors.c.vector).where(vectors.c.post_id == post_id))


def count_vectors(session: Session, row: SpaceRow) -> int:
    return session.scalar(sa.select(sa.func.count()).select_from(vectors_of(row))) or 0


def count_left(session: Session, row: SpaceRow) -> int:
    """Return how many posts a model is still to describe, about."""
    ordered = sa.select(sa.func.count()).where(EmbeddingOrderRow.space == row.name)
    unlisted = sa.select(sa.func.count()).where(
        PostRow.id > row.listed_to, PostRow.id <= row.list_until, PostRow.state == "ready"
    )
    return (session.scalar(ordered) or 0) + (session.scalar(unlisted) or 0)


def waiting(session: Session, vectors: sa.FromClause, most: int) -> Sequence[int]:
    """Return posts that are to be described in a table, perhaps once more: so many at most."""
    if str(vectors) == LookRow.__tablename__:
        return session.scalars(sa.select(LookOrderRow.post_id).limit(most)).all()
    row = session.scalars(sa.select(SpaceRow).where(SpaceRow.vectors == str(vectors))).one()
    ordered = sa.select(EmbeddingOrderRow.post_id).where(EmbeddingOrderRow.space == row.name)
    listed = sa.and_(PostRow.id > row.listed_to, PostRow.id <= row.list_until)
    if row.name == BUILT_IN_BEFORE:  # which describes no newer ones
        listed = PostRow.id > sa.select(sa.func.max(vectors.c.post_id)).scalar_subquery()
    unlisted = sa.select(PostRow.id).where(listed, PostRow.state == "ready")
    return session.scalars(ordered.union_all(unlisted).limit(most)).all()


def lacking(session: Session, vectors: sa.FromClause, post_ids: Collection[int]) -> set[int]:
    """Return those of some posts that a table does not describe."""
    if not post_ids:
        return set()
    given = sa.cast(sa.literal(spelled(post_ids), sa.Text), ARRAY(sa.Integer))
    there = sa.select(vectors.c.post_id).where(vectors.c.post_id == sa.any_(given))
    return set(post_ids) - set(session.scalars(there))
