"""Reads a dump of a szurubooru's database: what of it is needed goes into a file for the moment.

Rows of one post stand all over a dump. They are put into an unnamed database of SQLite's, which is
gone once it is closed, so that any number of posts can be read with little memory.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path

from homebooru.domain.takeover.known import (
    KnownLibrary,
    KnownPicture,
    Membership,
    OldPool,
    moment,
)
from homebooru.domain.takeover.szurubooru import (
    NAME,
    SzuruPost,
    SzuruTag,
    aliases_in,
    as_known,
    checked_digest,
    implications_in,
)
from homebooru.errors import InvalidInput, Unreadable
from homebooru.files.takeover.pgdump import Cells, Lines, rows_in
from homebooru.phrases import phrase

NEEDED: Mapping[str, tuple[str, ...]] = {
    "post": ("id", "creation_time", "safety", "checksum"),
    "post_tag": ("post_id", "tag_id"),
    "tag": ("id", "category_id"),
    "tag_name": ("tag_id", "name", "ord"),
    "tag_category": ("id", "name"),
}
WELCOME: Mapping[str, tuple[str, ...]] = {
    "post": ("last_edit_time", "source", "checksum_md5", "description"),
    "tag_implication": ("parent_id", "child_id"),
    "post_relation": ("parent_id", "child_id"),
    "post_note": ("post_id", "text"),
    "post_favorite": ("post_id", "user_id"),
    "post_score": ("post_id", "score"),
    "user": ("id", "name"),
    "pool": ("id", "description"),
    "pool_name": ("pool_id", "name", "ord"),
    "pool_post": ("pool_id", "post_id", "ord"),
}
TABLES = {
    table: (*NEEDED.get(table, ()), *WELCOME.get(table, ())) for table in {**NEEDED, **WELCOME}
}
FOUND_BY = {
    "tag": "id",
    "tag_category": "id",
    "user": "id",
    "post_tag": "post_id",
    "tag_name": "tag_id",
    "tag_implication": "parent_id",
    "post_relation": "parent_id",
    "post_note": "post_id",
    "post_favorite": "post_id",
    "post_score": "post_id",
    "pool_name": "pool_id",
    "pool_post": "post_id",
}
"""By which column rows are looked for."""
BATCH = 10_000

POSTS = "select * from post order by cast(id as integer)"
TAGS = (
    "select (select name from tag_name n where n.tag_id = p.tag_id order by cast(ord as integer)), "
    "c.name from post_tag p join tag t on t.id = p.tag_id join tag_category c "
    "on c.id = t.category_id where p.post_id = ?"
)
NAMES = "select name from tag_name where tag_id = ? order by cast(ord as integer)"
IMPLIED = (
    "select (select name from tag_name n where n.tag_id = i.child_id order by cast(ord as integer)) "
    "from tag_implication i where i.parent_id = ?"
)
RELATED = (
    "select child_id from post_relation where parent_id = ?1 "
    "union select parent_id from post_relation where child_id = ?1"
)
PLACES = (
    "select (select name from pool_name n where n.pool_id = p.pool_id "
    "order by cast(ord as integer)), p.ord from pool_post p where p.post_id = ?"
)
POOLS = (
    "select (select name from pool_name n where n.pool_id = pool.id order by cast(ord as integer)) "
    "as name, description from pool order by cast(id as integer)"
)
LOVERS = "select distinct u.name from post_favorite f join user u on u.id = f.user_id order by 1"
LIKED = (
    "select 1 from post_favorite f join user u on u.id = f.user_id where post_id = ? and u.name = ?"
)


@contextmanager
def open_database(lines: Lines, user: str | None, folder: Path | None) -> Iterator[KnownLibrary]:
    """Let what a dump tells be read; favourites are those of `user`, or of the only one who has any.

    `folder` is where the pictures are. Raises Unreadable, InvalidInput.
    """
    with closing(sqlite3.connect("")) as connection:
        connection.row_factory = sqlite3.Row
        try:
            _fill(connection, lines)
        except sqlite3.Error as error:
            raise Unreadable(
                phrase("Its rows find no room for the moment ({error}).", error=error)
            ) from None
        database = _Database(connection, user)
        yield KnownLibrary(
            origin=NAME,
            number=database.count(),
            folder=folder,
            pools=database.pools(),
            pictures=database.pictures(),
            aliases=aliases_in(database.tags()),
            implications=implications_in(database.tags()),
        )


def pictures_in(folder: Path) -> Path:
    """Return where in its data folder the pictures are. Raises InvalidInput."""
    if (posts := folder / "posts").is_dir():
        return posts
    if folder.name == "posts":
        return folder
    raise InvalidInput(
        phrase("{folder} is no data folder of szurubooru's: it has no posts in it.", folder=folder)
    )


class _Database:
    """The rows of the dump that are needed."""

    def __init__(self, connection: sqlite3.Connection, user: str | None) -> None:
        self._connection = connection
        self._user = self._whose(user)

    def count(self) -> int:
        return len(self._column("select 1 from post"))

    def pools(self) -> Iterator[OldPool]:
        for row in self._rows(POOLS):
            if row["name"] is not None:
                yield OldPool(name=row["name"], description=row["description"] or "")

    def pictures(self) -> Iterator[KnownPicture | Unreadable]:
        digests: dict[int, str] = {}
        for row in self._rows(POSTS):
            try:
                post = self._post(row)
            except Unreadable as error:
                yield error
            except (TypeError, ValueError):
                yield Unreadable(phrase("post {number}: it makes no sense.", number=row["id"]))
            else:
                digests[post.number] = post.digest
                yield as_known(post, digests, self._places(row["id"]))

    def tags(self) -> Iterator[SzuruTag]:
        for (number,) in self._rows("select id from tag"):
            if names := self._column(NAMES, number):
                yield SzuruTag(names=names, implied=self._column(IMPLIED, number))

    def _post(self, row: sqlite3.Row) -> SzuruPost:
        own = row["id"]
        number = int(own)
        return SzuruPost(
            number=number,
            digest=checked_digest(number, row["checksum"], row["checksum_md5"]),
            written_at=moment(row["last_edit_time"], row["creation_time"]),
            safety=row["safety"] or "",
            tags=tuple((name, kind) for name, kind in self._rows(TAGS, own) if name is not None),
            source=row["source"],
            description=row["description"],
            notes=self._column("select text from post_note where post_id = ?", own),
            related=frozenset(map(int, self._column(RELATED, own))),
            score=sum(
                map(int, self._column("select score from post_score where post_id = ?", own))
            ),
            favourite=self._user is not None and bool(self._column(LIKED, own, self._user)),
        )

    def _places(self, number: str) -> list[Membership]:
        return [
            Membership(pool=name, position=int(position or 0))
            for name, position in self._rows(PLACES, number)
            if name is not None
        ]

    def _whose(self, user: str | None) -> str | None:
        """Return whose favourites are meant; raises InvalidInput where that has to be said."""
        lovers = self._column(LOVERS)
        if user is None and len(lovers) > 1:
            raise InvalidInput(
                phrase(
                    "There are favourites of {people}. Say with --user whose are yours.",
                    people=", ".join(lovers[:20]),
                )
            )
        known = self._column("select name from user where name = ?", user)
        if user is not None and not known:
            raise InvalidInput(phrase("Nobody there is called {name}.", name=user))
        return user or next(iter(lovers), None)

    def _column(self, statement: str, *values: object) -> tuple[str, ...]:
        return tuple(row[0] for row in self._rows(statement, *values) if row[0] is not None)

    def _rows(self, statement: str, *values: object) -> Iterator[sqlite3.Row]:
        yield from self._connection.execute(statement, values)


def _fill(connection: sqlite3.Connection, lines: Lines) -> None:
    """Put the rows that are needed into tables. Raises Unreadable where it is no szurubooru's."""
    for table, columns in TABLES.items():
        connection.execute(f'create table "{table}" ({", ".join(columns)})')
    waiting: dict[str, list[Cells]] = {table: [] for table in TABLES}
    seen: Counter[str] = Counter()
    for table, row in rows_in(lines, TABLES):
        if not seen[table]:
            _check(table, row)
        seen[table] += 1
        waiting[table].append(row)
        if len(waiting[table]) == BATCH:
            _store(connection, table, waiting[table])
    for table, rows in waiting.items():
        _store(connection, table, rows)
    for table, column in FOUND_BY.items():
        connection.execute(f'create index "by_{table}" on "{table}" ({column})')
    if not seen["post"]:
        raise Unreadable(phrase("The dump is of no szurubooru, or of one without posts."))


def _check(table: str, row: Cells) -> None:
    missing = [column for column in NEEDED.get(table, ()) if column not in row]
    if missing:
        raise Unreadable(
            phrase(
                "The dump is of no szurubooru, or of a version that is not known here: {table} "
                "has no {column}.",
                table=table,
                column=missing[0],
            )
        )


def _store(connection: sqlite3.Connection, table: str, rows: list[Cells]) -> None:
    columns = TABLES[table]
    marks = ", ".join("?" * len(columns))
    values = ([row.get(column) for column in columns] for row in rows)
    put = f'insert into "{table}" values ({marks})'  # noqa: S608 (the names are our own)
    connection.executemany(put, values)
    rows.clear()
