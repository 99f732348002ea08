"""Reads the history of the vocabulary, for somebody who may know of its tags."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from homebooru.db.engine import Sessions, one_moment
from homebooru.db.queries import tags
from homebooru.db.queries.views import tag_views
from homebooru.db.queries.vocabulary import acts
from homebooru.db.tables import TagRow, VocabularyChangeRow
from homebooru.domain.editing.words import Via
from homebooru.domain.posts import TagView
from homebooru.domain.scope import Scope
from homebooru.domain.vocabulary.acts import ActView, Change, ChangeView, Kind
from homebooru.errors import InvalidInput
from homebooru.phrases import phrase
from homebooru.services.tags.links import on_posts

MOST = 100
TOLD = 12
"""How many changes of an act are told one by one: a list may have changed a thousand."""


def list_acts(
    sessions: Sessions,
    scope: Scope,
    *,
    limit: int = 50,
    before: int | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    tag: str | None = None,
) -> tuple[ActView, ...]:
    """Return what was done to the vocabulary, the newest first; `before` is the last one seen.

    It was done `since` a moment and before `until`, where these are given. Whoever does not see everything is told of tags on posts that they see alone. Raises
    InvalidInput where a page holds no such number of lines.
    """
    if not 1 <= limit <= MOST:
        raise InvalidInput(phrase("A page of the history holds 1 to {most} lines.", most=MOST))
    with one_moment(sessions) as session:
        about = None if tag is None else list(tags.find_tags(session, [tag]).values())
        known = _known(scope)
        rows = acts.page(
            session,
            limit=limit,
            before=before,
            since=since,
            until=until,
            tag_ids=about,
            wanted=known,
        )
        told = acts.changes_of(session, [row.id for row, _ in rows], each=TOLD, wanted=known)
        changes: dict[int, list[Change]] = {}
        for change, _ in told:
            changes.setdefault(change.act_id, []).append(acts.read_change(change))
        totals = {change.act_id: total for change, total in told}
        named = _tags(session, (c for of_act in changes.values() for c in of_act))
        return tuple(
            ActView(
                id=row.id,
                kind=Kind(row.kind),
                account_id=row.account_id,
                by=name,
                via=Via(row.via),
                reason=row.reason,
                made_at=row.made_at,
                undoes_id=row.undoes_id,
                changes=_views(changes.get(row.id, ()), named),
                more=totals.get(row.id, 0) - len(changes.get(row.id, ())),
            )
            for row, name in rows
        )


def _known(scope: Scope) -> Sequence[sa.ColumnElement[bool]]:
    """Tell whether somebody may know of the tags of a change: what is meant is on a post."""
    if scope.sees_all:
        return ()
    tag = aliased(TagRow)
    meant = sa.func.coalesce(VocabularyChangeRow.other_id, VocabularyChangeRow.tag_id)
    return (sa.exists().where(tag.id == meant, on_posts(scope, tag)),)


def _tags(session: Session, changes: Iterable[Change]) -> dict[int, TagView]:
    spoken = {tag for c in changes for tag in (c.thing.tag, c.thing.other) if tag is not None}
    return tag_views(session, spoken)


def _views(changes: Iterable[Change], named: Mapping[int, TagView]) -> tuple[ChangeView, ...]:
    return tuple(
        ChangeView(
            c.thing.matter,
            named[c.thing.tag],
            None if c.thing.other is None else named[c.thing.other],
            c.before,
            c.after,
        )
        for c in changes
    )
