"""Reads the database of the program that came of the file-based HomeBooru: SQLite, `booru.db`.

Beside what the files held it has pools, favourites, implications, and a list of what people did
to tags (`tag_deltas`), so nothing has to be inferred. Older ones lack some of its tables.
"""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from homebooru.domain.takeover.known import Membership, OldLink, OldPool
from homebooru.domain.takeover.older import OldPicture, kinds_in
from homebooru.errors import Unreadable
from homebooru.files.opening import stamp_of
from homebooru.files.takeover.tagsjson import answers_in, md5_of
from homebooru.phrases import phrase

ADDED, REMOVED = "add", "remove"
LOGS = ("-wal", "-journal")


PICTURES = "select * from images order by id"
ANSWERS = "select data from raw_metadata where image_id = ?"
DELTAS = "select * from tag_deltas"
LIKED = "select image_id from favourites"
POOLS = "select * from pools order by id"
MEMBERS = "select * from pool_images join pools on pools.id = pool_id"
IMPLICATIONS = (
    "select a.name as tag, b.name as implied, i.* from tag_implications i "
    "join tags a on a.id = i.source_tag_id join tags b on b.id = i.implied_tag_id"
)
OWN = {"inference_type": "manual", "status": "active"}
"""What marks an implication as a person's, and in use."""

Row = dict[str, Any]
Deltas = dict[str, set[str]]
"""Names of tags, by what was done to them."""
NOTHING: Deltas = {ADDED: set(), REMOVED: set()}


class OldDatabase:
    """The other program's database; it is not written to."""

    def __init__(self, connection: sqlite3.Connection, written_at: datetime) -> None:
        self._connection = connection
        self._written_at = written_at
        self._tables = {row["name"] for row in self._rows("select name from sqlite_master")}
        if "images" not in self._tables:
            raise Unreadable(
                phrase("The database is none of HomeBooru's: it has no table of pictures.")
            )

    def pictures(self) -> Iterator[OldPicture | Unreadable]:
        """Yield each picture that it knows, and why one cannot be read."""
        liked = {row["image_id"] for row in self._of("favourites", LIKED)}
        pools, acts = self._memberships(), self._acts()
        for row in self._rows(PICTURES):
            try:
                told = acts.get(str(md5_of(row["md5"])), NOTHING)
                yield self._picture(row, pools[row["id"]], told, favourite=row["id"] in liked)
            except (LookupError, Unreadable) as error:
                yield Unreadable(phrase("{path}: {error}", path=row.get("filepath"), error=error))

    def count(self) -> int:
        """Return how many pictures it knows."""
        return sum(row["number"] for row in self._rows("select count(*) as number from images"))

    def pools(self) -> Iterator[OldPool]:
        """Yield the pools."""
        for row in self._of("pools", POOLS):
            yield OldPool(name=str(row["name"]), description=str(row.get("description") or ""))

    def implications(self) -> Iterator[OldLink]:
        """Yield what a person said that tags imply; what the program guessed is not theirs."""
        for row in self._of("tag_implications", IMPLICATIONS):
            if all(row.get(column, value) == value for column, value in OWN.items()):
                yield OldLink(tag=str(row["tag"]), other=str(row["implied"]))

    def _picture(
        self, row: Row, pools: list[Membership], acts: Deltas, *, favourite: bool
    ) -> OldPicture:
        told = self._answers(row["id"])
        kinds = kinds_in(row)
        return OldPicture(
            path=str(row["filepath"]),
            written_at=self._written_at,
            md5=md5_of(row["md5"]),
            asked=bool(told),
            answers=answers_in(told),
            searched=bool(told.get("saucenao_lookup", row.get("saucenao_lookup"))),
            search=told.get("saucenao_response"),
            looked_at=bool(told.get("camie_tagger_lookup")),
            tags=frozenset(kinds),
            kinds=kinds,
            added=frozenset(acts[ADDED]),
            removed=frozenset(acts[REMOVED]),
            pools=tuple(pools),
            favourite=favourite,
        )

    def _answers(self, number: int) -> Mapping[str, Any]:
        row = next(self._of("raw_metadata", ANSWERS, number), None)
        if row is None:
            return {}
        try:
            found = json.loads(str(row["data"]))
        except (ValueError, RecursionError):
            found = None
        if not isinstance(found, dict):
            raise Unreadable(phrase("the answers that were kept make no sense."))
        return found

    def _acts(self) -> Mapping[str, Deltas]:
        """Return what people did to tags, by the digests of pictures."""
        found: dict[str, Deltas] = {}
        for row in self._of("tag_deltas", DELTAS):
            acts = found.setdefault(str(row["image_md5"]).lower(), {ADDED: set(), REMOVED: set()})
            if row["operation"] in acts:
                acts[row["operation"]].add(str(row["tag_name"]))
        return found

    def _memberships(self) -> defaultdict[int, list[Membership]]:
        found: defaultdict[int, list[Membership]] = defaultdict(list)
        for row in self._of("pool_images", MEMBERS):
            one = Membership(pool=str(row["name"]), position=int(row.get("sort_order") or 0))
            found[row["image_id"]].append(one)
        return found

    def _of(self, table: str, statement: str, *values: object) -> Iterator[Row]:
        """Return the rows of a table that may not be there."""
        if table in self._tables:
            yield from self._rows(statement, *values)

    def _rows(self, statement: str, *values: object) -> Iterator[Row]:
        try:
            yield from map(dict, self._connection.execute(statement, values))
        except sqlite3.DatabaseError as error:
            raise Unreadable(phrase("The database is damaged: {error}.", error=error)) from None


@contextmanager
def open_old(file: Path) -> Iterator[OldDatabase]:
    """Let a database be read, without leaving a trace beside it. Raises Unreadable.

    Who was killed leaves what was written last in a log, which is read with a copy of both.
    """
    beside = [file.with_name(file.name + ending) for ending in LOGS]
    logs = [log for log in beside if log.exists() and log.stat().st_size]
    with TemporaryDirectory(prefix="homebooru-") as folder:
        if logs:
            address = _copied([file, *logs], Path(folder))
        else:
            address = f"{file.resolve().as_uri()}?mode=ro&immutable=1"
        with closing(sqlite3.connect(address, uri=True)) as connection:
            connection.row_factory = sqlite3.Row
            yield OldDatabase(connection, datetime.fromtimestamp(file.stat().st_mtime, UTC))


def _copied(files: Sequence[Path], folder: Path) -> str:
    """Copy a database, the first one, and its logs; return its address.

    Raises Unreadable where somebody writes meanwhile.
    """
    before = [stamp_of(os.fsencode(file)) for file in files]
    for file in files:
        with file.open("rb") as theirs, (folder / file.name).open("wb") as ours:
            shutil.copyfileobj(theirs, ours)
    if [stamp_of(os.fsencode(file)) for file in files] != before:
        raise Unreadable(
            phrase("{file} is in use: stop the program that has it open first.", file=files[0])
        )
    return (folder / files[0].name).as_uri()
