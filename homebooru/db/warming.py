"""Brings the rows that pages show into the server's own memory, so that nobody waits for the disk.

After a start that memory is empty, and the machine forgets files that were not read for a while.
A page shows forty posts from all over the library: as many places on the disk.
"""

from __future__ import annotations

from collections.abc import Callable

import sqlalchemy as sa
from sqlalchemy.orm import Session

from homebooru.db.engine import Sessions, single_statements
from homebooru.db.queries.alike import spaces
from homebooru.db.queries.alike.nearest import MOST_IN_VIEW, follow
from homebooru.db.tables import LookRow

INDEXED = {"post": "id", "location": "post_id", LookRow.__tablename__: "post_id"}
"""The tables that pages show or compare rows of, and the columns by which they look these up."""
SHARE = 0.75  # of the server's memory for pages of tables
AT_ONCE = 2048  # pages in one statement, so that whoever stops does so soon
LOCK = 7_401_213  # held by whoever is at it; any number will do

MEMORY = sa.text("select setting::bigint from pg_settings where name = 'shared_buffers'")
INDEXES_LENGTH = sa.text(
    "select pg_indexes_size(to_regclass(:table)) / current_setting('block_size')::bigint"
)
LENGTH = "select pg_relation_size('{table}') / current_setting('block_size')::bigint"
# a range of row ids is read into the memory for pages, where a scan of it all would go past that
ROWS = (
    "select count(*) from {table} where ctid >= cast(:first as tid) and ctid < cast(:behind as tid)"
)
INDEX = "select count(*) from (select {column} from {table} order by {column} desc limit :most) as newest"
ROWS_A_PAGE = 8  # at least
PAGES_A_WALK = 250  # of an index of vectors that one search more brings; it meets many more


def warm(sessions: Sessions, goes_on: Callable[[], bool]) -> None:
    """Read the newest rows, as many as fit, unless another process is at it."""
    with single_statements(sessions) as session:
        if not session.scalar(sa.select(sa.func.pg_try_advisory_lock(LOCK))):
            return
        try:
            room = int((session.scalar(MEMORY) or 0) * SHARE)
            room -= _read(session, room, goes_on)
            _walk(sessions, room, goes_on)
        finally:
            session.execute(sa.select(sa.func.pg_advisory_unlock(LOCK)))


def _read(session: Session, room: int, goes_on: Callable[[], bool]) -> int:
    """Read what leads to rows, then the last pages of all tables; return how many these are.

    The tables take turns, so that of the newest posts, which most searches show, all is there soon.
    """
    ends = {table: _length(session, table) for table in INDEXED}
    for table in INDEXED:
        if goes_on():
            _lead(session, table, min(room, ends[table]))
    read = 0
    while read < room and any(ends.values()):
        for table, end in ends.items():
            if not goes_on():
                return read
            first = max(0, end - min(AT_ONCE, room - read))
            places = {"first": f"({first},0)", "behind": f"({end},0)"}
            session.execute(sa.text(ROWS.format(table=table)), places)
            ends[table], read = first, read + end - first
    return read


def _length(session: Session, table: str) -> int:
    """Return how many pages a table has."""
    return int(session.scalar(sa.text(LENGTH.format(table=table))) or 0)


def _lead(session: Session, table: str, pages: int) -> None:
    """Read the part of an index that leads to the last pages of a table."""
    ids = sa.text(INDEX.format(table=table, column=INDEXED[table]))
    session.execute(ids, {"most": ROWS_A_PAGE * pages})


def _walk(sessions: Sessions, room: int, goes_on: Callable[[], bool]) -> None:
    """Read the index by which posts are compared, from posts all over it, if it fits.

    Nothing reads such an index from its beginning to its end, but searches meet all of it.
    """
    with sessions() as session:
        serving = spaces.serving(session)
        vectors = LookRow.__table__ if serving is None else spaces.vectors_of(serving)
        table = LookRow.__tablename__ if serving is None else serving.vectors
        pages = int(session.scalar(INDEXES_LENGTH, {"table": table}) or 0)
        last = session.scalar(sa.select(sa.func.max(vectors.c.post_id)))
    walks = 0 if last is None or pages > room else pages // PAGES_A_WALK
    for walk in range(walks):
        if not goes_on():
            return
        with sessions.begin() as session:
            from_here = sa.select(vectors.c.vector).where(vectors.c.post_id >= walk * last // walks)
            vector = session.scalar(from_here.order_by(vectors.c.post_id).limit(1))
            if vector is not None:
                follow(session, vectors, vector, MOST_IN_VIEW)
