"""Reads the history of edits, for somebody who sees the posts that were edited."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.orm import Session

from homebooru.db.engine import Sessions, one_moment
from homebooru.db.queries import history
from homebooru.db.queries.views import tag_views
from homebooru.domain.claims import About
from homebooru.domain.editing.history import ChangeView, EditView
from homebooru.domain.editing.words import Change, Via
from homebooru.domain.posts import TagView
from homebooru.domain.scope import Scope
from homebooru.errors import InvalidInput

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
        raise InvalidInput(f"A page of the history holds 1 to {MOST} lines, not {limit}.")
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
        shown = _tags(session, (change for changes in read for change in changes))
        return tuple(
            EditView(
                id=row.id,
                post_id=row.post_id,
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


def _tags(session: Session, changes: Iterable[Change]) -> dict[int, TagView]:
    spoken = {change.about for change in changes}
    return tag_views(session, [about for about in spoken if not isinstance(about, About)])


def _views(changes: Iterable[Change], shown: dict[int, TagView]) -> tuple[ChangeView, ...]:
    """Return changes as they are shown, without those of tags that are no more."""
    return tuple(
        ChangeView(
            change.about if isinstance(change.about, About) else shown[change.about],
            change.before,
            change.after,
        )
        for change in changes
        if isinstance(change.about, About) or change.about in shown
    )
