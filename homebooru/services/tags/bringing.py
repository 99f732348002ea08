"""Lists of tags that people bring: looked through first, taken up by a job once somebody says so."""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

from sqlalchemy.orm import Session

from homebooru.db import queue
from homebooru.db.engine import Sessions
from homebooru.db.queries.vocabulary import lists
from homebooru.db.tables import TagListOrderRow, TagListRow
from homebooru.domain.editing.words import Hand, Via
from homebooru.domain.vocabulary.arriving import BroughtList, Tally
from homebooru.domain.vocabulary.lists import Entry, ListKind, kind_of, read_list, site_of
from homebooru.errors import Conflict, HomeBooruError, InvalidInput, NotFound
from homebooru.phrases import phrase
from homebooru.ports import Progress
from homebooru.services.searching import LARGEST_ID
from homebooru.services.tags.importing import Origin, import_list

PIECE = 1 << 20
GZIP = 31  # zlib's number for its format
LONGEST_NAME = 200
LISTED = 20


@dataclass(frozen=True, slots=True)
class Label:
    """What somebody says of a file: whose list it is, and of what; else its name tells."""

    name: str
    kind: ListKind | None = None
    site: str | None = None
    other_names: bool = False


def bring_list(sessions: Sessions, file: IO[bytes], label: Label, by: Hand) -> int:
    """Keep a list, and have it looked through; return its number.

    Raises InvalidInput where it is empty, or neither its name nor anybody tells what is in it.
    """
    name = label.name.replace("\0", "")[:LONGEST_NAME]
    kind = label.kind or kind_of(name)
    body, lines = _packed(file)
    with sessions.begin() as session:
        row = TagListRow(
            account_id=by.account_id,
            name=name,
            kind=kind,
            site=label.site or site_of(name),
            other_names=label.other_names,
            lines=lines,
            body=body,
        )
        session.add(row)
        session.flush()
        lists.place_order(session, row.id, writes=False)
        return row.id


def take_up(sessions: Sessions, list_id: int, by: Hand) -> None:
    """Have a list taken up of which is known what it would bring. Raises NotFound, Conflict."""
    with sessions.begin() as session:
        row = _row(session, list_id)
        if lists.is_ordered(session, row.id):
            raise Conflict(phrase("The list {name} is still being read.", name=row.name))
        if row.body is None or row.foretold is None:
            raise Conflict(phrase("The list {name} cannot be taken up any more.", name=row.name))
        row.account_id = by.account_id
        lists.place_order(session, row.id, writes=True)


def stop_list(sessions: Sessions, list_id: int) -> None:
    """Let what is at a list end after the lines at hand; what it brought stays. Raises NotFound."""
    with sessions.begin() as session:
        lists.finish_order(session, list_id)
        _row(session, list_id)


def drop_list(sessions: Sessions, list_id: int) -> None:
    """Forget a list; what is at it stops, and what it brought stays. Raises NotFound."""
    with sessions.begin() as session:
        lists.finish_order(session, list_id)  # before the list: its reader goes that way round
        session.delete(_row(session, list_id))


def show_list(sessions: Sessions, list_id: int) -> BroughtList:
    """Return a list, and what it brings. Raises NotFound."""
    with sessions() as session:
        for found in lists.view_lists(session, list_id=min(list_id, LARGEST_ID)):
            return found
    raise _not_found(list_id)


def list_lists(sessions: Sessions) -> tuple[BroughtList, ...]:
    """Return the lists that were brought last."""
    with sessions() as session:
        return lists.view_lists(session, limit=LISTED)


def lists_due(sessions: Sessions, progress: Progress, *, worker_id: int | None = None) -> int:
    """Look through the lists that are due, or take them up; return how many lines were read.

    A list that was interrupted is read again from its beginning: what it brought already it does
    not bring twice.
    """
    read = 0
    with sessions() as session:
        progress.expect(lists.count_ordered(session))
    while progress.goes_on():
        with sessions.begin() as session:
            taken = queue.claim(session, TagListOrderRow, limit=1, worker_id=worker_id)
            for order in taken:
                lists.begin_anew(session, order.list_id)
        if not taken:
            break
        read += _read_one(sessions, taken[0].list_id, progress, writes=taken[0].writes)
    return read


def _read_one(sessions: Sessions, list_id: int, progress: Progress, *, writes: bool) -> int:
    with sessions() as session:
        row = session.get(TagListRow, list_id)
    if row is None or row.body is None:
        return 0
    told = _Told(sessions, row, progress)
    try:
        tally = import_list(sessions, _entries(row), _origin(row), told, rehearse=not writes)
    except HomeBooruError as error:
        _settle(sessions, list_id, mistake=error.args[0])
        progress.report_error(row.name, error.args[0])
        return 0
    if told.is_whole:
        _settle(sessions, list_id, tally, writes=writes)
    return tally.read


class _Told(Progress):
    """Tells the job and the list's own page how far it is, and stops where either is given up."""

    def __init__(self, sessions: Sessions, row: TagListRow, progress: Progress) -> None:
        self._sessions = sessions
        self._row = row
        self._progress = progress
        self.is_whole = True

    def expect(self, total: int | None) -> None:
        """The job knows of all lists together."""

    def advance(self, done: int = 1, *, current: str | None = None) -> None:  # noqa: ARG002
        with self._sessions.begin() as session:
            self.is_whole = lists.advance(session, self._row.id, done)
        self._progress.advance(done, current=self._row.name)

    def report_error(self, what: str, reason: str) -> None:
        self._progress.report_error(what, reason)

    def goes_on(self) -> bool:
        self.is_whole = self.is_whole and self._progress.goes_on()
        return self.is_whole


def _settle(
    sessions: Sessions,
    list_id: int,
    tally: Tally | None = None,
    *,
    writes: bool = False,
    mistake: str | None = None,
) -> None:
    """Keep what a list brings; its file is needed no more once that was taken up."""
    with sessions.begin() as session:
        lists.finish_order(session, list_id)
        row = session.get(TagListRow, list_id, with_for_update=True)
        if row is None:
            return
        row.mistake = mistake
        told = None if tally is None else lists.spelled_tally(tally)
        if writes:
            row.brought, row.body = told, None
        else:
            row.foretold = told


def _entries(row: TagListRow) -> Iterator[Entry]:
    packed = gzip.GzipFile(fileobj=io.BytesIO(row.body or b""))
    # what is no UTF-8 makes a line that cannot be read, not a list that cannot
    text = io.TextIOWrapper(packed, encoding="utf-8", errors="surrogateescape", newline="")
    return read_list(text, ListKind(row.kind), row.site, other_names=row.other_names)


def _origin(row: TagListRow) -> Origin:
    by = Hand(account_id=row.account_id, via=Via.IMPORT, reason=row.name)
    return Origin(ListKind(row.kind), row.site, by)


def _packed(file: IO[bytes]) -> tuple[bytes, int]:
    """Return a file packed, and how many lines it has; only a piece of it is held as it is."""
    packer, pieces, lines = zlib.compressobj(wbits=GZIP), [], 0
    while piece := file.read(PIECE):
        pieces.append(packer.compress(piece))
        lines += piece.count(b"\n")
    if not pieces:
        raise InvalidInput(phrase("There is nothing in that file."))
    return b"".join([*pieces, packer.flush()]), max(lines, 1)


def _row(session: Session, list_id: int) -> TagListRow:
    row = session.get(TagListRow, min(list_id, LARGEST_ID), with_for_update=True)
    if row is None:
        raise _not_found(list_id)
    return row


def _not_found(list_id: int) -> NotFound:
    return NotFound(phrase("There is no list {list_id}.", list_id=list_id))
