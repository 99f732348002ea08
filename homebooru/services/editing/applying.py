"""Applies an edit to posts, inside somebody's transaction."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy.orm import Session

from homebooru.db.queries import tags
from homebooru.db.queries.deriving import rows, verdicts
from homebooru.domain.claims import About
from homebooru.domain.editing.edits import Edit
from homebooru.domain.editing.meaning import other_wishes, tag_edit, tag_wishes
from homebooru.domain.editing.words import Hand, Wishes, changes_of
from homebooru.domain.policy import PERSON
from homebooru.services.tags.categories import Mention, settle_tags
from homebooru.services.tags.deciding import carry_out, hold


def apply_edit(session: Session, edit: Edit, post_ids: Iterable[int], by: Hand) -> dict[int, int]:
    """Make an edit of posts; return the lines of the history, by changed post.

    New tags are made. Posts that are gone are passed over, and none becomes its own parent.
    Raises InvalidInput where the edit contradicts itself.
    """
    held = hold(session, post_ids)
    ids = _settle(session, edit, by)
    said = {about for words in held.values() for about in words if not isinstance(about, About)}
    vocabulary = tags.load_vocabulary(session, said.union(ids.values()))
    wanted = tag_edit(edit, ids, vocabulary)
    parents = rows.read_parents(session, list(held)) if edit.not_parents else {}
    at = verdicts.clock(session)
    changes = {}
    for post, words in held.items():
        others = _others(edit, post, parents.get(post))
        wishes = {**tag_wishes(wanted, words, vocabulary), **others}
        changes[post] = changes_of(wishes, words, by, at)
    return carry_out(session, changes, by, at)


def _settle(session: Session, edit: Edit, by: Hand) -> dict[str, int]:
    """Return the ids of the tags that are spoken of; those to be added are made.

    Whoever writes a tag with a category moves it there, which is noted as an act of theirs.
    """
    categories = dict(edit.categories)
    mentions = [
        Mention(name, categories.get(name), PERSON) for name in edit.add | categories.keys()
    ]
    made = settle_tags(session, mentions, by) if mentions else {}
    known = edit.tags - made.keys()
    return made | (tags.find_tags(session, known) if known else {})


def _others(edit: Edit, post_id: int, parent_id: int | None) -> Wishes:
    others = dict(other_wishes(edit, parent_id))
    if edit.parent == post_id:
        del others[About.PARENT]
    return others
