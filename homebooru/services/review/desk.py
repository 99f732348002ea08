"""Where somebody is in a queue: the question that is next, and how far they are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise

from sqlalchemy.orm import Session

from homebooru.db.engine import Sessions, one_moment
from homebooru.db.queries.reviewing import answers
from homebooru.db.queries.reviewing.answers import Mine
from homebooru.db.queries.views import post_views
from homebooru.db.tables import PostRow
from homebooru.domain.posts import PostView
from homebooru.domain.review.items import Item, Key
from homebooru.domain.review.teaching import most_teaching
from homebooru.domain.scope import Scope
from homebooru.search.finding import PLAIN, Finder, Finding
from homebooru.services.review.known import QUEUES, queue_named
from homebooru.services.review.queues import Queue, found_by

BATCH = 50
REMEMBERED = 30
"""From how many of the last answers one's pace is told."""

LONGEST = timedelta(minutes=1)
"""Whoever pauses for longer was away, and not thinking."""

AHEAD = 4
"""How many questions are read at once, in case that others settled the first ones meanwhile."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """A question with its picture (None: none is left of this batch), and how far one is.

    `following` is the picture after it. Of the `size` questions of the batch `done` are answered
    or settled; `answers` counts what was said. `posts` wait in the whole queue.
    """

    queue: str
    item: Item | None
    post: PostView | None
    following: PostView | None
    done: int
    size: int
    posts: int
    skipped: int
    can_undo: bool
    seconds: float | None = None
    answers: Mapping[str, int] = field(default_factory=dict)

    @property
    def seconds_left(self) -> float | None:
        return None if self.seconds is None else self.seconds * (self.size - self.done)


def count_queues(sessions: Sessions, scope: Scope, *, finder: Finder = PLAIN) -> dict[str, int]:
    """Return how many posts wait in each queue."""
    with one_moment(sessions) as session, finder.finding(session) as finding:
        return {
            name: found_by(session, finding, queue.posts, scope).count()
            for name, queue in QUEUES.items()
        }


def open_desk(sessions: Sessions, mine: Mine, scope: Scope, *, finder: Finder = PLAIN) -> Desk:
    """Return where somebody is in a queue. Raises NotFound.

    Looking changes nothing: who has not begun is shown what they would begin with.
    """
    queue = queue_named(mine.queue)
    with one_moment(sessions) as session:
        keys = _held(session, mine)
        with finder.finding(session) as finding:
            posts = found_by(session, finding, queue.posts, scope).count()
            keys = keys or _chosen(session, finding, queue, mine, scope)
        return _desk(session, mine, keys, scope, posts)


def begin(sessions: Sessions, mine: Mine, scope: Scope, *, finder: Finder = PLAIN) -> None:
    """Keep what somebody begins with, unless they are at something already. Raises NotFound."""
    queue_named(mine.queue)
    with sessions() as session:
        has_begun = bool(_held(session, mine))
    if not has_begun:
        begin_batch(sessions, mine, scope, finder=finder)


def begin_batch(
    sessions: Sessions, mine: Mine, scope: Scope, *, finder: Finder = PLAIN, again: bool = False
) -> int:
    """Let somebody go on with the questions that teach the most now; return how many there are.

    What they skipped is left out, unless it shall be asked `again`. Raises NotFound.
    """
    queue = queue_named(mine.queue)
    if again:
        with sessions.begin() as session:
            answers.forget_skipped(session, mine)
    with one_moment(sessions) as session, finder.finding(session) as finding:
        keys = _chosen(session, finding, queue, mine, scope)
    with sessions.begin() as session:
        answers.keep_batch(session, mine, keys)
    return len(keys)


def _held(session: Session, mine: Mine) -> Sequence[Key]:
    batch = answers.read_batch(session, mine)
    return () if batch is None else batch.keys


def _chosen(
    session: Session, finding: Finding, queue: Queue, mine: Mine, scope: Scope
) -> list[Key]:
    skipped = answers.read_skipped(session, mine)
    return [o.key for o in most_teaching(queue.find(session, finding, scope, skipped), BATCH)]


def _desk(session: Session, mine: Mine, keys: Sequence[Key], scope: Scope, posts: int) -> Desk:
    queue = queue_named(mine.queue)
    choices = answers.read_choices(session, mine, keys)
    left = [key for key in keys if key not in choices]
    items = _open_items(session, queue, left, scope)
    views = _pictures(session, [item.key for item in items[:2]], scope)
    moments = answers.last_moments(session, mine, REMEMBERED)
    return Desk(
        queue=queue.name,
        item=items[0] if items else None,
        post=views.get(items[0].key.post_id) if items else None,
        following=views.get(items[1].key.post_id) if len(items) > 1 else None,
        done=keys.index(items[0].key) if items else len(keys),
        size=len(keys),
        posts=posts,
        skipped=len(answers.read_skipped(session, mine)),
        can_undo=bool(moments),
        seconds=pace(moments),
        answers=Counter(choices[key] for key in keys if key in choices),
    )


def _open_items(session: Session, queue: Queue, left: Sequence[Key], scope: Scope) -> list[Item]:
    """Return the next questions that are still open, or none where none is."""
    for start in range(0, len(left), AHEAD):
        asked = left[start : start + AHEAD]
        items = queue.ask(session, asked, scope)
        if items:
            return [items[key] for key in asked if key in items]
    return []


def _pictures(session: Session, keys: Sequence[Key], scope: Scope) -> dict[int, PostView]:
    rows = [session.get_one(PostRow, post) for post in dict.fromkeys(key.post_id for key in keys)]
    return {view.id: view for view in post_views(session, rows, scope)}


def pace(moments: Sequence[datetime]) -> float | None:
    """Return how many seconds one takes for an answer, from when they were given, newest first."""
    gaps = [later - earlier for later, earlier in pairwise(moments)]
    worked = [gap.total_seconds() for gap in gaps if gap <= LONGEST]
    return sum(worked) / len(worked) if worked else None
