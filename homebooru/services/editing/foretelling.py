"""Foretells what taking back would change, before somebody does it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from homebooru.db.engine import Sessions, one_moment
from homebooru.db.queries import history
from homebooru.db.queries.deriving import verdicts
from homebooru.db.queries.history import Act
from homebooru.db.queries.views import tag_views
from homebooru.domain.claims import About
from homebooru.domain.editing.history import BackPreview
from homebooru.domain.editing.words import Change, changes_back
from homebooru.domain.posts import TagView
from homebooru.domain.scope import Scope
from homebooru.services.editing.batches import show_batch

LOOKED_AT = 1000
TOLD = 30


def foretell_batch(sessions: Sessions, batch_id: int, scope: Scope) -> BackPreview:
    """Return what taking a batch back would do. Raises NotFound where the asker sees none of it."""
    show_batch(sessions, batch_id, scope)
    with one_moment(sessions) as session:
        posts = history.posts_of_batch(session, batch_id, scope)
        acts = history.acts_of_batch(session, batch_id, posts[:LOOKED_AT])
        return _foretold(session, posts, acts)


def foretell_account(
    sessions: Sessions, account_id: int, since: datetime, scope: Scope
) -> BackPreview:
    """Return what taking back all that an account did since a moment would do."""
    with one_moment(sessions) as session:
        until = history.newest(session)
        posts = history.posts_of_account(session, account_id, since, until, scope)
        acts = history.acts_of_account(session, account_id, since, until, posts[:LOOKED_AT])
        return _foretold(session, posts, acts)


def _foretold(session: Session, posts: Sequence[int], acts: Iterable[Act]) -> BackPreview:
    looked_at = posts[:LOOKED_AT]
    held = verdicts.read_words(session, looked_at)
    of_post: dict[int, list[tuple[Change, ...]]] = {post: [] for post in looked_at}
    for act in acts:
        of_post[act.post_id].append(act.changes)
    outcomes = [changes_back(done, held.get(post, {})) for post, done in of_post.items()]
    changes = [change for back, _ in outcomes for change in back]
    on_tags = [change for change in changes if not isinstance(change.about, About)]
    return BackPreview(
        posts=len(posts),
        looked_at=len(looked_at),
        comes=_counted(session, (c for c in on_tags if _comes(c))),
        goes=_counted(session, (c for c in on_tags if not _comes(c))),
        others=len(changes) - len(on_tags),
        left=sum(bool(left) for _, left in outcomes),
    )


def _comes(change: Change) -> bool:
    """Tell whether a tag is more likely there afterwards: a yes comes, or a no goes."""
    if change.after is not None:
        return bool(change.after.value)
    return change.before is not None and not change.before.value


def _counted(session: Session, changes: Iterable[Change]) -> tuple[tuple[TagView, int], ...]:
    numbers = Counter(c.about for c in changes if not isinstance(c.about, About)).most_common(TOLD)
    shown = tag_views(session, [tag for tag, _ in numbers])
    return tuple((shown[tag], count) for tag, count in numbers if tag in shown)
