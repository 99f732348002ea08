"""The change feed: which posts and tags changed since a snapshot, no commit ever missed.

Triggers note every transaction's posts and tags. A reader keeps the snapshot of its last look and asks
for what that snapshot could not see, so transactions that commit late or out of order are seen
exactly when they can be. It reads the posts themselves in the same transaction (repeatable
read), else it may see more of them than the snapshot says.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from homebooru.db.tables import FeedReaderRow
from homebooru.db.tables.feed import Part
from homebooru.errors import FeedLost

PATIENCE = timedelta(minutes=10)
LIGHT = 50  # posts of which just a part is read take as long as one whole


@dataclass(frozen=True, slots=True)
class Changes:
    """What changed, and the snapshot to ask with next time.

    Snapshots are comparable only where `history` is the same: a restored library has other
    transaction ids, and a server that crashed may use again those that left no trace. Of posts
    in `parts` nothing else changed, so they are not among `post_ids`.
    """

    snapshot: str
    history: str
    post_ids: frozenset[int] = frozenset()
    tag_ids: frozenset[int] = frozenset()
    parts: Mapping[Part, frozenset[int]] = field(default_factory=dict)

    @property
    def effort(self) -> int:
        """Return as how many whole posts they are to read."""
        light = sum(len(post_ids) for post_ids in self.parts.values())
        return len(self.post_ids) + len(self.tag_ids) + light // LIGHT


# A crash of the server, and nothing else of its own, resets its statistics.
HISTORY = "concat_ws(' ', library.uuid, pg_stat_get_bgwriter_stat_reset_time())"
NOW = sa.text(
    f"select cast(pg_current_snapshot() as text) as snapshot, {HISTORY} as history from library"  # noqa: S608  our own words
)

# One statement, so that the horizon, the rows and the snapshot belong together. The condition on
# xmin is the one that the index serves; what that snapshot saw is left out by the other.
NEW = """
    xid >= pg_snapshot_xmin(cast(:since as pg_snapshot))
    and not pg_visible_in_snapshot(xid, cast(:since as pg_snapshot))
"""
SINCE = sa.text(f"""
    select cast(pg_current_snapshot() as text) as snapshot, {HISTORY} as history,
        coalesce(
            pg_snapshot_xmin(cast(:since as pg_snapshot)) < library.feed_horizon, false
        ) as lost,
        array(select distinct post_id from post_change where part = 0 and {NEW}) as post_ids,
        array(select distinct array[part, post_id] from post_change where part > 0 and {NEW})
            as parts,
        array(select distinct tag_id from tag_change where {NEW}) as tag_ids
    from library
""")  # noqa: S608


def read_changes(session: Session, since: str | None) -> Changes:
    """Return what changed since a snapshot; with None, only the present snapshot.

    Raises FeedLost where the feed no longer reaches back that far.
    """
    if since is None:
        row = session.execute(NOW).one()
        return Changes(row.snapshot, row.history)
    row = session.execute(SINCE, {"since": since}).one()
    if row.lost:
        raise FeedLost("The feed of changes no longer reaches back that far; read all posts anew.")
    whole = frozenset(row.post_ids)
    touched = defaultdict[int, set[int]](set)
    for part, post_id in row.parts:
        touched[part].add(post_id)
    parts = {Part(part): frozenset(post_ids - whole) for part, post_ids in touched.items()}
    return Changes(row.snapshot, row.history, whole, frozenset(row.tag_ids), parts)


def register_reader(session: Session, name: str, snapshot: str) -> int:
    """Make a reader known, and return its id; from now on the feed keeps what it needs.

    Whoever reads all posts first registers, commits, and only then begins to read.
    """
    reader = FeedReaderRow(name=name, snapshot=snapshot)
    session.add(reader)
    session.flush()
    return reader.id


def keep_reader(session: Session, reader_id: int, snapshot: str) -> bool:
    """Note that a reader lives and how far it is; False where it was given up for dead.

    Then it has to register again, and may have lost its place: `read_changes` tells.
    """
    kept = session.execute(
        sa.update(FeedReaderRow)
        .where(FeedReaderRow.id == reader_id)
        .values(snapshot=snapshot, heartbeat_at=sa.func.now())
        .returning(FeedReaderRow.id)
    )
    return kept.first() is not None


def drop_reader(session: Session, reader_id: int) -> None:
    """Forget a reader that needs no more."""
    session.execute(sa.delete(FeedReaderRow).where(FeedReaderRow.id == reader_id))


# The horizon is noted in the transaction that deletes, so nobody reads a feed with a gap.
PRUNE = sa.text("""
    with needed as (
        select pg_snapshot_xmin(cast(snapshot as pg_snapshot)) as oldest from feed_reader
        union all select pg_snapshot_xmin(cast(:snapshot_file as pg_snapshot))
            where cast(:snapshot_file as text) is not null
        union all select pg_snapshot_xmin(pg_current_snapshot())
        order by oldest limit 1
    ), noted as (
        update library set feed_horizon = needed.oldest from needed
        where feed_horizon is null or feed_horizon < needed.oldest
    ), posts as (
        delete from post_change using needed where xid < needed.oldest returning 1
    ), tags as (
        delete from tag_change using needed where xid < needed.oldest returning 1
    )
    select (select count(*) from posts) + (select count(*) from tags)
""")


def prune(
    session: Session, *, snapshot_file: str | None = None, patience: timedelta = PATIENCE
) -> int:
    """Delete the rows that nobody needs any more; return how many.

    Needed is what the newest snapshot file (the snapshot in it) and the living readers have not
    seen. A reader not heard of for longer than `patience` is given up.
    """
    session.execute(
        sa.delete(FeedReaderRow).where(FeedReaderRow.heartbeat_at < sa.func.now() - patience)
    )
    return session.scalar(PRUNE, {"snapshot_file": snapshot_file}) or 0


def forget_feed(session: Session) -> None:
    """Empty the feed after a restore: transaction ids of another cluster mean nothing here."""
    session.execute(sa.text("delete from post_change"))
    session.execute(sa.text("delete from tag_change"))
    session.execute(sa.delete(FeedReaderRow))
    session.execute(sa.text("update library set feed_horizon = null, uuid = gen_random_uuid()"))
