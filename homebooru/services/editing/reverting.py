"""Takes edits back: a line of the history, a batch, or all of an account's since a moment."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial

from sqlalchemy.orm import Session

from homebooru.db.engine import Sessions
from homebooru.db.queries import history, tags
from homebooru.db.queries.deriving import verdicts
from homebooru.db.queries.history import Act
from homebooru.db.queries.views import tag_views
from homebooru.db.retrying import in_transaction
from homebooru.domain.claims import About
from homebooru.domain.editing.history import Reverted
from homebooru.domain.editing.words import Change, Hand, Thing, changes_back
from homebooru.domain.posts import TagView
from homebooru.domain.scope import Scope
from homebooru.errors import NotFound
from homebooru.phrases import phrase
from homebooru.services.tags.deciding import carry_out, hold


def revert_edit(sessions: Sessions, edit_id: int, scope: Scope, by: Hand) -> Reverted:
    """Take a line of the history back, which is an edit of its own and can be taken back too.

    People's words are again the very ones that were held before. What somebody changed since
    stays as they wished it, and is told. Raises NotFound where the asker sees no such line.
    """
    return in_transaction(sessions, partial(_revert, edit_id=edit_id, scope=scope, by=by))


def _revert(session: Session, *, edit_id: int, scope: Scope, by: Hand) -> Reverted:
    act = history.find_act(session, edit_id, scope)
    if act is None:
        raise NotFound(phrase("There is no edit {edit_id}.", edit_id=edit_id))
    lines, left = take_back(session, [act], [act.post_id], by, undoes=edit_id)
    return Reverted(lines.get(act.post_id), _shown(session, left.get(act.post_id, ())))


def take_back(
    session: Session,
    acts: Iterable[Act],
    post_ids: Iterable[int],
    by: Hand,
    *,
    undoes: int | None = None,
) -> tuple[dict[int, int], dict[int, tuple[Thing, ...]]]:
    """Take acts back, given newest first, and return the new lines and what was left, by post."""
    held = hold(session, post_ids)
    of_post: dict[int, list[tuple[Change, ...]]] = {post: [] for post in held}
    for act in acts:
        if act.post_id in of_post:
            of_post[act.post_id].append(act.changes)
    outcomes = {post: changes_back(of_post[post], words) for post, words in held.items()}
    changes = {post: outcome[0] for post, outcome in outcomes.items()}
    left = {post: outcome[1] for post, outcome in outcomes.items() if outcome[1]}
    at = verdicts.clock(session)
    return carry_out(session, _possible(session, changes), by, at, undoes=undoes), left


def _possible(session: Session, changes: Mapping[int, Sequence[Change]]) -> dict[int, list[Change]]:
    """Leave out words on tags that are no more."""
    spoken = {change.about for of_post in changes.values() for change in of_post}
    there = tags.tag_names(session, [about for about in spoken if not isinstance(about, About)])
    return {
        post: [c for c in of_post if isinstance(c.about, About) or c.about in there]
        for post, of_post in changes.items()
    }


def _shown(session: Session, things: Sequence[Thing]) -> tuple[TagView | About, ...]:
    shown = tag_views(session, [thing for thing in things if not isinstance(thing, About)])
    return tuple(
        thing if isinstance(thing, About) else shown[thing]
        for thing in things
        if isinstance(thing, About) or thing in shown
    )
