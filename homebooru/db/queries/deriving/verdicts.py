"""People's words on posts, as they are kept."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from homebooru.db.queries.records import any_of, records
from homebooru.db.tables import AccountRow, PostVerdictRow, VerdictRow
from homebooru.domain.claims import About
from homebooru.domain.editing.words import Change, Thing, Word

TAG = VerdictRow.__table__.c
POST = PostVerdictRow.__table__.c
Changes = Mapping[int, Iterable[Change]]


def clock(session: Session) -> datetime:
    """Return the time now, by the database's clock."""
    now = sa.cast(sa.func.clock_timestamp(), sa.DateTime(timezone=True))
    return session.scalars(sa.select(now)).one()


def read_words(session: Session, post_ids: Sequence[int]) -> dict[int, dict[Thing, Word]]:
    """Return all that people said of posts."""
    held: dict[int, dict[Thing, Word]] = defaultdict(dict)
    on_tags = sa.select(
        TAG.post_id, TAG.tag_id, TAG.yes, TAG.made_at, TAG.account_id, TAG.reason
    ).where(any_of(VerdictRow.post_id, post_ids))
    for post_id, tag_id, *word in session.execute(on_tags):
        held[post_id][tag_id] = Word(*word)
    on_posts = sa.select(POST.post_id, POST.about, POST.value, POST.made_at, POST.account_id).where(
        any_of(PostVerdictRow.post_id, post_ids)
    )
    for post_id, about, *word in session.execute(on_posts):
        held[post_id][About(about)] = Word(*word)
    return held


def write_words(session: Session, changes: Changes) -> None:
    """Keep what people say now, and nothing where they say nothing any more."""
    each = [(post, change) for post, of_post in changes.items() for change in of_post]
    on_tags = [pair for pair in each if not isinstance(pair[1].about, About)]
    on_posts = [pair for pair in each if isinstance(pair[1].about, About)]
    _write(session, VerdictRow, ("post_id", "tag_id"), "yes", on_tags)
    _write(session, PostVerdictRow, ("post_id", "about"), "value", on_posts)


def _write(
    session: Session,
    table: type[VerdictRow | PostVerdictRow],
    key: tuple[str, str],
    value: str,
    changes: Iterable[tuple[int, Change]],
) -> None:
    kept: list[dict[str, Any]] = []
    removed: list[dict[str, Any]] = []
    for post_id, change in changes:
        row: dict[str, Any] = dict(zip(key, (post_id, change.about), strict=True))
        if change.after is None:
            removed.append(row)
        else:
            kept.append(row | _columns(change.after, value, table))
    if removed:
        _remove(session, table, removed)
    if kept:
        _keep(session, table, key, kept)


def _columns(word: Word, value: str, table: type[VerdictRow | PostVerdictRow]) -> dict[str, Any]:
    said: dict[str, Any] = {
        value: word.value,
        "made_at": word.made_at,
        "account_id": word.account_id,
    }
    return said | ({"reason": word.reason} if table is VerdictRow else {})


def _remove(
    session: Session, table: type[VerdictRow | PostVerdictRow], rows: list[dict[str, Any]]
) -> None:
    columns = table.__table__.c
    given = records(rows, [columns[name] for name in rows[0]])
    session.execute(
        sa.delete(table)
        .where(*(columns[name] == given.c[name] for name in rows[0]))
        .execution_options(synchronize_session=False)
    )


def _keep(
    session: Session,
    table: type[VerdictRow | PostVerdictRow],
    key: tuple[str, str],
    rows: list[dict[str, Any]],
) -> None:
    """Store words, each in the place of the one before; whose account is gone is nobody's."""
    names = list(rows[0])
    given = records(rows, [table.__table__.c[name] for name in names])
    living = sa.select(AccountRow.id).where(AccountRow.id == given.c.account_id).scalar_subquery()
    new = insert(table).from_select(
        names, sa.select(*(living if name == "account_id" else given.c[name] for name in names))
    )
    session.execute(
        new.on_conflict_do_update(
            index_elements=key,
            set_={name: new.excluded[name] for name in names if name not in key},
        )
    )
