"""Taking posts that a source is to be asked about, and giving them back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from homebooru.db import queue
from homebooru.db.queries.lookups.asked import SETTLE
from homebooru.db.queries.lookups.permitted import may_look
from homebooru.db.queries.records import any_of
from homebooru.db.tables import FormerDigestRow, PostRow, RecordRow
from homebooru.domain.lookups.chain import Wanted
from homebooru.domain.lookups.outcomes import ANSWERED, Outcome
from homebooru.sites import BOORUS

OUT_OF_SIGHT = timedelta(days=1)  # until a post that is missing or in the trash is looked at again
NOT_LOOKED_AT = timedelta(minutes=10)  # until a post that has no thumbnail may have one


def gather(session: Session, source: str, *, hurry: bool) -> None:
    """Let posts that are due in a moment be asked about with those that are due now.

    So posts that come one after another take few requests. In a `hurry` nobody waits for others.
    """
    moment, other = sa.func.now(), aliased(RecordRow)
    is_any_due = sa.exists().where(other.source == source, other.due <= moment)
    session.execute(
        sa.update(RecordRow)
        .where(
            RecordRow.source == source,
            RecordRow.due > moment,
            RecordRow.due <= moment + SETTLE,
            RecordRow.claimed_by.is_(None),
            sa.true() if hurry else is_any_due,
        )
        .values(due=moment)
        .execution_options(synchronize_session=False)
    )


def take(
    session: Session, source: str, *, limit: int, worker_id: int | None = None
) -> list[Wanted] | None:
    """Take posts that a source is to be asked about, None where no more are due.

    Those out of sight wait for another day, and so do those of which it may not learn; of so many
    none may be left.
    """
    rows = queue.claim(
        session, RecordRow, limit=limit, worker_id=worker_id, only=RecordRow.source == source
    )
    if not rows:
        return None
    taken = [row.post_id for row in rows]
    leads = {row.post_id: row for row in rows if row.similarity is not None}
    if source not in BOORUS:
        taken = _with_thumbnails(session, source, taken)
    rows_seen = session.execute(
        sa.select(PostRow.id, PostRow.md5, PostRow.sha256).where(
            any_of(PostRow.id, taken),
            PostRow.md5.is_not(None),
            PostRow.missing_since.is_(None),
            PostRow.trashed_at.is_(None),
            may_look(PostRow.id, sa.literal(source)),
        )
    )
    seen = {row.id: row for row in rows_seen}
    release(session, source, set(taken) - seen.keys(), wait=OUT_OF_SIGHT)
    former = _former(session, seen)
    return [
        Wanted(
            post_id,
            tuple(dict.fromkeys((row.md5.hex(), *former[post_id]))),
            row.sha256,
            *((leads[post_id].remote_id, leads[post_id].similarity) if post_id in leads else ()),
        )
        for post_id, row in sorted(seen.items())
    ]


def _with_thumbnails(session: Session, source: str, taken: Sequence[int]) -> list[int]:
    """Return the posts that can be looked at by now; the others wait a little longer."""
    ready = sa.and_(any_of(PostRow.id, taken), PostRow.state == "ready")
    there = set(session.scalars(sa.select(PostRow.id).where(ready)))
    release(session, source, set(taken) - there, wait=NOT_LOOKED_AT)
    return [post_id for post_id in taken if post_id in there]


def _former(session: Session, post_ids: Iterable[int]) -> Mapping[int, list[str]]:
    rows = session.execute(
        sa.select(FormerDigestRow.post_id, FormerDigestRow.md5)
        .where(any_of(FormerDigestRow.post_id, list(post_ids)))
        .order_by(FormerDigestRow.until.desc())
    )
    former: dict[int, list[str]] = defaultdict(list)
    for post_id, md5 in rows:
        if md5 is not None:
            former[post_id].append(md5.hex())
    return former


def release(
    session: Session,
    source: str,
    post_ids: Collection[int],
    *,
    wait: timedelta = timedelta(),
    outcome: Outcome | None = None,
) -> None:
    """Give back posts that a source could not be asked about; what it answered before stays."""
    if not post_ids:
        return
    answered = RecordRow.outcome.in_(ANSWERED)
    session.execute(
        sa.update(RecordRow)
        .where(RecordRow.source == source, any_of(RecordRow.post_id, list(post_ids)))
        .values(
            due=sa.func.now() + wait,
            claimed_by=None,
            outcome=sa.case(
                (answered if outcome else sa.true(), RecordRow.outcome), else_=sa.literal(outcome)
            ),
        )
        .execution_options(synchronize_session=False)
    )
