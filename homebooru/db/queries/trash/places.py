"""Where files of trashed posts lie and lay: written down before they move, and once they did."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from homebooru.db.queries.trash.orders import FILE, IN_FOLDER, IN_TRASH, Ordered, end, postpone
from homebooru.db.tables import LocationRow, TrashedFileRow
from homebooru.domain.intake import shown


def keep_plan(
    session: Session, one: Ordered, trash_path: bytes, sidecars: Sequence[bytes]
) -> Ordered:
    """Write down where a file goes, before it does; from now on no scan looks for it."""
    file = session.get_one(FILE, one.file_id, with_for_update=True, populate_existing=True)
    file.trash_path, file.sidecars, file.reason = trash_path, list(sidecars), None
    file.size, file.mtime_ns = one.stamp.size, one.stamp.mtime_ns
    _set_kind(session, file, IN_TRASH)
    return replace(one, trash_path=trash_path, sidecars=tuple(sidecars))


def keep_back_path(session: Session, file_id: int, path: bytes) -> None:
    """Write down where a file is put back to, before it is."""
    session.get_one(FILE, file_id, populate_existing=True).back_path = path


def others_from(session: Session, one: Ordered) -> list[bytes]:
    """Return the paths of other files in the trash that a sidecar may speak of as well."""
    stem = one.path.rpartition(b".")[0]
    return list(
        session.scalars(
            sa.select(FILE.path).where(
                FILE.root_id == one.root_id,
                FILE.path > stem + b".",
                FILE.path < stem + b"/",
                FILE.id != one.file_id,
            )
        )
    )


def finish_in(session: Session, one: Ordered) -> bool:
    """Note that a file lies in the trash; tell whether its post has to be settled."""
    file = session.get_one(FILE, one.file_id, populate_existing=True)
    assert file.trash_path is not None
    place = _location(session, file)
    was_missed = place is None or place.missing_since is not None
    if place is None:
        folder, name = shown(file.path)
        place = LocationRow(post_id=file.post_id, root_id=file.root_id, folder=folder, name=name)
        place.size, place.mtime_ns, place.sha256 = file.size, file.mtime_ns, file.sha256
        session.add(place)
    place.kind, place.path, place.missing_since = IN_TRASH, file.trash_path, None
    session.flush()
    file.location_id, file.moved_at, file.reason = place.id, sa.func.now(), None
    end(session, one)
    return was_missed


def finish_back(session: Session, one: Ordered, path: bytes) -> set[int]:
    """Note that a file lies in its folder again, at a path; return the posts to be settled."""
    file = session.get_one(FILE, one.file_id, populate_existing=True)
    touched = _put_place(session, file, path)
    if end(session, one):
        session.delete(file)
    else:  # its post is trash again, meanwhile
        file.path, file.trash_path, file.back_path, file.moved_at = path, None, None, None
    session.flush()
    return touched


def finish_removed(session: Session, one: Ordered) -> None:
    """Note that a file is no more; its post is missing where it lies nowhere else."""
    file = session.get_one(FILE, one.file_id, populate_existing=True)
    place = _location(session, file)
    if place is not None:
        place.kind, place.missing_since = IN_FOLDER, sa.func.now()
        if not _others_at(session, file.root_id, file.path, file.post_id, but=place.id):
            place.path = file.path
    session.delete(file)
    session.flush()


def stay(session: Session, one: Ordered, reason: str | None) -> None:
    """Let a file stay in its folder; its post is only hidden, for this reason."""
    file = session.get_one(FILE, one.file_id, populate_existing=True)
    _set_kind(session, file, IN_FOLDER)
    file.trash_path, file.sidecars, file.reason = None, [], reason
    if end(session, one) and reason is None:
        session.delete(file)
    session.flush()


def try_later(
    session: Session, one: Ordered, reason: str, delay: timedelta, *, in_folder: bool
) -> None:
    """Say why a file could not be moved; while it waits `in_folder`, scans see to it as before."""
    file = session.get_one(FILE, one.file_id, populate_existing=True)
    file.reason = reason
    if in_folder:
        _set_kind(session, file, IN_FOLDER)
    postpone(session, one, delay)


def _location(session: Session, file: TrashedFileRow) -> LocationRow | None:
    if file.location_id is None:
        return None
    return session.get(LocationRow, file.location_id, populate_existing=True)


def _set_kind(session: Session, file: TrashedFileRow, kind: str) -> None:
    if place := _location(session, file):
        place.kind = kind


def _others_at(
    session: Session, root_id: int, path: bytes, post_id: int, *, but: int
) -> LocationRow | None:
    """Return another row of the post at a place."""
    return session.scalar(
        sa.select(LocationRow).where(
            LocationRow.root_id == root_id,
            LocationRow.path == path,
            LocationRow.post_id == post_id,
            LocationRow.id != but,
        )
    )


def _put_place(session: Session, file: TrashedFileRow, path: bytes) -> set[int]:
    """Let a post lie at a path again; whatever was believed to lie there is missing."""
    wrong = session.scalars(
        sa.update(LocationRow)
        .where(
            LocationRow.root_id == file.root_id,
            LocationRow.path == path,
            LocationRow.post_id != file.post_id,
            LocationRow.missing_since.is_(None),
        )
        .values(missing_since=sa.func.now())
        .returning(LocationRow.post_id)
        .execution_options(synchronize_session=False)
    ).all()
    place = _location(session, file)
    if place is None:
        return {*wrong, file.post_id}  # forgotten meanwhile: the next scan finds the file
    was_missing = place.missing_since is not None
    other = _others_at(session, file.root_id, path, file.post_id, but=place.id)
    place.kind = IN_FOLDER
    if other is not None:  # a scan was faster
        place.missing_since = place.missing_since or sa.func.now()
        other.missing_since = None
    else:
        place.folder, place.name = shown(path)
        place.path, place.missing_since = path, None
    session.flush()
    return {*wrong, file.post_id} if was_missing or other is not None else set(wrong)
