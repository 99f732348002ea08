"""Watched folders, scans that are asked for, and what could not be read below them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from homebooru.db.queue import LEASE, living_workers
from homebooru.db.tables import (
    IntakeRow,
    LocationRow,
    PreparationRow,
    ProblemRow,
    RootRow,
    ScanRequestRow,
)
from homebooru.domain.intake import RootView

FOLDER, FILE, WORDS = "folder", "file", "words"


def find_root(session: Session, root_id: int) -> RootRow | None:
    """Return a root that was not removed."""
    return session.scalars(
        sa.select(RootRow).where(RootRow.id == root_id, RootRow.state != "removed")
    ).one_or_none()


def is_removed(session: Session, root_id: int) -> bool:
    removed = sa.exists().where(RootRow.id == root_id, RootRow.state == "removed")
    return bool(session.scalar(sa.select(removed)))


def root_paths(session: Session, root_ids: Iterable[int] | None = None) -> dict[int, bytes]:
    """Return the paths of these roots (None: of all), without those that were removed."""
    wanted = sa.select(RootRow.id, RootRow.path).where(RootRow.state != "removed")
    if root_ids is not None:
        wanted = wanted.where(RootRow.id.in_(set(root_ids)))
    return {row.id: row.path for row in session.execute(wanted)}


def root_views(session: Session, root_ids: Iterable[int] | None = None) -> tuple[RootView, ...]:
    """Return the roots with the numbers of their files, by name."""
    files = (
        sa.select(
            LocationRow.root_id,
            sa.func.count().filter(LocationRow.missing_since.is_(None)).label("files"),
            sa.func.count().filter(LocationRow.missing_since.is_not(None)).label("missing"),
        )
        .where(LocationRow.kind == "folder")
        .group_by(LocationRow.root_id)
        .subquery()
    )
    waiting = (
        sa.select(IntakeRow.root_id, sa.func.count().label("waiting"))
        .where(~IntakeRow.unread)
        .group_by(IntakeRow.root_id)
        .subquery()
    )
    wanted = (
        sa.select(RootRow, files.c.files, files.c.missing, waiting.c.waiting)
        .outerjoin(files, files.c.root_id == RootRow.id)
        .outerjoin(waiting, waiting.c.root_id == RootRow.id)
        .where(RootRow.state != "removed")
        .order_by(RootRow.name, RootRow.id)
    )
    if root_ids is not None:
        wanted = wanted.where(RootRow.id.in_(set(root_ids)))
    living = living_workers(session)
    return tuple(
        _view(row, files or 0, missing or 0, waiting or 0, _watch(row, living))
        for row, files, missing, waiting in session.execute(wanted)
    )


def _watch(row: RootRow, living: Collection[int]) -> str:
    if row.watched_by in living:
        return "on"
    return "unavailable" if row.watch_reason else "off"


def _view(row: RootRow, files: int, missing: int, waiting: int, watch: str) -> RootView:
    return RootView(
        id=row.id,
        path=readable_path(row.path),
        name=row.name,
        state=row.state,
        reason=row.state_reason,
        watch=watch,
        watch_reason=row.watch_reason,
        last_scan_at=row.last_scan_at,
        last_scan_found=row.last_scan_found,
        last_scan_seconds=row.last_scan_seconds,
        trash=row.trash,
        sidecars=row.sidecars,
        read_only=row.read_only,
        files=files,
        missing=missing,
        waiting=waiting,
    )


def readable_path(path: bytes) -> str:
    """Return a path for people; what is no UTF-8 in it is shown as its bytes."""
    return path.decode("utf-8", "backslashreplace")


def request_scan(session: Session, root_ids: Iterable[int], folder: bytes = b"") -> None:
    """Ask for a look at a folder.

    A scan that is under way is asked to come back once more: `attempts` at 0 tells it so.
    """
    rows = [{"root_id": root_id, "folder": folder} for root_id in root_ids]
    if not rows:
        return
    order = insert(ScanRequestRow)
    under_way = ScanRequestRow.claimed_by.is_not(None)
    session.execute(
        order.on_conflict_do_update(
            index_elements=[ScanRequestRow.root_id, ScanRequestRow.folder],
            set_={
                "attempts": 0,
                "due": sa.case((under_way, ScanRequestRow.due), else_=sa.func.now()),
            },
        ),
        rows,
    )


def keep_scan_claim(session: Session, request: ScanRequestRow) -> None:
    """Say that a long scan is still going on."""
    session.execute(
        sa.update(ScanRequestRow)
        .where(ScanRequestRow.root_id == request.root_id, ScanRequestRow.folder == request.folder)
        .values(due=sa.func.now() + LEASE)
        .execution_options(synchronize_session=False)
    )


def finish_scan(session: Session, request: ScanRequestRow) -> None:
    """Take a request away, unless it was made anew in the meantime: then it is due."""
    here = (ScanRequestRow.root_id == request.root_id, ScanRequestRow.folder == request.folder)
    done = session.execute(sa.delete(ScanRequestRow).where(*here, ScanRequestRow.attempts > 0))
    if not done.rowcount:  # type: ignore[attr-defined]
        _make_due(session, *here)


def put_scan_back(session: Session, request: ScanRequestRow) -> None:
    """Leave a scan that was not finished to whoever comes next."""
    _make_due(
        session,
        ScanRequestRow.root_id == request.root_id,
        ScanRequestRow.folder == request.folder,
    )


def _make_due(session: Session, *here: sa.ColumnElement[bool]) -> None:
    session.execute(
        sa.update(ScanRequestRow)
        .where(*here)
        .values(due=sa.func.now(), claimed_by=None)
        .execution_options(synchronize_session=False)
    )


def is_being_scanned(session: Session, root_id: int) -> bool:
    """Tell whether a scan of this root is asked for or under way."""
    return bool(session.scalar(sa.select(sa.exists().where(ScanRequestRow.root_id == root_id))))


def wake_root(session: Session, root_id: int) -> None:
    """Make due what waited for the files of a root that is back."""
    session.execute(
        sa.update(PreparationRow)
        .where(
            PreparationRow.due > sa.func.now(),
            PreparationRow.claimed_by.is_(None),
            PreparationRow.post_id.in_(
                sa.select(LocationRow.post_id).where(LocationRow.root_id == root_id)
            ),
        )
        .values(due=sa.func.now())
        .execution_options(synchronize_session=False)
    )


def forget_waiting(session: Session, root_id: int) -> None:
    """Drop everything that waits to be done below a root, and its problems."""
    for table in (IntakeRow, ScanRequestRow, ProblemRow):
        session.execute(sa.delete(table).where(table.root_id == root_id))


def keep_folder_problems(
    session: Session, root_id: int, folder: bytes, problems: Mapping[bytes, str]
) -> None:
    """Replace what could not be read below a folder by what cannot be read now."""
    below = sa.or_(
        sa.literal(not folder),
        ProblemRow.path == folder,
        sa.and_(ProblemRow.path > folder + b"/", ProblemRow.path < folder + b"0"),
    )
    session.execute(
        sa.delete(ProblemRow).where(
            ProblemRow.root_id == root_id,
            ProblemRow.part == FOLDER,
            below,
            ProblemRow.path.not_in(problems.keys()),
        )
    )
    keep_problems(session, root_id, FOLDER, b"", problems)


def keep_problems(
    session: Session, root_id: int, part: str, picture: bytes, problems: Mapping[bytes, str]
) -> None:
    """Store what could not be read, by path; `picture` is the file that it is about."""
    rows: list[dict[str, Any]] = [
        {"root_id": root_id, "path": path, "part": part, "picture": picture, "reason": reason}
        for path, reason in problems.items()
    ]
    if rows:
        new = insert(ProblemRow)
        session.execute(
            new.on_conflict_do_update(
                index_elements=[ProblemRow.root_id, ProblemRow.picture, ProblemRow.path],
                set_={"part": new.excluded.part, "reason": new.excluded.reason},
            ),
            rows,
        )


def unread_files(session: Session, root_id: int) -> set[bytes]:
    """Return the paths of all files below a root that could not be read."""
    return set(
        session.scalars(
            sa.select(ProblemRow.path).where(ProblemRow.root_id == root_id, ProblemRow.part == FILE)
        )
    )


def count_unread(session: Session, root_ids: Collection[int] | None) -> int:
    """Return how many files below these roots (None: all) could not be read."""
    files = sa.select(sa.func.count()).where(ProblemRow.part == FILE)
    if root_ids is not None:
        files = files.where(ProblemRow.root_id.in_(root_ids))
    return session.scalars(files).one()


def drop_problems(session: Session, pictures: Sequence[tuple[int, bytes]]) -> None:
    """Forget what was wrong with these files, given as root and path."""
    if pictures:
        session.execute(
            sa.delete(ProblemRow).where(
                sa.tuple_(ProblemRow.root_id, ProblemRow.picture).in_(pictures),
                ProblemRow.part != FOLDER,
            )
        )


def drop_problems_of_missing(session: Session, location_ids: Sequence[int]) -> None:
    """Forget what was wrong with files that are gone."""
    session.execute(
        sa.delete(ProblemRow)
        .where(
            LocationRow.id.in_(location_ids),
            ProblemRow.root_id == LocationRow.root_id,
            ProblemRow.picture == LocationRow.path,
            ProblemRow.part != FOLDER,
        )
        .execution_options(synchronize_session=False)
    )
