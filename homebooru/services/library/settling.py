"""Brings posts to the one form that their places allow, whatever order things happened in.

- A post has the digests of its newest present file; its others are former ones.
- A missing place is forgotten once the post lies elsewhere and says there all it said here.
- A file that never was a whole picture, and was overwritten, leaves no post behind.
- A post that only Immich told of by its SHA-1 is one with the post of which the bytes were read.
"""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy.orm import Session

from homebooru.db.queries import intake, locations, posts
from homebooru.db.queries.deriving import verdicts
from homebooru.db.queries.lookups import asked
from homebooru.db.queries.takeover import staged
from homebooru.db.queue import Work, wake
from homebooru.domain.duplicates.deciding import inherited
from homebooru.services.duplicates.inheriting import carry_keepsakes
from homebooru.services.library.words import claim_statements
from homebooru.services.tags.deciding import hold
from homebooru.services.tags.deriving import derive, uncount


def settle(session: Session, post_ids: Collection[int]) -> None:
    """Settle posts whose places changed, and derive what is true of them."""
    if not post_ids:
        return
    for row in locations.stale_digests(session, post_ids):
        posts.swap_digests(session, row.post_id, row.sha256, row.size)
    locations.drop_superseded(session, post_ids)
    for known, told in posts.never_read(session, post_ids):
        unite(session, known, told)
    litter = posts.find_litter(session, post_ids)
    remove(session, litter)
    left = sorted(set(post_ids).difference(litter))
    posts.refresh_presence(session, left)
    intake.let_prepare(session, posts.pending_and_present(session, left))
    claim_statements(session, left)
    let_ask(session, left)
    if staged.count_ready(session, left):
        wake(session, Work.TAKEOVER)


def let_ask(session: Session, post_ids: Collection[int]) -> None:
    """Let sources be asked about posts that are new to them, or of which they may hear by now."""
    if post_ids and asked.want(session, post_ids):
        wake(session, Work.LOOKUPS)
        wake(session, Work.TAGGING)


def unite(session: Session, kept: int, lost: int) -> None:
    """Make one post of two that turned out to be the same picture; every word is kept."""
    children = posts.children_of(session, [lost])
    held = hold(session, [kept, lost])
    verdicts.write_words(session, {kept: inherited(held[kept], held[lost])})
    carry_keepsakes(session, lost, kept)
    posts.move_words(session, lost, kept)
    remove(session, [lost])
    derive(session, children)


def remove(session: Session, post_ids: Collection[int]) -> None:
    """Delete posts, and take their tags out of the counts."""
    if post_ids:
        posts.delete_posts(session, uncount(session, post_ids))
