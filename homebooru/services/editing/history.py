"""Reads the history of edits, for somebody who sees the posts that were edited."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from homebooru.db.engine import Sessions, one_moment
from homebooru.db.queries import batches, history
from homebooru.db.queries.tags import find_tags
from homebooru.db.queries.views import tag_views
from homebooru.domain.claims import About
from homebooru.domain.derived import own_parent
from homebooru.domain.editing.history import ChangeView, EditView, Entry, HistoryWish, Spot
from homebooru.domain.editing.words import Change, Via
from homebooru.domain.posts import TagView
from homebooru.domain.scope import Scope
from homebooru.errors import InvalidInput
from homebooru.phrases import phrase
from homebooru.services.searching import is_seen

MOST = 200
EVERYTHING = HistoryWish()


def list_edits(
    sessions: Sessions,
    scope: Scope,
    wish: HistoryWish = EVERYTHING,
    *,
    limit: int = 50,
    before: int | None = None,
) -> tuple[EditView, ...]:
    """Return lines of the history, the newest first; `before` is the last one seen already.

    Raises InvalidInput where a page holds no such number of lines.
    """
    _check(limit)
    with one_moment(sessions) as session:
        spot = None if before is None else history.spot(session, before)
        if before is not None and spot is None:
            return ()
        return _lines(session, scope, wish, limit, spot)


def list_entries(
    sessions: Sessions,
    scope: Scope,
    wish: HistoryWish = EVERYTHING,
    *,
    limit: int = 50,
    before: Spot | None = None,
) -> tuple[Entry, ...]:
    """Return entries of the history, the newest first; what a batch did is one of them.

    Where a post, a tag or what is changed is asked for, each line is an entry by itself. Raises
    InvalidInput where a page holds no such number.
    """
    _check(limit)
    with one_moment(sessions) as session:
        if any(one is not None for one in (wish.post_id, wish.tag_id, wish.about, wish.batch_id)):
            return tuple(Entry(line) for line in _lines(session, scope, wish, limit, before))
        singly = replace(wish, singly=True)
        lines = [Entry(line) for line in _lines(session, scope, singly, limit, before)]
        ids = history.batches_page(session, scope, wish, limit=limit, before=before)
        made = [Entry(batch=batches.view_batch(session, batch_id)) for batch_id in ids]
        newest = sorted((*lines, *made), key=lambda entry: _order(entry.spot), reverse=True)
        return tuple(newest[:limit])


def find_tag(sessions: Sessions, name: str) -> int | None:
    """Return the tag of a name, for a wish; None where there is none."""
    with sessions() as session:
        return find_tags(session, [name]).get(name)


def _check(limit: int) -> None:
    if not 1 <= limit <= MOST:
        raise InvalidInput(
            phrase(
                "A page of the history holds 1 to {most} lines, not {limit}.",
                most=MOST,
                limit=limit,
            )
        )


def _order(spot: Spot) -> tuple[datetime, bool, int]:
    return spot.made_at, spot.is_batch, spot.id


def _lines(
    session: Session, scope: Scope, wish: HistoryWish, limit: int, before: Spot | None
) -> tuple[EditView, ...]:
    rows = history.page(session, scope, wish, limit=limit, before=before)
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
