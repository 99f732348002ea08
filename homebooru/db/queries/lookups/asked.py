"""Which posts sources are to be asked about, and what they answered."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import InstrumentedAttribute as Column
from sqlalchemy.orm import Session, aliased

from homebooru.db.queries.lookups.chain import ENABLED, FAR, IS_OVERDUE, pass_on, step_of
from homebooru.db.queries.lookups.leisure import leave_for_leisure
from homebooru.db.queries.lookups.permitted import may_look
from homebooru.db.queries.lookups.services import IS_OPEN
from homebooru.db.queries.records import any_of
from homebooru.db.queries.takeover.staged import is_remembered
from homebooru.db.tables import ClaimRow, PostRow, RecordRow, ServiceRow, TagRow
from homebooru.domain.lookups.outcomes import ANSWERED, KNOWN, Found, Outcome
from homebooru.domain.tags import Category
from homebooru.sites import TAGGERS, Step

A_WHILE = timedelta(days=1)
DIGESTS: Mapping[str, Column[bytes | None]] = {
    "md5": PostRow.md5,
    "sha1": PostRow.sha1,
    "sha256": PostRow.sha256,
}
HEX = re.compile("([0-9a-f]{2})+")
SETTLE = timedelta(seconds=30)  # for which a new post waits for others to be asked about with it


def is_waiting(only: sa.ColumnElement[bool], *, or_claimed: bool) -> sa.ColumnElement[bool]:
    """Tell whether one of these sources (`only` some records) is to be asked, and can be now.

    That one has not answered for too long is work too.
    """
    due = sa.exists().where(
        only, RecordRow.source == ServiceRow.name, RecordRow.due <= sa.func.now()
    )
    unlisted = sa.and_(
        ServiceRow.name.not_in(TAGGERS), ServiceRow.listed_to < ServiceRow.list_until
    )
    waiting = sa.or_(
        sa.exists().where(ENABLED, IS_OPEN, sa.or_(due, unlisted)),
        sa.exists().where(only, IS_OVERDUE, RecordRow.claimed_by.is_(None)),
    )
    claimed = sa.exists().where(only, RecordRow.claimed_by.is_not(None))
    return sa.or_(waiting, claimed) if or_claimed else waiting


def enabled(session: Session) -> list[str]:
    """Return the names of the sources that may be asked."""
    return list(
        session.scalars(sa.select(ServiceRow.name).where(ENABLED).order_by(ServiceRow.name))
    )


def want(session: Session, post_ids: Collection[int]) -> bool:
    """Let all enabled sources be asked about posts that are new to them; tell whether there are."""
    added = session.scalars(
        insert(RecordRow)
        .from_select(
            ["post_id", "source", "due"], _asked_of(PostRow.id.in_(post_ids), ENABLED, SETTLE)
        )
        .on_conflict_do_nothing()
        .returning(RecordRow.post_id)
    )
    return added.first() is not None


def list_posts(session: Session, name: str, limit: int) -> int:
    """Let a source be asked about the next posts that were there when it was enabled.

    Where it had been asked before and did not answer, it is awaited anew.
    """
    row = session.get_one(ServiceRow, name, with_for_update=True, populate_existing=True)
    end = min(row.listed_to + limit, row.list_until)
    if end > row.listed_to:
        mine = sa.and_(ServiceRow.name == name, ENABLED)
        listed = insert(RecordRow).from_select(
            ["post_id", "source", "due"],
            _asked_of(PostRow.id.between(row.listed_to + 1, end), mine),
        )
        unanswered = sa.or_(RecordRow.outcome.is_(None), RecordRow.outcome.not_in(ANSWERED))
        session.execute(
            listed.on_conflict_do_update(
                index_elements=[RecordRow.post_id, RecordRow.source],
                set_={"due": listed.excluded.due, "waits_since": sa.func.now()},
                where=sa.and_(
                    RecordRow.claimed_by.is_(None),
                    sa.or_(unanswered, RecordRow.asked_at < row.again_before)
                    if row.again_before
                    else unanswered,
                ),
            )
        )
        pass_on(session, RecordRow.post_id.between(row.listed_to + 1, end))
        leave_for_leisure(session, RecordRow.post_id.between(row.listed_to + 1, end))
        listed_now, row.listed_to = end - row.listed_to, end
        return listed_now
    return 0


def list_anew(session: Session, names: Collection[str]) -> None:
    """Let all posts there are be listed for sources."""
    newest = session.scalar(sa.select(sa.func.max(PostRow.id))) or 0
    session.execute(
        sa.update(ServiceRow)
        .where(ServiceRow.name.in_(names))
        .values(listed_to=0, list_until=newest)
    )


def _asked_of(
    posts: sa.ColumnElement[bool],
    services: sa.ColumnElement[bool],
    wait: timedelta = timedelta(),
) -> sa.Select[Any]:
    """Pair posts with sources that may learn of them; who has others before them waits for those.

    Those who take many posts at once `wait` for more of them.
    """
    earlier = aliased(ServiceRow)
    has_earlier = sa.exists().where(
        sa.func.coalesce(earlier.fixed, earlier.enabled),
        step_of(earlier.name) < step_of(ServiceRow.name),
        may_look(PostRow.id, earlier.name),
    )
    many_at_once = step_of(ServiceRow.name) == Step.DIGESTS
    due = sa.case(
        (has_earlier, sa.literal(FAR)),
        (many_at_once, sa.func.now() + wait),
        else_=sa.func.now(),
    )
    return (
        sa.select(PostRow.id, ServiceRow.name, due)
        .select_from(sa.join(PostRow, ServiceRow, sa.true()))
        .where(
            PostRow.md5.is_not(None),
            posts,
            services,
            may_look(PostRow.id, ServiceRow.name),
            ~is_remembered(),
        )
    )


def note(
    session: Session,
    source: str,
    answers: Mapping[int, Found],
    again: Mapping[Outcome, timedelta],
    asked_at: datetime,
) -> None:
    """Write down what a source answered about posts, and when to ask it again.

    Of a post that it knew, and does not know any more, the last it said is kept.
    """
    gone = _known_before(session, source, answers)
    rows = [
        {
            "post_id": post_id,
            "source": source,
            "outcome": found.outcome,
            "remote_id": found.remote_id,
            "answer": storable(found.answer),
            "similarity": found.similarity,
            "asked_at": asked_at,
            "due": asked_at + again[found.outcome],
            "claimed_by": None,
            "attempts": 0,
        }
        for post_id, found in sorted(answers.items())
        if post_id not in gone
    ]
    rows_gone = [
        {
            "post_id": post_id,
            "source": source,
            "asked_at": asked_at,
            "due": asked_at + again[Outcome.HIT],
            "claimed_by": None,
            "attempts": 0,
        }
        for post_id in sorted(gone)
    ]
    for some in filter(None, (rows, rows_gone)):
        session.execute(sa.update(RecordRow), some)
    through = [post_id for post_id, found in answers.items() if found.outcome in ANSWERED]
    session.execute(
        sa.update(RecordRow)
        .where(RecordRow.source == source, any_of(RecordRow.post_id, through))
        .values(waits_since=None)
        .execution_options(synchronize_session=False)
    )


def _known_before(session: Session, source: str, answers: Mapping[int, Found]) -> set[int]:
    """Return the posts that a source does not know, and knew when it was asked before."""
    missed = [post_id for post_id, found in answers.items() if found.outcome is Outcome.MISS]
    known = sa.select(RecordRow.post_id).where(
        RecordRow.source == source,
        any_of(RecordRow.post_id, missed),
        RecordRow.outcome.in_(KNOWN),
    )
    return set(session.scalars(known)) if missed else set()


def follow(session: Session, answers: Mapping[int, Found]) -> None:
    """Let enabled boorus be asked for their posts to which answers led, by their numbers.

    One that knows the picture by its digest knows it better.
    """
    may_be = set(enabled(session))
    rows = [
        {
            "post_id": post_id,
            "source": site,
            "remote_id": remote_id,
            "similarity": found.similarity,
        }
        for post_id, found in sorted(answers.items())
        for site, remote_id in found.leads.items()
        if site in may_be
    ]
    if not rows:
        return
    led = insert(RecordRow).values(rows)
    session.execute(
        led.on_conflict_do_update(
            index_elements=[RecordRow.post_id, RecordRow.source],
            set_={
                "remote_id": led.excluded.remote_id,
                "similarity": led.excluded.similarity,
                "due": sa.func.now(),
                "waits_since": sa.func.now(),
            },
            where=sa.or_(RecordRow.outcome.is_(None), RecordRow.outcome.not_in(KNOWN)),
        )
    )


def storable(answer: Any) -> Any:
    """Leave out of JSON what PostgreSQL cannot hold."""
    if isinstance(answer, str):
        return answer.replace("\0", "").encode("utf-8", "replace").decode()
    if isinstance(answer, Mapping):
        return {storable(name): storable(value) for name, value in answer.items()}
    return [storable(one) for one in answer] if isinstance(answer, list) else answer


def posts_showing(session: Session, remote_ids: Collection[str]) -> dict[str, int]:
    """Return which of our posts show what posts elsewhere (`site:id`) do, of several the first.

    Programs without numbers that anybody else knows name a post by a digest (`md5:…`).
    """
    pairs = [(site, number) for site, _, number in (one.partition(":") for one in remote_ids)]
    if not pairs:
        return {}
    rows = session.execute(
        sa.select(RecordRow.source, RecordRow.remote_id, sa.func.min(RecordRow.post_id))
        .where(sa.tuple_(RecordRow.source, RecordRow.remote_id).in_(pairs))
        .group_by(RecordRow.source, RecordRow.remote_id)
    )
    found = {f"{source}:{remote_id}": post_id for source, remote_id, post_id in rows}
    for kind, column in DIGESTS.items():
        found |= _posts_with(session, kind, column, [text for name, text in pairs if name == kind])
    return found


def _posts_with(
    session: Session, kind: str, column: Column[bytes | None], texts: Collection[str]
) -> dict[str, int]:
    digests = [bytes.fromhex(text) for text in texts if HEX.fullmatch(text)]
    if not digests:
        return {}
    rows = session.execute(
        sa.select(column, sa.func.min(PostRow.id)).where(column.in_(digests)).group_by(column)
    )
    return {f"{kind}:{digest.hex()}": post_id for digest, post_id in rows if digest}


def names_of(session: Session, post_ids: Collection[int]) -> set[str]:
    """Return how posts are named by digests, as `posts_showing` knows them."""
    columns = sa.select(*DIGESTS.values()).where(any_of(PostRow.id, list(post_ids)))
    return {
        f"{kind}:{digest.hex()}"
        for row in session.execute(columns)
        for kind, digest in zip(DIGESTS, row, strict=True)
        if digest is not None
    }


def children_of(session: Session, remote_ids: Collection[str]) -> list[int]:
    """Return the posts of which somebody says that one of these, elsewhere, is the parent."""
    return list(
        session.scalars(
            sa.select(ClaimRow.post_id).where(ClaimRow.parent.in_(remote_ids)).distinct()
        )
    )


def ask_children(session: Session, source: str, children: Mapping[str, str]) -> None:
    """Let a source be asked again about posts that say another parent than it names them now.

    `children` are its posts, each with its parent (`site:id`). One that was asked about within a
    day is believed: it is the older list that is wrong.
    """
    says_so = sa.exists().where(
        ClaimRow.post_id == RecordRow.post_id,
        ClaimRow.source == source,
        ClaimRow.parent == sa.case(children, value=RecordRow.remote_id),
    )
    session.execute(
        sa.update(RecordRow)
        .where(
            RecordRow.source == source,
            RecordRow.remote_id.in_(children),
            RecordRow.claimed_by.is_(None),
            RecordRow.asked_at < sa.func.now() - A_WHILE,
            ~says_so,
        )
        .values(due=sa.func.now())
        .execution_options(synchronize_session=False)
    )


def known_categories(session: Session, names: Collection[str]) -> dict[str, Category]:
    """Return the categories of tags that somebody told."""
    rows = session.execute(
        sa.select(TagRow.name, TagRow.category).where(
            any_of(TagRow.name, list(names)), TagRow.category_by.is_not(None)
        )
    )
    return {name: Category(category) for name, category in rows}


def count_due(session: Session, names: Sequence[str]) -> int:
    """Return how often these services are to be asked about a post, as far as it is known."""
    return (
        session.scalar(
            sa.select(sa.func.count())
            .select_from(RecordRow)
            .where(RecordRow.source.in_(names), RecordRow.due <= sa.func.now())
        )
        or 0
    )


def count_records(session: Session) -> Sequence[sa.Row[str, str | None, bool, int]]:
    """Count records by source, by what was answered, and by whether an answer is awaited."""
    is_awaited = sa.and_(RecordRow.waits_since.is_not(None), RecordRow.due < FAR)
    kinds = (RecordRow.source, RecordRow.outcome, is_awaited)
    return session.execute(sa.select(*kinds, sa.func.count()).group_by(*kinds)).all()
