"""Edits, their history and batches of them, as programs read them."""

from __future__ import annotations

from typing import Any

from homebooru.domain.claims import About
from homebooru.domain.derived import own_parent
from homebooru.domain.editing.batches import BatchView, Preview
from homebooru.domain.editing.box import TagBox
from homebooru.domain.editing.history import ChangeView, EditView, Reverted
from homebooru.domain.editing.words import Value, Via, Word
from homebooru.domain.posts import TagView
from homebooru.web.api.schemas import (
    COUNT,
    ID,
    MOMENT,
    NAMED_TAG,
    TEXT,
    answer,
    by_name,
    listed,
    optional,
)
from homebooru.web.api.shapes import RATING

BOX = answer(
    "TagBox",
    id=ID,
    text=TEXT,
    tags=listed(NAMED_TAG),
    rejected=listed(TEXT),
    suggested=listed(TEXT),
    rating=optional(RATING),
    parent=optional(ID),
    sources=listed(TEXT),
    stars=optional(COUNT),
    description=optional(TEXT),
)
SAID = answer("Said", says={}, reason=optional(TEXT))
CHANGE = {
    "title": "Change",
    "type": "object",
    "properties": {
        "tag": NAMED_TAG,
        "about": {"enum": [about.value for about in About]},
        "before": optional(SAID),
        "after": optional(SAID),
    },
    "required": ["before", "after"],
}
EDIT = answer(
    "Edit",
    id=ID,
    post=ID,
    account=optional(ID),
    by=optional(TEXT),
    via={"enum": [via.value for via in Via]},
    at=MOMENT,
    batch=optional(ID),
    script=optional(TEXT),
    undoes=optional(ID),
    changes=listed(CHANGE),
)
REVERTED = answer("Reverted", edit=optional(ID), left=listed(TEXT))
BATCH = answer(
    "Batch",
    id=ID,
    account=optional(ID),
    by=optional(TEXT),
    via={"enum": [via.value for via in Via]},
    script=optional(TEXT),
    query=optional(TEXT),
    undoes=optional(ID),
    posts=COUNT,
    done=COUNT,
    changed=COUNT,
    left_alone=COUNT,
    at=MOMENT,
    finished_at=optional(MOMENT),
)
PREVIEW = answer(
    "Preview",
    posts=COUNT,
    gains=by_name(COUNT),
    losses=by_name(COUNT),
    new=by_name(listed(TEXT)),
)


def told_box(box: TagBox) -> dict[str, Any]:
    return {
        "id": box.post_id,
        "text": box.text,
        "tags": [_tag(tag) for tag in box.tags],
        "rejected": [tag.name for tag in box.rejected],
        "suggested": [tag.name for tag in box.suggested],
        "rating": box.rating,
        "parent": box.parent_id,
        "sources": list(box.sources),
        "stars": box.stars,
        "description": box.description,
    }


def told_edit(edit: EditView) -> dict[str, Any]:
    return {
        "id": edit.id,
        "post": edit.post_id,
        "account": edit.account_id,
        "by": edit.by,
        "via": edit.via,
        "at": edit.made_at.isoformat(),
        "batch": edit.batch_id,
        "script": edit.script,
        "undoes": edit.undoes_id,
        "changes": [_change(change) for change in edit.changes],
    }


def told_revert(reverted: Reverted) -> dict[str, Any]:
    left = [one.value if isinstance(one, About) else one.name for one in reverted.left]
    return {"edit": reverted.edit_id, "left": left}


def told_batch(batch: BatchView) -> dict[str, Any]:
    return {
        "id": batch.id,
        "account": batch.account_id,
        "by": batch.by,
        "via": batch.via,
        "script": batch.script,
        "query": batch.query,
        "undoes": batch.undoes_batch_id,
        "posts": batch.posts,
        "done": batch.done,
        "changed": batch.changed,
        "left_alone": batch.left_alone,
        "at": batch.made_at.isoformat(),
        "finished_at": batch.finished_at and batch.finished_at.isoformat(),
    }


def told_preview(preview: Preview) -> dict[str, Any]:
    return {
        "posts": preview.posts,
        "gains": dict(preview.gains),
        "losses": dict(preview.losses),
        "new": {name: list(meant) for name, meant in preview.new.items()},
    }


def _tag(tag: TagView) -> dict[str, Any]:
    return {"name": tag.name, "category": tag.category.label}


def _change(change: ChangeView) -> dict[str, Any]:
    """Tell what was said before and after; nothing said is null, said to be none is `none`."""
    about = change.about
    what = {"about": about.value} if isinstance(about, About) else {"tag": _tag(about)}
    return what | {"before": _word(about, change.before), "after": _word(about, change.after)}


def _word(about: TagView | About, word: Word | None) -> dict[str, Any] | None:
    if word is None:
        return None
    return {"says": _said(about, word.value), "reason": word.reason}


def _said(about: TagView | About, value: Value) -> bool | str | int | list[str] | None:
    if about is About.SOURCE:
        return str(value or "").splitlines()
    if about is About.STARS and value is not None:
        return int(value)
    return own_parent(str(value)) if about is About.PARENT and value is not None else value
