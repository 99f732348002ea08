"""Gives posts what another program knew of their pictures, as soon as both are there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import partial

import sqlalchemy as sa
from sqlalchemy.orm import Session

from homebooru.db.engine import Sessions
from homebooru.db.queries import locks, tags
from homebooru.db.queries.lookups import asked, chain
from homebooru.db.queries.lookups.leisure import leave_for_leisure
from homebooru.db.queries.lookups.services import now
from homebooru.db.queries.records import any_of
from homebooru.db.queries.takeover import staged
from homebooru.db.queue import Work, wake
from homebooru.db.retrying import in_transaction
from homebooru.db.tables import RecordRow, RememberedRow, TakenRow
from homebooru.domain.claims import About
from homebooru.domain.editing.edits import UNTOUCHED, Edit
from homebooru.domain.editing.words import Hand, Thing, Via, Word
from homebooru.domain.takeover.known import Acts
from homebooru.domain.takeover.remembered import Remembered, from_json
from homebooru.ports import Progress
from homebooru.services.editing.applying import apply_edit
from homebooru.services.lookups.tagging import AGAIN
from homebooru.services.tags.claiming import keep_claims
from homebooru.services.tags.deciding import hold
from homebooru.services.tags.deriving import derive
from homebooru.sites import TAGGERS

BATCH = 100
OWNER = 1  # whose acts they were: the other program knew one person alone

Known = Mapping[int, Remembered]
Due = Sequence[sa.Row[int, RememberedRow]]
Before = Mapping[tuple[str, bytes], TakenRow]


def take_over_due(sessions: Sessions, progress: Progress) -> int:
    """Give posts what waits for them until nothing does; return how many were given something."""
    with sessions.begin() as session:
        progress.expect(staged.count_ready(session))
    done, after = 0, b""
    while progress.goes_on():
        number, after = in_transaction(sessions, partial(_give_some, after=after))
        if not number:
            break
        done += number
        progress.advance(number)
    return done


def _give_some(session: Session, *, after: bytes) -> tuple[int, bytes]:
    """Give the next posts all of it, or, should this be cut off, nothing."""
    left = staged.take(session, BATCH, after)
    if not left:
        return 0, after
    number, last = len(left), left[-1][1].digest
    locks.share_vocabulary(session)
    _lock(session, left)
    while left:
        one_each = {row[0]: row for row in reversed(left)}
        _give(session, list(one_each.values()))
        left = [row for row in left if row is not one_each[row[0]]]
    return number, last


def _lock(session: Session, due: Due) -> None:
    """Hold the posts, and those of which one of them is the parent, in one order."""
    ids = {post for post, _ in due}
    locks.lock_posts(session, ids | set(asked.children_of(session, asked.names_of(session, ids))))


def _give(session: Session, due: Due) -> None:
    """Give each post what one program knew of it."""
    known = {post: from_json(row.digest.hex(), row.written_at, row.document) for post, row in due}
    batches = {post: row.batch_id for post, row in due}
    before = staged.taken_before(session, {(row.origin, row.digest) for _, row in due})
    staged.drop(session, [row for _, row in due])
    _hear(session, known)
    _decide(session, known, batches)
    _collect(session, due, known, before)
    derive(session, asked.children_of(session, asked.names_of(session, known)))


def _collect(session: Session, due: Due, known: Known, before: Before) -> None:
    """Give posts their places in pools and among favourites, each of them once only."""
    places, liked, marks = [], [], {}
    for post, row in due:
        taken, one = before.get((row.origin, row.digest)), known[post]
        given = set(taken.pool_ids) if taken else set()
        places += [(pool, post, at) for pool, at in one.pools if pool not in given]
        if one.favourite and not (taken and taken.liked):
            liked.append(post)
        marks[row.origin, row.digest] = {
            "origin": row.origin,
            "digest": row.digest,
            "mark": row.mark,
            "liked": one.favourite or bool(taken and taken.liked),
            "pool_ids": sorted(given.union(pool for pool, _ in one.pools)),
        }
    staged.fill(session, places)
    staged.like(session, OWNER, liked)
    staged.note_taken(session, list(marks.values()))


def _hear(session: Session, known: Known) -> None:
    """Keep what sources had answered, where they have not answered since, and let the others be asked."""
    at, again = now(session), chain.load_periods(session).until_again()
    kept = staged.note(
        session,
        [
            {
                "post_id": post,
                "source": heard.source,
                "outcome": heard.outcome,
                "remote_id": heard.remote_id,
                "answer": asked.storable(heard.answer),
                "similarity": heard.similarity,
                "asked_at": one.written_at,
                "due": at + (AGAIN if heard.source in TAGGERS else again)[heard.outcome],
                "waits_since": None,
            }
            for post, one in known.items()
            for heard in one.heard
            if heard.outcome is not None
        ],
    )
    said = {
        (post, heard.source): heard.said
        for post, one in known.items()
        for heard in one.heard
        if heard.said is not None and (heard.outcome is None or (post, heard.source) in kept)
    }
    keep_claims(session, said)
    asked.want(session, known)
    chain.pass_on(session, any_of(RecordRow.post_id, list(known)))
    leave_for_leisure(session, any_of(RecordRow.post_id, list(known)))
    wake(session, Work.LOOKUPS)
    wake(session, Work.TAGGING)


def _decide(session: Session, known: Known, batches: Mapping[int, int]) -> None:
    """Make what a person did over there their word here, where they have not said one since.

    What they took away may be a tag that nobody has said yet: it stays away once somebody does.
    """
    acting = {post: one.acts for post, one in known.items() if one.acts != Acts()}
    if not acting:
        return
    held = hold(session, acting)
    names = {name for acts in acting.values() for name in acts.added | acts.removed}
    ids = tags.make_tags(session, dict.fromkeys(names))
    changed: Counter[int] = Counter()
    for post, words in held.items():
        edit = _left(acting[post], words, ids)
        by = Hand(account_id=OWNER, via=Via.IMPORT, batch_id=batches[post])
        changed[by.batch_id or 0] += len(apply_edit(session, edit, [post], by))
    staged.count_edits(session, {batch: number for batch, number in changed.items() if number})


def _left(acts: Acts, words: Mapping[Thing, Word], ids: Mapping[str, int]) -> Edit:
    """Return what of a person's acts is about nothing of which they spoke here."""

    def unsaid(names: Iterable[str]) -> frozenset[str]:
        return frozenset(name for name in names if ids.get(name) not in words)

    rating = UNTOUCHED if acts.rating is None or About.RATING in words else acts.rating
    return Edit(add=unsaid(acts.added), remove=unsaid(acts.removed), rating=rating)
