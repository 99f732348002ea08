"""What another program knew of pictures, while it waits for them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, insert
from sqlalchemy.orm import Session, aliased

from homebooru.db.queries.records import any_of
from homebooru.db.tables import (
    EditBatchRow,
    FavouriteRow,
    PoolPostRow,
    PoolRow,
    PostRow,
    RecordRow,
    RememberedRow,
    TakenPoolRow,
    TakenRow,
)
from homebooru.domain.editing.words import Via
from homebooru.domain.lookups.outcomes import ANSWERED
from homebooru.errors import Conflict
from homebooru.phrases import phrase


class NewPool(NamedTuple):
    """A pool to be made: its id, its name and description here, and its name over there."""

    id: int
    name: str
    description: str
    theirs: str


def _shows(digest: sa.SQLColumnExpression[bytes]) -> sa.ColumnElement[bool]:
    """Tell whether a post's file has a digest, of whatever kind that is."""
    return sa.or_(PostRow.md5 == digest, PostRow.sha1 == digest, PostRow.sha256 == digest)


WHOLE = (
    sa.exists()
    .where(EditBatchRow.id == RememberedRow.batch_id, EditBatchRow.finished_at.is_not(None))
    .correlate_except(EditBatchRow)
)
"""Whether all that came with it was read to the end."""
READY = sa.and_(_shows(RememberedRow.digest), WHOLE)


def is_remembered() -> sa.ColumnElement[bool]:
    """Tell whether something waits to be taken over of a post."""
    return sa.exists().where(READY).correlate_except(RememberedRow)


def is_ready() -> sa.ColumnElement[bool]:
    """Tell whether anything waits whose picture is there."""
    return sa.exists().where(READY)


def count_ready(session: Session, post_ids: Collection[int] | None = None) -> int:
    """Return of how many posts, or of these, something is to be taken over."""
    mine = sa.true() if post_ids is None else any_of(PostRow.id, list(post_ids))
    return session.scalar(sa.select(sa.func.count(PostRow.id.distinct())).where(READY, mine)) or 0


def find_here(session: Session, digests: Collection[bytes]) -> set[bytes]:
    """Return of which of these pictures there is a post."""
    if not digests:
        return set()
    named = sa.select(sa.func.unnest(sa.literal(list(digests), ARRAY(sa.LargeBinary)))).subquery()
    [digest] = named.c
    there = sa.exists().where(_shows(digest))
    return set(session.scalars(sa.select(digest).where(there)))


def begin(session: Session, origin: str, account_id: int) -> int:
    """Begin to read what a program knew; what an earlier reading left half done is forgotten."""
    broken_off = sa.select(RememberedRow.batch_id).where(RememberedRow.origin == origin, ~WHOLE)
    for batch_id in session.scalars(broken_off.distinct()).all():
        forget(session, batch_id)
    batch = EditBatchRow(account_id=account_id, via=Via.IMPORT)
    session.add(batch)
    session.flush()
    return batch.id


def forget(session: Session, batch_id: int) -> None:
    """Forget what was read of a program that could not be read to the end."""
    session.get(EditBatchRow, batch_id, with_for_update=True)  # whoever still adds to it is done
    session.execute(sa.delete(RememberedRow).where(RememberedRow.batch_id == batch_id))
    session.execute(sa.delete(EditBatchRow).where(EditBatchRow.id == batch_id))


def stage(session: Session, batch_id: int, rows: Sequence[Mapping[str, Any]]) -> None:
    """Keep what is to be taken over once all is read.

    Of a picture that comes twice it is the first, or the first with which a person did something.
    Raises Conflict where another reading of the same program was begun meanwhile.
    """
    if session.get(EditBatchRow, batch_id, with_for_update={"read": True}) is None:
        raise _overtaken()
    if rows:
        given = insert(RememberedRow)
        fuller = given.on_conflict_do_update(
            index_elements=[RememberedRow.batch_id, RememberedRow.digest],
            set_={name: given.excluded[name] for name in ("document", "mark", "written_at")},
            where=sa.and_(~_has_acts(RememberedRow.document), _has_acts(given.excluded.document)),
        )
        session.execute(fuller, list(rows))


def _has_acts(document: sa.SQLColumnExpression[Any]) -> sa.ColumnElement[bool]:
    """Tell whether a person did something to the tags of what is taken over."""
    nothing = sa.literal([], JSONB)
    return sa.or_(document["added"] != nothing, document["removed"] != nothing)


def finish(session: Session, batch_id: int) -> None:
    """Let what was read be given to posts; it takes the place of what waited from that program.

    Raises Conflict where another reading of the same program was begun meanwhile.
    """
    batch = session.get(EditBatchRow, batch_id, with_for_update=True)
    if batch is None:
        raise _overtaken()
    batch.finished_at = batch.made_at
    newer = aliased(RememberedRow)
    replaced = sa.exists().where(
        newer.batch_id == batch_id,
        newer.origin == RememberedRow.origin,
        newer.digest == RememberedRow.digest,
        RememberedRow.batch_id < batch_id,
    )
    session.execute(
        sa.delete(RememberedRow).where(replaced).execution_options(synchronize_session=False)
    )


def _overtaken() -> Conflict:
    return Conflict(phrase("Somebody began the same import anew; that one goes on."))


def unchanged(session: Session, origin: str, marks: Mapping[bytes, bytes]) -> set[bytes]:
    """Return those digests of which the very same waits, or was taken over before and is here."""
    there = sa.exists().where(_shows(TakenRow.digest))
    taken = sa.select(TakenRow.digest, TakenRow.mark).where(
        TakenRow.origin == origin, TakenRow.digest.in_(marks), there
    )
    waiting = sa.select(RememberedRow.digest, RememberedRow.mark).where(
        RememberedRow.origin == origin, RememberedRow.digest.in_(marks), WHOLE
    )
    rows = session.execute(sa.union_all(taken, waiting))
    return {row.digest for row in rows if row.mark == marks[row.digest]}


def take(session: Session, limit: int, after: bytes) -> Sequence[sa.Row[int, RememberedRow]]:
    """Return posts with what waits for them and nobody else is at, by digests from `after` on."""
    return session.execute(
        sa.select(PostRow.id, RememberedRow)
        .join(RememberedRow, READY)
        .where(RememberedRow.digest >= after)
        .order_by(RememberedRow.digest)
        .limit(limit)
        .with_for_update(of=RememberedRow, skip_locked=True)
    ).all()


def drop(session: Session, rows: Iterable[RememberedRow]) -> None:
    """Forget what was taken over."""
    keys = {(row.batch_id, row.digest) for row in rows}
    session.execute(
        sa.delete(RememberedRow).where(
            sa.tuple_(RememberedRow.batch_id, RememberedRow.digest).in_(keys)
        ),
        execution_options={"synchronize_session": False},
    )


def taken_before(
    session: Session, rows: Collection[tuple[str, bytes]]
) -> dict[tuple[str, bytes], TakenRow]:
    """Return what was taken over before of pictures, by program and digest."""
    found = session.scalars(
        sa.select(TakenRow).where(sa.tuple_(TakenRow.origin, TakenRow.digest).in_(rows))
    )
    return {(row.origin, row.digest): row for row in found}


def note_taken(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write down what was taken over of pictures."""
    given = insert(TakenRow)
    session.execute(
        given.on_conflict_do_update(
            index_elements=[TakenRow.origin, TakenRow.digest],
            set_={name: given.excluded[name] for name in ("mark", "liked", "pool_ids")},
        ),
        list(rows),
    )


def note(session: Session, rows: Sequence[Mapping[str, Any]]) -> set[tuple[int, str]]:
    """Keep what sources answered elsewhere, unless they answered here; return what was kept."""
    if not rows:
        return set()
    given = insert(RecordRow).values(list(rows))
    kept = given.on_conflict_do_update(
        index_elements=[RecordRow.post_id, RecordRow.source],
        set_={
            name: given.excluded[name]
            for name in ("outcome", "remote_id", "answer", "similarity", "asked_at", "due")
        }
        | {"waits_since": None},
        where=sa.and_(
            RecordRow.claimed_by.is_(None),
            sa.or_(RecordRow.outcome.is_(None), RecordRow.outcome.not_in(ANSWERED)),
        ),
    )
    return {
        (post_id, source)
        for post_id, source in session.execute(kept.returning(RecordRow.post_id, RecordRow.source))
    }


def pools_of(session: Session, origin: str) -> dict[str, int | None]:
    """Return the pools that were made for a program's, by their names there; None if removed."""
    rows = session.execute(
        sa.select(TakenPoolRow.name, TakenPoolRow.pool_id).where(TakenPoolRow.origin == origin)
    )
    return {row.name: row.pool_id for row in rows}


def reserve_pools(session: Session, number: int) -> list[int]:
    """Return ids for pools that are still to be made."""
    following = sa.func.nextval(sa.func.pg_get_serial_sequence("pool", "id"))
    return list(
        session.scalars(sa.select(following).select_from(sa.func.generate_series(1, number)))
    )


def new_pools(session: Session, origin: str, wanted: Sequence[NewPool]) -> int:
    """Make those pools whose names nobody has; return how many."""
    if not wanted:
        return 0
    rows = [{"id": one.id, "name": one.name, "description": one.description} for one in wanted]
    made = set(
        session.scalars(insert(PoolRow).values(rows).on_conflict_do_nothing().returning(PoolRow.id))
    )
    known = [
        {"origin": origin, "name": one.theirs, "pool_id": one.id}
        for one in wanted
        if one.id in made
    ]
    if known:
        session.execute(insert(TakenPoolRow).values(known).on_conflict_do_nothing())
    return len(made)


def fill(session: Session, places: Iterable[tuple[int, int, int]]) -> None:
    """Put posts into pools that are still there: each the pool, the post and its place."""
    rows = [
        {"pool_id": pool, "post_id": post, "position": place}
        for pool, post, place in sorted(set(places))
    ]
    there = set(
        session.scalars(sa.select(PoolRow.id).where(PoolRow.id.in_({r["pool_id"] for r in rows})))
    )
    if left := [row for row in rows if row["pool_id"] in there]:
        session.execute(insert(PoolPostRow).values(left).on_conflict_do_nothing())


def like(session: Session, account_id: int, post_ids: Collection[int]) -> None:
    """Make posts favourites of an account, unless they are."""
    if rows := [{"account_id": account_id, "post_id": one} for one in sorted(post_ids)]:
        session.execute(insert(FavouriteRow).values(rows).on_conflict_do_nothing())


def count_edits(session: Session, changed: Mapping[int, int]) -> None:
    """Add to batches how many posts were changed by them."""
    for batch_id, number in sorted(changed.items()):
        session.execute(
            sa.update(EditBatchRow)
            .where(EditBatchRow.id == batch_id)
            .values(changed=EditBatchRow.changed + number, posts=EditBatchRow.posts + number)
        )
