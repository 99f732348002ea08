"""Reads the history of edits, for somebody who sees the posts that were edited."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from homebooru.db.engine import Sessions, one_moment
from homebooru.db.queries import history
from homebooru.db.queries.views import tag_views
from homebooru.domain.claims import About
from homebooru.domain.derived import own_parent
from homebooru.domain.editing.history import ChangeView, EditView
from homebooru.domain.editing.words import Change, Via
from homebooru.domain.posts import TagView
from homebooru.domain.scope import Scope
from homebooru.errors import InvalidInput
from homebooru.phrases import phrase
from homebooru.services.searching import is_seen

MOST = 200


def list_edits(
    sessions: Sessions,
    scope: Scope,
    *,
    limit: int = 50,
    before: int | None = None,
    post_id: int | None = None,
    account_id: int | None = None,
    batch_id: int | None = None,
    since: datetime | None = None,
) -> tuple[EditView, ...]:
    """Return lines of the history, the newest first; `before` is the last one seen already.

    Raises InvalidInput where a page holds no such number of lines.
    """
    if not 1 <= limit <= MOST:
        raise InvalidInput(
            phrase(
                "A page of the history holds 1 to {most} lines, not {limit}.",
                most=MOST,
                limit=limit,
            )
        )
    with one_moment(sessions) as session:
        rows = history.page(
            session,
            scope,
            limit=limit,
            before=before,
            post_id=post_id,
            account_id=account_id,
            batch_id=batch_id,
            since=since,
        )
        read = [history.read_changes(row.changes) for row, _, _ in rows]
        every = [change for changes in read for change in changes]
        shown = _Shown(_tags(session, every), _parents(session, every, scope))
        return tuple(
            EditView(
                id=row.id,
                post_id=row.post_id,
                account_id=row.account_id,
                by=name,
                via=Via(row.via),
                made_at=row.made_at,
                batch_id=row.batch_id,
                script=script,
                undoes_id=row.undoes_id,
                changes=_views(changes, shown),
            )
            for (row, name, script), changes in zip(rows, read, strict=True)
        )


@dataclass(frozen=True, slots=True)
class _Shown:
    """What there is to be shown of changes: their tags, and the parents that the asker sees."""

    tags: Mapping[int, TagView]
    parents: frozenset[int]

    def holds(self, change: Change) -> bool:
        if not isinstance(change.about, About):
            return change.about in self.tags
        return self.parents >= _parents_in([change])


def _tags(session: Session, changes: Iterable[Change]) -> dict[int, TagView]:
    spoken = {change.about for change in changes}
    return tag_views(session, [about for about in spoken if not isinstance(about, About)])


def _parents(session: Session, changes: Iterable[Change], scope: Scope) -> frozenset[int]:
    return frozenset(post for post in _parents_in(changes) if is_seen(session, post, scope))


def _parents_in(changes: Iterable[Change]) -> frozenset[int]:
    words = (
        word for c in changes if c.about is About.PARENT for word in (c.before, c.after) if word
    )
    named = (own_parent(word.value) for word in words if isinstance(word.value, str))
    return frozenset(post for post in named if post is not None)


def _views(changes: Iterable[Change], shown: _Shown) -> tuple[ChangeView, ...]:
    """Return changes as they are shown, without what is no more or out of sight."""
    return tuple(
        ChangeView(
            change.about if isinstance(change.about, About) else shown.tags[change.about],
            change.before,
            change.after,
        )
        for change in changes
        if shown.holds(change)
    )
