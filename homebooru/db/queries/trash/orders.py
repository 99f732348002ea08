"""Orders to move files of trashed posts, or to remove them: placed, taken, and done with."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from homebooru.db.queries.records import any_of
from homebooru.db.queue import claim
from homebooru.db.tables import LocationRow, RootRow, TrashedFileRow, TrashOrderRow
from homebooru.domain.editing.trash import Wish
from homebooru.domain.media import Stamp

FILE = TrashedFileRow
IN_TRASH = "trash"
IN_FOLDER = "folder"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ordered:
    """A file with which something is to be done, as it was when the order was taken.

    `lies` tells whether the library believes that a file is at its place, `planned` whether it
    is on its way to the trash already.
    """

    file_id: int
    wish: Wish
    attempts: int
    post_id: int
    root_id: int
    root: bytes
    root_state: str
    root_trash: str
    read_only: bool
    path: bytes
    trash_path: bytes | None
    back_path: bytes | None
    sidecars: tuple[bytes, ...]
    stamp: Stamp
    lies: bool
    planned: bool
    moved: bool


def order_in(session: Session, post_ids: Collection[int]) -> int:
    """Order the present files of posts into the trash, where their roots have it so.

    A file whose way back was ordered, but not gone yet, stays. Returns how many are to move.
    """
    places = (
        sa.select(
            LocationRow.post_id,
            LocationRow.root_id,
            LocationRow.id,
            LocationRow.path,
            LocationRow.size,
            LocationRow.mtime_ns,
            LocationRow.sha256,
        )
        .join(RootRow, RootRow.id == LocationRow.root_id)
        .where(
            any_of(LocationRow.post_id, post_ids),
            LocationRow.kind == IN_FOLDER,
            LocationRow.missing_since.is_(None),
            RootRow.trash == "move",
            RootRow.state != "removed",
        )
    )
    names = ["post_id", "root_id", "location_id", "path", "size", "mtime_ns", "sha256"]
    session.execute(insert(FILE).from_select(names, places).on_conflict_do_nothing())
    pending = sa.exists().where(TrashOrderRow.file_id == FILE.id)
    return _order(session, Wish.TRASH, post_ids, sa.or_(FILE.moved_at.is_(None), pending))


def order_back(session: Session, post_ids: Collection[int]) -> int:
    """Order all files of posts out of the trash, also those that are on their way there."""
    return _order(session, Wish.RESTORE, post_ids, sa.true())


def _order(
    session: Session, wish: Wish, post_ids: Collection[int], wanted: sa.ColumnElement[bool]
) -> int:
    files = sa.select(FILE.id, sa.literal(wish.value))
    return place(session, files.where(any_of(FILE.post_id, post_ids), wanted))


def place(session: Session, files: sa.Select[int, str]) -> int:
    """Order something; what was ordered before and is not done is not wanted any more."""
    new = insert(TrashOrderRow).from_select(["file_id", "wish"], files)
    placed = session.execute(
        new.on_conflict_do_update(
            index_elements=[TrashOrderRow.file_id],
            set_={"wish": new.excluded.wish, "attempts": 0, "due": _soon()},
        ).returning(TrashOrderRow.file_id)
    )
    return len(placed.all())


def _soon() -> sa.ColumnElement[sa.DateTime]:
    """Return when to look at an order again: now, unless a worker is at it, who sees to that."""
    return sa.case((TrashOrderRow.claimed_by.is_not(None), TrashOrderRow.due), else_=sa.func.now())


def take(session: Session, *, limit: int, worker_id: int | None) -> list[Ordered]:
    """Take orders that are due, each with all that is known of its file.

    Whoever takes an order to remove a file knows that its post is trashed still.
    """
    orders = {
        row.file_id: row for row in claim(session, TrashOrderRow, limit=limit, worker_id=worker_id)
    }
    lies = sa.and_(LocationRow.missing_since.is_(None), RootRow.state != "removed")
    rows = session.execute(
        sa.select(
            FILE,
            RootRow.path.label("root"),
            RootRow.state,
            RootRow.trash,
            RootRow.read_only,
            sa.func.coalesce(lies, sa.false()).label("lies"),
            LocationRow.kind,
            sa.func.coalesce(LocationRow.size, FILE.size).label("size"),
            sa.func.coalesce(LocationRow.mtime_ns, FILE.mtime_ns).label("mtime_ns"),
        )
        .join(RootRow, RootRow.id == FILE.root_id)
        .outerjoin(LocationRow, LocationRow.id == FILE.location_id)
        .where(any_of(FILE.id, list(orders)))
        .order_by(FILE.id)
        .execution_options(populate_existing=True)
    )
    return [
        Ordered(
            file_id=file.id,
            wish=Wish(orders[file.id].wish),
            attempts=orders[file.id].attempts,
            post_id=file.post_id,
            root_id=file.root_id,
            root=root,
            root_state=state,
            root_trash=trash,
            read_only=read_only,
            path=file.path,
            trash_path=file.trash_path,
            back_path=file.back_path,
            sidecars=tuple(file.sidecars),
            stamp=Stamp(size, mtime_ns),
            lies=bool(is_there),
            planned=file.trash_path is not None and kind != IN_FOLDER,
            moved=file.moved_at is not None,
        )
        for file, root, state, trash, read_only, is_there, kind, size, mtime_ns in rows
    ]


def postpone(session: Session, one: Ordered, delay: timedelta) -> None:
    """Let an order be tried again later; at once where something else is wanted by now."""
    wanted_still = TrashOrderRow.wish == one.wish.value
    session.execute(
        sa.update(TrashOrderRow)
        .where(TrashOrderRow.file_id == one.file_id)
        .values(
            due=sa.case((wanted_still, sa.func.now() + delay), else_=sa.func.now()),
            claimed_by=None,
        )
    )


def hurry(session: Session, root_id: int) -> None:
    """Let the orders of a root be tried now, unless a worker is at them."""
    files = sa.select(FILE.id).where(FILE.root_id == root_id)
    session.execute(
        sa.update(TrashOrderRow)
        .where(TrashOrderRow.file_id.in_(files), TrashOrderRow.claimed_by.is_(None))
        .values(due=sa.func.now())
    )


def release(session: Session, file_ids: Collection[int]) -> None:
    """Give orders back that were taken and not looked at."""
    session.execute(
        sa.update(TrashOrderRow)
        .where(any_of(TrashOrderRow.file_id, list(file_ids)))
        .values(due=sa.func.now(), claimed_by=None)
    )


def end(session: Session, one: Ordered) -> bool:
    """Take an order away that was carried out; False where something else is wanted by now."""
    done = session.execute(
        sa.delete(TrashOrderRow)
        .where(TrashOrderRow.file_id == one.file_id, TrashOrderRow.wish == one.wish.value)
        .returning(TrashOrderRow.file_id)
    )
    if done.first() is not None:
        return True
    release(session, [one.file_id])
    return False


def count_orders(session: Session) -> int:
    """Return how many files are to be moved or removed now."""
    due = sa.select(sa.func.count()).select_from(TrashOrderRow)
    return session.scalar(due.where(TrashOrderRow.due <= sa.func.now())) or 0
