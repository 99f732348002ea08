"""Writes a made-up library into a database that is empty, all of it or nothing."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields
from typing import Any

import psycopg
import sqlalchemy as sa
from psycopg import sql
from sqlalchemy.orm import Session

from homebooru.db.engine import Sessions
from homebooru.db.queries.policy import load_policy
from homebooru.db.queries.records import spelled
from homebooru.db.tables import PostRow, TagRow
from homebooru.domain.claims import Claim
from homebooru.domain.derived import Derived
from homebooru.domain.words import said_to_json
from homebooru.errors import Conflict
from homebooru.ports import Progress
from scripts.make_library.library import MadePost, Wish, make_posts
from scripts.make_library.taglist import TagList

ROOT, ROOT_ID = "/made-up/library", 1
NO_FILES = "This library is made up. There are no files."
NANOSECONDS = 1_000_000_000
DERIVED = tuple(field.name for field in fields(Derived))
SAID = tuple(field.name for field in fields(Claim))
POST = (
    "id", "sha256", "md5", "sha1", "mime", "size", "width", "height", "duration", "frames",
    "has_sound", "phash", "thumbhash", "state", "created_at", "missing_since",
    *DERIVED,
)  # fmt: skip
LOCATION = (
    "id", "post_id", "root_id", "path", "name", "folder", "size", "mtime_ns", "sha256", "seen_at",
    "missing_since",
)  # fmt: skip
SLOW_INDEXES = """
    select indexname, indexdef from pg_indexes
    where schemaname = current_schema() and indexdef like '% USING gin %'
    order by indexname
"""

Row = Sequence[Any]


def write_library(sessions: Sessions, wish: Wish, progress: Progress) -> None:
    """Fill an empty database with made-up posts; raises Conflict where there is something."""
    with sessions.begin() as session:
        session.execute(sa.text("lock table post, tag in exclusive mode"))
        _check_empty(session)
        policy = load_policy(session)
        raw = session.connection().connection.driver_connection
        assert isinstance(raw, psycopg.Connection)
        with raw.cursor() as cursor:
            indexes = _drop_slow_indexes(cursor)
            _write_root(cursor)
            counts: Counter[int] = Counter()
            progress.expect(wish.posts)
            for posts in make_posts(wish, policy):
                _write_posts(cursor, posts)
                counts.update(tag for post in posts for tag in post.derived.tag_ids)
                progress.advance(len(posts))
            _write_tags(cursor, wish.tags, counts)
            for index in indexes:
                cursor.execute(index)
            _go_on_counting(cursor)
    with sessions() as session:
        alone = session.connection(execution_options={"isolation_level": "AUTOCOMMIT"})
        alone.execute(sa.text("vacuum (analyze)"))


def _check_empty(session: Session) -> None:
    for row, what in ((PostRow, "posts"), (TagRow, "tags")):
        if session.scalar(sa.select(row.id).limit(1)) is not None:
            raise Conflict(
                f"This database has {what} already. A made-up library needs an empty one: set "
                "HOMEBOORU_DATA to a folder of its own."
            )


def _drop_slow_indexes(cursor: psycopg.Cursor[Any]) -> list[sql.SQL]:
    """Take away the indexes that cost much for each row; return how to make them again."""
    found = cursor.execute(SLOW_INDEXES).fetchall()
    for name, _ in found:
        cursor.execute(sql.SQL("drop index {}").format(sql.Identifier(name)))
    return [sql.SQL(definition) for _, definition in found]


def _write_root(cursor: psycopg.Cursor[Any]) -> None:
    cursor.execute(
        "insert into root (id, path, name, state, state_reason) values (%s, %s, %s, %s, %s)",
        (ROOT_ID, ROOT.encode(), "made up", "offline", NO_FILES),
    )


def _write_posts(cursor: psycopg.Cursor[Any], posts: Sequence[MadePost]) -> None:
    _copy(cursor, "post", POST, map(_post, posts))
    _copy(cursor, "location", LOCATION, (row for post in posts for row in _locations(post)))
    _copy(
        cursor,
        "claim",
        ("post_id", "claimed_at", *SAID),
        (
            (post.id, post.file.created_at, *_values(claim, SAID))
            for post in posts
            for claim in post.told.claims
        ),
    )
    _copy(
        cursor,
        "statement",
        ("location_id", "source", "said"),
        (
            (_location_id(post, 0), "text", json.dumps(said_to_json(post.told.written)))
            for post in posts
            if post.told.written is not None
        ),
    )
    _copy(
        cursor,
        "post_verdict",
        ("post_id", "about", "value", "made_at"),
        (
            (post.id, word.about, word.value, post.file.created_at)
            for post in posts
            for word in post.told.verdicts
        ),
    )


def _post(post: MadePost) -> Row:
    file = post.file
    digests, facts = file.digests, file.facts
    return (
        post.id, digests.sha256, digests.md5, digests.sha1, facts.mime, digests.size,
        facts.width, facts.height, facts.duration, facts.frames, facts.has_sound, facts.phash,
        facts.thumbhash, "ready", file.created_at, file.missing_since,
        *_values(post.derived, DERIVED),
    )  # fmt: skip


def _locations(post: MadePost) -> Iterator[Row]:
    file = post.file
    modified = int(file.modified_at.timestamp()) * NANOSECONDS
    for number, place in enumerate(file.places):
        yield (
            _location_id(post, number), post.id, ROOT_ID, place.path, place.name, place.folder,
            file.digests.size, modified, file.digests.sha256, file.created_at,
            file.missing_since,
        )  # fmt: skip


def _location_id(post: MadePost, number: int) -> int:
    return 2 * post.id - 1 + number


def _write_tags(cursor: psycopg.Cursor[Any], tags: TagList, counts: Counter[int]) -> None:
    _copy(
        cursor,
        "tag",
        ("id", "name", "category", "count"),
        (
            (number, word.name, int(word.category), counts[number])
            for number, word in enumerate(tags.words, 1)
        ),
    )
    pair = ("antecedent_id", "consequent_id")
    _copy(cursor, "tag_alias", pair, tags.aliases)
    _copy(cursor, "tag_implication", pair, tags.implications)


def _go_on_counting(cursor: psycopg.Cursor[Any]) -> None:
    """Let the ids of what comes later begin after ours."""
    for table in ("post", "location", "tag", "root"):
        cursor.execute(
            sql.SQL("select setval(pg_get_serial_sequence({}, 'id'), max(id)) from {}").format(
                sql.Literal(table), sql.Identifier(table)
            )
        )


def _values(value: object, names: Iterable[str]) -> Iterator[Any]:
    for name in names:
        one = getattr(value, name)
        is_numbers = isinstance(one, tuple) and name in ("tag_ids", "confidences")
        yield spelled(one) if is_numbers else list(one) if isinstance(one, tuple) else one


def _copy(
    cursor: psycopg.Cursor[Any], table: str, names: Sequence[str], rows: Iterable[Row]
) -> None:
    into = sql.SQL("copy {} ({}) from stdin").format(
        sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, names))
    )
    with cursor.copy(into) as copy:
        for row in rows:
            copy.write_row(row)
