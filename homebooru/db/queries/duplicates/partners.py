"""By what posts find each other that may be one picture: kept, and asked."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, BIT, array, insert
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from homebooru.db.queries.duplicates.finding import Sought
from homebooru.db.queries.duplicates.pairs import Pair, pair_of
from homebooru.db.queries.records import any_of
from homebooru.db.tables import FingerprintRow
from homebooru.domain.duplicates.fingerprints import Fingerprint, Landmarks, agreeing
from homebooru.domain.similarity import BITS

Prints = Mapping[int, Fingerprint | None]

MOST = 24  # partners by each way: where hundreds are one picture, they are joined by the first
FARTHEST = 8  # bits
LOOKED_AT = 2000  # that share a piece of a hash
USUAL = 40  # whoever shares a word with more than these is told nothing by it
SHARED, AGREED = 2, 2  # words, and those of them that lie alike
LIKELIEST, BEST = 30, 3


def keep_fingerprints(session: Session, some: Collection[Sought], prints: Prints) -> None:
    """Let others find posts from now on.

    Whoever looks afterwards, in a transaction of their own, misses nobody.
    """
    values = [{"post_id": one.post_id, **_row(one, prints.get(one.post_id))} for one in some]
    if values:
        new = insert(FingerprintRow).values(values)
        kept = {name: new.excluded[name] for name in values[0] if name != "post_id"}
        session.execute(
            new.on_conflict_do_update(index_elements=[FingerprintRow.post_id], set_=kept)
        )


def _row(one: Sought, found: Fingerprint | None) -> dict[str, object]:
    return {
        "pixel_digest": one.pixel_digest,
        "light": found and found.light,
        "brightest": found and found.brightest,
        "mirrored": found and found.mirrored,
        "pieces": found.pieces if found else [],
        "asked": found.asked if found else [],
        "words": list(found.landmarks.words) if found else [],
        "places": found.landmarks.places if found else b"",
    }


def partners(session: Session, prints: Prints) -> set[Pair]:
    """Return pairs, the smaller number first, of whom one is given and that may be one picture."""
    # of numbers in arrays the planner knows little, and would rather read the whole table
    session.execute(sa.text("set local enable_seqscan = off"))
    post_ids = list(prints)
    rows = [*session.execute(_by_pixels(post_ids)), *session.execute(_by_hash(post_ids))]
    marks = {post: found.landmarks for post, found in prints.items() if found}
    return {pair_of(one, other) for one, other in [*rows, *_by_landmarks(session, marks)]}


def _by_pixels(post_ids: Sequence[int]) -> sa.Select[int, int]:
    mine, theirs = aliased(FingerprintRow), aliased(FingerprintRow)
    same = _others(theirs, theirs.pixel_digest == mine.pixel_digest, mine.post_id)
    return _joined(mine, same.order_by(theirs.post_id).limit(MOST), post_ids)


def _by_hash(post_ids: Sequence[int]) -> sa.Select[int, int]:
    mine, theirs = aliased(FingerprintRow), aliased(FingerprintRow)
    apart = sa.func.least(
        _apart(mine.light, theirs.light),
        _apart(mine.brightest, theirs.brightest),
        _apart(mine.mirrored, theirs.light),
    )
    sharing = (
        _others(theirs, theirs.pieces.overlap(mine.asked), mine.post_id)
        .add_columns(apart.label("apart"))
        .limit(LOOKED_AT)
        .correlate(mine)
        .subquery()
    )
    near = (
        sa.select(sharing.c.post_id)
        .where(sharing.c.apart <= FARTHEST)
        .order_by(sharing.c.apart, sharing.c.post_id)
        .limit(MOST)
    )
    return _joined(mine, near, post_ids)


def _apart(
    here: InstrumentedAttribute[int | None], there: InstrumentedAttribute[int | None]
) -> sa.ColumnElement[int]:
    return sa.func.bit_count(sa.cast(here.bitwise_xor(there), BIT(BITS)))


def _others(
    theirs: type[FingerprintRow], fits: sa.ColumnElement[bool], post_id: InstrumentedAttribute[int]
) -> sa.Select[int]:
    return sa.select(theirs.post_id).where(fits, theirs.post_id != post_id)


def _joined(
    mine: type[FingerprintRow], some: sa.Select[int], post_ids: Sequence[int]
) -> sa.Select[int, int]:
    near = some.correlate(mine).lateral()
    return (
        sa.select(mine.post_id, near.c.post_id)
        .join(near, sa.true())
        .where(any_of(mine.post_id, post_ids))
    )


def _by_landmarks(session: Session, marks: Mapping[int, Landmarks]) -> list[Pair]:
    """Return for each post the few others of which most landmarks lie in it as they do there."""
    likeliest = {
        post: [other for other, _ in shared.most_common(LIKELIEST)]
        for post, shared in _sharing(session, marks).items()
    }
    wanted = {other for others in likeliest.values() for other in others}
    kept = {
        row.post_id: (row.words, row.places)
        for row in session.execute(
            sa.select(FingerprintRow.post_id, FingerprintRow.words, FingerprintRow.places).where(
                any_of(FingerprintRow.post_id, wanted)
            )
        )
    }
    found = []
    for post, others in likeliest.items():
        agreed = {other: agreeing(marks[post], *kept[other]) for other in others}
        best = sorted(others, key=lambda other: -agreed[other])[:BEST]
        found += [(post, other) for other in best if agreed[other] >= AGREED]
    return found


def _sharing(session: Session, marks: Mapping[int, Landmarks]) -> dict[int, Counter[int]]:
    """Return with whom posts share words that few have, and how many."""
    asked: dict[int, set[int]] = defaultdict(set)
    for post, found in marks.items():
        for guesses in found.guesses:
            for word in guesses:
                asked[word].add(post)
    counted: dict[int, Counter[int]] = {post: Counter() for post in marks}
    for word, others in session.execute(_having(sorted(asked))):
        for post in asked[word]:
            counted[post].update(other for other in others if other != post)
    return {
        post: Counter({other: number for other, number in each.items() if number >= SHARED})
        for post, each in counted.items()
    }


def _having(words: Sequence[int]) -> sa.Select[int, list[int]]:
    """Select which posts have each word, of those that few have."""
    listed = sa.func.unnest(sa.literal(list(words), ARRAY(sa.Integer)))
    asked = listed.table_valued(sa.column("word", sa.Integer)).render_derived(name="asked")
    some = (
        sa.select(FingerprintRow.post_id)
        .where(FingerprintRow.words.contains(array([asked.c.word])))
        .limit(USUAL + 1)
        .correlate(asked)
        .subquery()
    )
    having = sa.select(sa.func.array_agg(some.c.post_id).label("posts")).lateral()
    return (
        sa.select(asked.c.word, having.c.posts)
        .join(having, sa.true())
        .where(sa.func.cardinality(having.c.posts) <= USUAL)
    )
