"""Edits one post, for somebody who sees it."""

from __future__ import annotations

from collections.abc import Collection
from functools import partial

from sqlalchemy.orm import Session

from homebooru.db.engine import Sessions
from homebooru.db.queries import tags
from homebooru.db.queries.deriving import rows
from homebooru.db.retrying import in_transaction
from homebooru.domain.editing.edits import Edit
from homebooru.domain.editing.history import Edited
from homebooru.domain.editing.words import Hand
from homebooru.domain.scope import Scope
from homebooru.errors import InvalidInput, NotFound
from homebooru.phrases import phrase
from homebooru.services.editing.applying import apply_edit
from homebooru.services.editing.new_tags import refuse_new
from homebooru.services.searching import is_seen


def edit_post(
    sessions: Sessions,
    post_id: int,
    edit: Edit,
    scope: Scope,
    by: Hand,
    *,
    create: bool | Collection[str] = False,
) -> Edited:
    """Make an edit of a post; whoever edits it at the same time keeps their wish too.

    Raises NotFound where the editor sees no such post, InvalidInput where the edit makes no
    sense, and NewTags where it would make tags and `create` does not say that it should: all of
    them, or those that it names.
    """
    work = partial(_edit, post_id=post_id, edit=edit, scope=scope, by=by, create=create)
    return in_transaction(sessions, work)


def check_parent(session: Session, edit: Edit, scope: Scope) -> None:
    """Raise InvalidInput where the parent that an edit names is nothing the editor sees."""
    if isinstance(edit.parent, int) and not is_seen(session, edit.parent, scope):
        raise InvalidInput(
            phrase("There is no post {parent} that could be the parent.", parent=edit.parent)
        )


def _edit(
    session: Session,
    *,
    post_id: int,
    edit: Edit,
    scope: Scope,
    by: Hand,
    create: bool | Collection[str],
) -> Edited:
    if not is_seen(session, post_id, scope):
        raise NotFound(phrase("There is no post {post_id}.", post_id=post_id))
    if edit.parent == post_id:
        raise InvalidInput(phrase("Post {post_id} cannot be its own parent.", post_id=post_id))
    check_parent(session, edit, scope)
    if create is not True:
        refuse_new(session, edit.add.difference(create or ()), scope)
    lines = apply_edit(session, edit, [post_id], by)
    return Edited(lines.get(post_id), _implied(session, post_id, edit.gone | edit.remove))


def _implied(session: Session, post_id: int, names: Collection[str]) -> dict[str, tuple[str, ...]]:
    """Return those tags that follow from others of a post, with the ones they follow from."""
    if not (ids := tags.find_tags(session, names)):
        return {}
    held = rows.read_derived(session, [post_id])[post_id].tag_ids
    vocabulary = tags.load_vocabulary(session, {*ids.values(), *held})
    found = {
        name: [
            other for other in held if vocabulary.resolve(tag) in vocabulary.implied.get(other, ())
        ]
        for name, tag in sorted(ids.items())
    }
    spelled = tags.tag_names(
        session, sorted({other for others in found.values() for other in others})
    )
    return {
        name: tuple(sorted(spelled[other] for other in others))
        for name, others in found.items()
        if others
    }
