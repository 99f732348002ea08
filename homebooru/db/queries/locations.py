"""Where posts lie: what a scan compares with, and what becomes of places."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from homebooru.db.engine import Sessions
from homebooru.db.tables import IntakeRow, LocationRow, PostRow, StatementRow
from homebooru.domain.intake import Known, shown
from homebooru.domain.media import Digests, Stamp

PAGE = 1000


@dataclass(frozen=True, slots=True)
class Place:
    """A file as it was read: where it lies, and what was found there."""

    root_id: int
    path: bytes
    stamp: Stamp
    sidecars: bytes
    digests: Digests


def known_files(sessions: Sessions, root_id: int, folder: bytes) -> Iterator[Known]:
    """Yield what is known below a folder in the order of the paths, a page at a time.

    At one path the present one comes first, then the latest; no transaction stays open.
    """
    after: tuple[bytes, bool, int] | None = None
    while True:
        with sessions.begin() as session:
            page = _page(session, root_id, folder, after)
        for row in page:
            yield Known(
                row.id,
                row.path,
                Stamp(row.size, row.mtime_ns),
                row.sidecars,
                missing=row.is_missing,
            )
        if len(page) < PAGE:
            return
        after = page[-1].path, page[-1].is_missing, page[-1].last


def _page(
    session: Session, root_id: int, folder: bytes, after: tuple[bytes, bool, int] | None
) -> Sequence[sa.Row[int, bytes, int, int, bytes, bool, int]]:
    is_missing = LocationRow.missing_since.is_not(None)
    last = -LocationRow.id
    wanted = sa.select(
        LocationRow.id,
        LocationRow.path,
        LocationRow.size,
        LocationRow.mtime_ns,
        LocationRow.sidecars,
        is_missing.label("is_missing"),
        last.label("last"),
    ).where(LocationRow.root_id == root_id, LocationRow.kind == "folder")
    if folder:
        wanted = wanted.where(LocationRow.path > folder + b"/", LocationRow.path < folder + b"0")
    if after is not None:
        wanted = wanted.where(
            LocationRow.path >= after[0],
            sa.tuple_(LocationRow.path, is_missing, last) > after,
        )
    order = (LocationRow.path, is_missing, last)
    return session.execute(wanted.order_by(*order).limit(PAGE)).all()


def count_present(session: Session, root_id: int) -> int:
    """Return how many files a scan of a root should find."""
    return session.scalars(
        sa.select(sa.func.count()).where(
            LocationRow.root_id == root_id,
            LocationRow.kind == "folder",
            LocationRow.missing_since.is_(None),
        )
    ).one()


def at_places(
    session: Session, places: Collection[tuple[int, bytes]]
) -> dict[tuple[int, bytes], list[LocationRow]]:
    """Return the rows at these places: the present one first, then the latest."""
    rows = session.scalars(
        sa.select(LocationRow)
        .where(sa.tuple_(LocationRow.root_id, LocationRow.path).in_(places))
        .order_by(LocationRow.missing_since.is_not(None), LocationRow.id.desc())
        .execution_options(populate_existing=True)
    )
    found: dict[tuple[int, bytes], list[LocationRow]] = {}
    for row in rows:
        assert row.root_id is not None
        found.setdefault((row.root_id, row.path), []).append(row)
    return found


def add_locations(session: Session, places: Sequence[tuple[int, Place]]) -> list[int]:
    """Put posts, given by id, into places where nothing is known yet; return the new ids."""
    if not places:
        return []
    rows = []
    for post_id, place in places:
        folder, name = shown(place.path)
        rows.append(
            {
                "post_id": post_id,
                "root_id": place.root_id,
                "path": place.path,
                "folder": folder,
                "name": name,
                "size": place.stamp.size,
                "mtime_ns": place.stamp.mtime_ns,
                "sha256": place.digests.sha256,
                "sidecars": place.sidecars,
            }
        )
    new = sa.insert(LocationRow).returning(LocationRow.id, sort_by_parameter_order=True)
    return list(session.scalars(new, rows))


def put_at(session: Session, post_id: int, place: Place, rows: Sequence[LocationRow]) -> int:
    """Make a post the one that lies at a place, whose rows are given; return its location.

    Whatever lay there before stays, missing.
    """
    for row in rows:
        if row.post_id != post_id and row.missing_since is None:
            row.missing_since = sa.func.now()
    session.flush()
    mine = next((row for row in rows if row.post_id == post_id), None)
    if mine is None:
        return add_locations(session, [(post_id, place)])[0]
    mine.missing_since = None
    mine.size, mine.mtime_ns = place.stamp.size, place.stamp.mtime_ns
    mine.sha256, mine.sidecars = place.digests.sha256, place.sidecars
    mine.seen_at = sa.func.now()
    session.flush()
    return mine.id


def mark_gone(session: Session, gone: Sequence[tuple[int, int, int]]) -> set[int]:
    """Mark present places, given by id, size and time, as missing; return the posts.

    Those that changed in the meantime stay.
    """
    key = sa.tuple_(LocationRow.id, LocationRow.size, LocationRow.mtime_ns)
    return set(
        session.scalars(
            sa.update(LocationRow)
            .where(key.in_(gone), LocationRow.missing_since.is_(None))
            .values(missing_since=sa.func.now())
            .returning(LocationRow.post_id)
            .execution_options(synchronize_session=False)
        )
    )


def next_present(session: Session, root_id: int, *, limit: int) -> list[tuple[int, int, int]]:
    """Return some present places below a root, outside its trash: their ids, sizes and times."""
    rows = session.execute(
        sa.select(LocationRow.id, LocationRow.size, LocationRow.mtime_ns)
        .where(
            LocationRow.root_id == root_id,
            LocationRow.kind == "folder",
            LocationRow.missing_since.is_(None),
        )
        .limit(limit)
    )
    return [(row.id, row.size, row.mtime_ns) for row in rows]


def mark_back(session: Session, location_ids: Sequence[int]) -> set[int]:
    """Mark missing places as present again where nothing else lies; return the posts."""
    other = sa.orm.aliased(LocationRow)
    taken = sa.exists().where(
        other.root_id == LocationRow.root_id,
        other.path == LocationRow.path,
        other.missing_since.is_(None),
    )
    return set(
        session.scalars(
            sa.update(LocationRow)
            .where(LocationRow.id.in_(location_ids), ~taken)
            .values(missing_since=None, seen_at=sa.func.now())
            .returning(LocationRow.post_id)
            .execution_options(synchronize_session=False)
        )
    )


def drop_superseded(session: Session, post_ids: Collection[int]) -> None:
    """Forget where posts lay before, once they lie elsewhere and nothing is lost by it.

    A missing place is kept while what was said there is not said in any present one. A place
    that waits to be read does not count as present: what is there may not be the post's.
    """
    here, said = sa.orm.aliased(LocationRow), sa.orm.aliased(StatementRow)
    waits = sa.exists().where(IntakeRow.root_id == here.root_id, IntakeRow.path == here.path)
    present = (here.post_id == LocationRow.post_id, here.missing_since.is_(None), ~waits)
    said_here = (
        sa.exists()
        .where(*present, said.location_id == here.id, said.source == StatementRow.source)
        .correlate(LocationRow, StatementRow)  # two levels up is not found by itself
    )
    unsaid = sa.exists().where(StatementRow.location_id == LocationRow.id, ~said_here)
    session.execute(
        sa.delete(LocationRow)
        .where(
            LocationRow.post_id.in_(post_ids),
            sa.or_(
                LocationRow.kind == "folder",
                sa.and_(LocationRow.kind == "immich", LocationRow.asset_id.is_(None)),
            ),
            LocationRow.missing_since.is_not(None),
            sa.exists().where(*present),
            ~unsaid,
        )
        .execution_options(synchronize_session=False)
    )


def stale_digests(session: Session, post_ids: Collection[int]) -> Sequence[sa.Row[int, bytes, int]]:
    """Return posts whose digests are not those of their newest file, with what that one has.

    Present files count before missing ones; of equally new ones the one with the highest digest.
    """
    newest = (
        sa.select(LocationRow.post_id, LocationRow.sha256, LocationRow.size)
        .where(LocationRow.post_id.in_(post_ids), LocationRow.sha256.is_not(None))
        .ext(distinct_on(LocationRow.post_id))
        .order_by(
            LocationRow.post_id,
            LocationRow.missing_since.is_not(None),
            LocationRow.mtime_ns.desc(),
            LocationRow.sha256.desc(),
        )
        .subquery()
    )
    return session.execute(
        sa.select(newest.c.post_id, newest.c.sha256, newest.c.size)
        .join(PostRow, PostRow.id == newest.c.post_id)
        .where(PostRow.sha256 != newest.c.sha256)
    ).all()


def posts_at(session: Session, places: Collection[tuple[int, bytes]]) -> set[int]:
    """Return the posts that lie, or lay, at these places."""
    return {row.post_id for rows in at_places(session, places).values() for row in rows}
