"""Keeps posts' rows true to what is said and decided."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import sqlalchemy as sa
from sqlalchemy.orm import Session

from homebooru.db.engine import Sessions
from homebooru.db.queries import locks
from homebooru.db.queries.deriving import counting, orders, rows
from homebooru.db.queries.deriving.claims import read_claims, read_verdicts
from homebooru.db.queries.lookups.asked import posts_showing
from homebooru.db.queries.policy import load_policy
from homebooru.db.queries.tags import load_vocabulary
from homebooru.db.retrying import in_transaction
from homebooru.domain.claims import Claim, PostVerdict, Verdict, effective
from homebooru.domain.derived import Derived, derived, own_parent
from homebooru.ports import Progress
from homebooru.services.outgoing.following import follow
from homebooru.services.tags.counting import recount

BATCH = 1000


@dataclass(frozen=True, slots=True)
class Change:
    """What a post's row holds, and what it should hold."""

    before: Derived
    after: Derived


def derive(session: Session, post_ids: Iterable[int]) -> int:
    """Derive posts anew from claims and verdicts; return how many of them changed.

    The posts are locked before anything about them is read, and the vocabulary is kept as it
    is, so what is written still holds when the transaction commits.
    """
    locks.share_vocabulary(session)
    locked = locks.lock_posts(session, post_ids)
    changed = 0
    for start in range(0, len(locked), BATCH):
        changes = _work_out(session, locked[start : start + BATCH])
        rows.write_derived(session, {post: c.after for post, c in changes.items()})
        counting.add_deltas(session, _count_deltas(changes.values()))
        changed += len(changes)
    follow(session, locked)
    return changed


def uncount(session: Session, post_ids: Iterable[int]) -> list[int]:
    """Take posts out of the counts of their tags; the caller deletes them with it.

    They are locked, so nobody adds a tag to them meanwhile. Return those that exist.
    """
    locks.share_vocabulary(session)
    locked = locks.lock_posts(session, post_ids)
    held = rows.read_derived(session, locked)
    counting.add_deltas(session, _count_deltas(Change(row, Derived()) for row in held.values()))
    return locked


def _work_out(session: Session, post_ids: Sequence[int]) -> dict[int, Change]:
    """Return those posts whose rows are not what they should be."""
    session.flush()  # what the caller wrote through the session must be read here
    claims, verdicts = read_claims(session, post_ids), read_verdicts(session, post_ids)
    vocabulary = load_vocabulary(session, tags_in(claims, verdicts))
    policy = load_policy(session)
    outcomes = {
        post: effective(claims.get(post, ()), verdicts.get(post, ()), vocabulary, policy)
        for post in post_ids
    }
    parents = _parents(session, {post: outcome.parent for post, outcome in outcomes.items()})
    exist = rows.existing_posts(session, {p for p in parents.values() if p is not None})
    oldest = rows.oldest_files(session, post_ids)
    changes = {}
    for post, before in rows.read_derived(session, post_ids).items():
        parent = parents[post] if parents[post] in exist - {post} else None
        after = derived(outcomes[post], vocabulary, parent_id=parent, oldest=oldest.get(post))
        if after != before:
            changes[post] = Change(before, after)
    return changes


def _parents(session: Session, named: Mapping[int, str | None]) -> dict[int, int | None]:
    """Return the posts of ours that are named as parents, be it as what another site calls them."""
    elsewhere = {name for name in named.values() if name is not None and own_parent(name) is None}
    here = posts_showing(session, elsewhere)
    return {
        post: None if name is None else own_parent(name) or here.get(name)
        for post, name in named.items()
    }


def tags_in(
    claims: Mapping[int, Sequence[Claim]],
    verdicts: Mapping[int, Sequence[Verdict | PostVerdict]],
) -> set[int]:
    """Return all tags that are said or decided."""
    said = {tag for of_post in claims.values() for claim in of_post for tag in claim.tag_ids}
    return said | {
        verdict.tag_id
        for of_post in verdicts.values()
        for verdict in of_post
        if isinstance(verdict, Verdict)
    }


def _count_deltas(changes: Iterable[Change]) -> Counter[int]:
    deltas: Counter[int] = Counter()
    for change in changes:
        deltas.update(change.after.tag_ids)
        deltas.subtract(change.before.tag_ids)
    return deltas


def rebuild(sessions: Sessions, progress: Progress) -> int:
    """Derive every post anew and count every tag anew; return how many rows were wrong.

    After undisturbed work none is.
    """
    wrong = 0
    after = 0
    with sessions() as session:
        progress.expect(rows.count_posts(session))
    while progress.goes_on():
        changed, post_ids = in_transaction(sessions, partial(_derive_after, after=after))
        wrong += changed
        if not post_ids:
            return wrong + recount(sessions)
        after = post_ids[-1]
        progress.advance(len(post_ids))
    return wrong


def _derive_after(session: Session, *, after: int) -> tuple[int, list[int]]:
    post_ids = rows.posts_after(session, after, limit=BATCH)
    return derive(session, post_ids), post_ids


def check(sessions: Sessions, progress: Progress) -> int:
    """Return how many rows `rebuild` would find wrong; nothing is written."""
    with sessions.begin() as session:
        # One snapshot for all that is read: edits that go on meanwhile are no differences.
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        session.execute(sa.text("set transaction read only"))
        progress.expect(rows.count_posts(session))
        wrong, after = 0, 0
        while progress.goes_on() and (post_ids := rows.posts_after(session, after, limit=BATCH)):
            wrong += len(_work_out(session, post_ids))
            after = post_ids[-1]
            progress.advance(len(post_ids))
        return wrong + len(counting.miscounted(session))


def retag_due(sessions: Sessions, progress: Progress, *, worker_id: int | None = None) -> int:  # noqa: ARG001
    """Carry out the orders to derive posts anew, oldest first; return how many posts were.

    One worker does it at a time, in transactions of at most BATCH posts; whoever comes next goes
    on where the last one stopped.
    """
    done = 0
    with sessions() as session:
        waiting = orders.waiting_orders(session)
        progress.expect(sum(orders.count_affected(session, order) for order in waiting))
    while progress.goes_on():
        with sessions() as session:
            waiting = orders.waiting_orders(session)
        if not waiting:
            break
        if waiting[0].next_post_id == 0:
            _let_writers_finish(sessions)
        count = in_transaction(sessions, partial(_carry_on, order_id=waiting[0].id))
        if count is None:
            break
        done += count
        progress.advance(count, current=waiting[0].reason)
    return done


def _let_writers_finish(sessions: Sessions) -> None:
    """Wait for those who may still derive with what held before the order.

    Which posts an order concerns can be told only when what they wrote can be seen.
    """
    with sessions.begin() as session:
        locks.own_vocabulary(session)


def _carry_on(session: Session, *, order_id: int) -> int | None:
    """Derive the next posts of an order; return how many, None if another worker is at it."""
    if not locks.try_retagging(session):
        return None
    waiting = orders.waiting_orders(session)
    if not waiting or waiting[0].id != order_id:
        return 0
    order, *later = waiting
    post_ids = orders.next_affected(session, order, limit=BATCH)
    if not post_ids or any(other.tag_ids is None for other in later):
        orders.finish_order(session, order)  # done, or left to one for all posts
        return 0
    derive(session, post_ids)
    orders.advance_order(session, order, post_ids[-1] + 1)
    return len(post_ids)
