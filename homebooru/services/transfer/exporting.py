"""Exports a library: every line of it, as of one moment."""

from __future__ import annotations

from collections.abc import Iterator

from homebooru.db.engine import Sessions, one_moment
from homebooru.db.queries.transfer.household import (
    household_lines,
    member_lines,
    read_accounts,
)
from homebooru.db.queries.transfer.posts import count_posts, post_lines
from homebooru.domain.transfer import FORMAT, HEAD
from homebooru.domain.transfer.shapes import Line
from homebooru.ports import Progress


def export(sessions: Sessions, progress: Progress) -> Iterator[Line]:
    """Yield the lines of an export but for its end, a page of posts in memory at a time.

    All is read as of one moment, as a backup is: a post that becomes part of another one meanwhile
    would else be lost with every word on it. So this one transaction stays open, which only reads.
    """
    with one_moment(sessions) as session:
        yield {"kind": HEAD, "format": FORMAT}
        accounts = read_accounts(session)
        yield from household_lines(session, accounts)
        progress.expect(count_posts(session))
        for count, lines in post_lines(session, accounts):
            yield from lines
            progress.advance(count)
        yield from member_lines(session)
