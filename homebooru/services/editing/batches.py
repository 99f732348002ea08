"""Edits of many posts as one: a few at once, many by a job; and taking such batches back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial

import sqlalchemy as sa
from sqlalchemy.orm import Session

from homebooru.db.engine import Sessions
from homebooru.db.queries import batches, history
from homebooru.db.queries.history import Act
from homebooru.db.queries.records import any_of
from homebooru.db.queries.scope import visible
from homebooru.db.retrying import in_transaction
from homebooru.db.tables import AccountRow, EditBatchRow, PostRow
from homebooru.domain.editing.batches import BatchView
from homebooru.domain.editing.reading import read_edit
from homebooru.domain.editing.words import Hand, Via
from homebooru.domain.editing.writing import write_edit
from homebooru.domain.scope import Scope
from homebooru.errors import HomeBooruError, NotFound
from homebooru.phrases import phrase
from homebooru.ports import Progress
from homebooru.services.editing.applying import apply_edit
from homebooru.services.editing.new_tags import refuse_new
from homebooru.services.editing.posts import check_parent
from homebooru.services.editing.reverting import take_back
from homebooru.services.searching import LARGEST_ID

BATCH = 1000


def edit_posts(
    sessions: Sessions,
    post_ids: Sequence[int],
    text: str,
    scope: Scope,
    by: Hand,
    *,
    query: str | None = None,
    create: bool = False,
) -> BatchView:
    """Make an edit of those of some posts that the editor sees, as the tag box writes it.

    Up to BATCH posts are edited before this returns; more are left to a job, and are the same
    posts whatever the library becomes meanwhile. `query` is what found them. Raises
    QuerySyntaxError, InvalidInput, and NewTags as `edit_post` does.
    """
    edit = read_edit(text)

    def order(session: Session) -> BatchView:
        check_parent(session, edit, scope)
        if not create:
            refuse_new(session, edit.add, scope)
        batch = _new(by, script=write_edit(edit), query=query)
        return _begin(session, batch, _seen(session, post_ids, scope))

    return in_transaction(sessions, order)


def revert_batch(sessions: Sessions, batch_id: int, scope: Scope, by: Hand) -> BatchView:
    """Take back all that a batch did to posts that the asker sees, as a batch of its own.

    What is still to be done of it is not done any more. Raises NotFound.
    """

    def order(session: Session) -> BatchView:
        batches.strike_order(session, _seen_batch(session, batch_id, scope))
        posts = history.posts_of_batch(session, batch_id, scope)
        return _begin(session, _new(by, undoes_batch_id=batch_id), posts)

    return in_transaction(sessions, order)


def revert_account(
    sessions: Sessions, account_id: int, since: datetime, scope: Scope, by: Hand
) -> BatchView:
    """Take back all that an account edited since a moment, of posts that the asker sees.

    Raises NotFound where there is no such account.
    """

    def order(session: Session) -> BatchView:
        if session.get(AccountRow, min(account_id, LARGEST_ID)) is None:
            raise NotFound(phrase("There is no account {account_id}.", account_id=account_id))
        until = history.newest(session)
        posts = history.posts_of_account(session, account_id, since, until, scope)
        batch = _new(by, undoes_account_id=account_id, undoes_since=since, undoes_until=until)
        return _begin(session, batch, posts)

    return in_transaction(sessions, order)


def stop_batch(sessions: Sessions, batch_id: int, scope: Scope) -> BatchView:
    """Leave a batch as it is, after the posts at hand. Raises NotFound."""
    with sessions.begin() as session:
        batches.strike_order(session, _seen_batch(session, batch_id, scope))
        return _view(session, batch_id)


def show_batch(sessions: Sessions, batch_id: int, scope: Scope) -> BatchView:
    """Return a batch. Raises NotFound where the asker sees nothing that it did."""
    with sessions() as session:
        _seen_batch(session, batch_id, scope)
        return _view(session, batch_id)


def edit_due(sessions: Sessions, progress: Progress, *, worker_id: int | None = None) -> int:  # noqa: ARG001
    """Make the batches that are ordered, oldest first; return how many posts were looked at.

    One worker does it at a time, in transactions of at most BATCH posts; whoever comes next goes
    on where the last one stopped. A batch that can no longer be made is struck, and told.
    """
    done = 0
    with sessions() as session:
        progress.expect(batches.count_ordered(session))
    while progress.goes_on():
        with sessions() as session:
            batch_id = batches.oldest_order(session)
        if batch_id is None:
            break
        try:
            count = in_transaction(sessions, partial(_carry_on, batch_id=batch_id))
        except HomeBooruError as error:
            progress.report_error(phrase("Batch {batch_id}", batch_id=batch_id), str(error))
            in_transaction(sessions, partial(_strike, batch_id=batch_id))
            continue
        if count is None:
            break
        done += count
        progress.advance(count)
    return done


def _new(by: Hand, **columns: object) -> EditBatchRow:
    return EditBatchRow(account_id=by.account_id, via=by.via, **columns)


def _begin(session: Session, batch: EditBatchRow, post_ids: Sequence[int]) -> BatchView:
    """Make a batch that is small, and order one that is not."""
    batch.posts, batch.changed, batch.left_alone = len(post_ids), 0, 0
    session.add(batch)
    session.flush()
    if len(post_ids) > BATCH:
        batches.place_order(session, batch, post_ids)
    else:
        _make(session, batch, post_ids)
        batch.finished_at = sa.func.now()
    return _view(session, batch.id)


def _carry_on(session: Session, *, batch_id: int) -> int | None:
    """Make a batch of its next posts; return how many, None if another worker is at it."""
    post_ids = batches.take_next(session, batch_id, limit=BATCH)
    if post_ids is None:
        return None
    batch = session.get_one(EditBatchRow, batch_id)
    if not post_ids:
        batches.strike_order(session, batch)
        return 0
    _make(session, batch, post_ids)
    batches.advance(session, batch_id, len(post_ids))
    return len(post_ids)


def _strike(session: Session, *, batch_id: int) -> None:
    batches.strike_order(session, session.get_one(EditBatchRow, batch_id))


def _make(session: Session, batch: EditBatchRow, post_ids: Sequence[int]) -> None:
    """Do what a batch is for to some of its posts."""
    by = Hand(account_id=batch.account_id, via=Via(batch.via), batch_id=batch.id)
    if batch.script is not None:
        batch.changed += len(apply_edit(session, read_edit(batch.script), post_ids, by))
        return
    lines, left = take_back(session, _undone(session, batch, post_ids), post_ids, by)
    batch.changed += len(lines)
    batch.left_alone += len(left)


def _undone(session: Session, batch: EditBatchRow, post_ids: Sequence[int]) -> list[Act]:
    """Return what a batch is to take back of some posts, the newest first."""
    if batch.undoes_batch_id is not None:
        return history.acts_of_batch(session, batch.undoes_batch_id, post_ids)
    account, since, until = batch.undoes_account_id, batch.undoes_since, batch.undoes_until
    if account is None or since is None or until is None:
        return []  # the account is gone since, and with it who did what
    return history.acts_of_account(session, account, since, until, post_ids)


def _seen(session: Session, post_ids: Sequence[int], scope: Scope) -> list[int]:
    """Return those of some posts that somebody sees, each once, in the order of their ids."""
    possible = [number for number in post_ids if 0 < number <= LARGEST_ID]
    mine = sa.select(PostRow.id).where(any_of(PostRow.id, possible), visible(scope))
    return list(session.scalars(mine.order_by(PostRow.id)))


def _seen_batch(session: Session, batch_id: int, scope: Scope) -> EditBatchRow:
    """Return a batch; raises NotFound where it is not the asker's, nor did what they see."""
    batch = session.get(EditBatchRow, batch_id)
    if batch is not None:
        is_mine = batch.account_id is not None and batch.account_id == scope.account
        if is_mine or scope.sees_all or history.is_seen_of_batch(session, batch_id, scope):
            return batch
    raise NotFound(phrase("There is no batch {batch_id}.", batch_id=batch_id))


def _view(session: Session, batch_id: int) -> BatchView:
    session.flush()
    session.expire_all()
    return batches.view_batch(session, batch_id)
