"""Watched folders: adding, removing, looking at them again."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from homebooru.db.engine import Sessions
from homebooru.db.queries import intake, posts
from homebooru.db.queries import roots as queries
from homebooru.db.queue import Work, living_workers, wake
from homebooru.db.tables import RootRow
from homebooru.domain.intake import RootView
from homebooru.errors import Conflict, InLibraryAlready, InvalidInput, NotFound
from homebooru.phrases import phrase
from homebooru.services.library.removing import take_some_away


def add_root(
    sessions: Sessions, path: Path, name: str | None = None, *, never: Path | None = None
) -> RootView:
    """Watch a folder, and ask for its first scan. One that was removed comes back as it was.

    `never` is the folder that holds what we keep ourselves. Raises InvalidInput where it is no
    folder or lies in that one, Conflict where it overlaps with another root.
    """
    folder = _folder(path, never)
    key = os.fsencode(folder)
    with sessions.begin() as session:
        posts.lock_intake(session)
        _check_overlap(session, folder)
        root = session.scalars(sa.select(RootRow).where(RootRow.path == key)).one_or_none()
        if root is None:
            root = RootRow(path=key, name=name or queries.readable_path(os.fsencode(folder.name)))
            root.name = root.name or str(folder)
            session.add(root)
        elif root.state == "removed":
            root.state, root.state_reason, root.name = "new", None, name or root.name
            root.gone_confirmed = False
        elif name:
            root.name = name
        session.flush()
        _look(session, [root.id])
        return queries.root_views(session, [root.id])[0]


def check_root(sessions: Sessions, path: Path, *, never: Path | None = None) -> None:
    """Raise what `add_root` would raise for a folder; nothing is written."""
    folder = _folder(path, never)
    with sessions.begin() as session:
        _check_overlap(session, folder)


def remove_root(sessions: Sessions, root_id: int) -> None:
    """Stop watching a folder. Its posts are missing then, and everything known of them is kept.

    The order commits with the first posts. Workers carry out the rest, or `take_away` does.
    Raises NotFound where there is no such root.
    """
    with sessions.begin() as session:
        posts.lock_intake(session)
        root = queries.find_root(session, root_id)
        if root is None:
            raise NotFound(phrase("There is no such folder in the library."))
        root.state, root.state_reason = "removed", None
        root.watched_by = root.watch_reason = None
        session.flush()
        queries.forget_waiting(session, root_id)
        if take_some_away(session, root_id=root_id):
            _look(session, [root_id])


def list_roots(sessions: Sessions) -> tuple[RootView, ...]:
    """Return the watched folders by name."""
    with sessions.begin() as session:
        return queries.root_views(session)


def find_root(sessions: Sessions, word: str) -> RootView:
    """Return the root that a person means by its number, its name or its path.

    Raises NotFound where there is none, InvalidInput where several have the name.
    """
    views = list_roots(sessions)
    path = str(Path(word).expanduser().resolve())
    for wanted in (
        [view for view in views if str(view.id) == word],
        [view for view in views if view.path == path],
        [view for view in views if view.name == word],
    ):
        if len(wanted) > 1:
            raise InvalidInput(
                phrase("Several folders are named {word!r}: say the path of one.", word=word)
            )
        if wanted:
            return wanted[0]
    raise NotFound(
        phrase("There is no folder {word!r} in the library. `library list` shows them.", word=word)
    )


def keep_trash(sessions: Sessions, root_id: int, trash: str) -> None:
    """Say what becomes of files that are thrown away: `move`, or only `hide`. Raises NotFound."""
    if trash not in ("move", "hide"):
        raise InvalidInput(phrase("Files that are thrown away can move, or be hidden."))
    with sessions.begin() as session:
        root = queries.find_root(session, root_id)
        if root is None:
            raise NotFound(phrase("There is no such folder in the library."))
        if root.read_only and trash == "move":
            raise Conflict(
                phrase("{name} is marked read-only: nothing is moved there.", name=root.name)
            )
        root.trash = trash


def confirm_gone(sessions: Sessions, root_id: int) -> None:
    """Believe what the next scan of a root sees, however much is gone. Raises NotFound."""
    with sessions.begin() as session:
        root = queries.find_root(session, root_id)
        if root is None:
            raise NotFound(phrase("There is no such folder in the library."))
        root.gone_confirmed = True
        _look(session, [root_id])


def request_scan(
    sessions: Sessions, root_id: int | None = None, folder: bytes = b"", *, again: bool = False
) -> None:
    """Ask for a look at a folder of a root, or at all roots. Raises NotFound.

    With `again` what could not be read is tried again, though nothing about it has changed.
    """
    with sessions.begin() as session:
        there = queries.root_paths(session, None if root_id is None else [root_id])
        if root_id is not None and not there:
            raise NotFound(phrase("There is no such folder in the library."))
        _look(session, there, folder)
        if again:
            for one in there:
                queries.wake_root(session, one)
            intake.hurry_unread(session, there)
            wake(session, Work.FILES)


def watched_paths(sessions: Sessions) -> Mapping[int, bytes]:
    """Return the folders that are to be watched, by the ids of their roots."""
    with sessions.begin() as session:
        return queries.root_paths(session)


def note_watching(sessions: Sessions, worker_id: int, outcome: Mapping[int, str | None]) -> None:
    """Keep which roots a worker watches, and why it cannot watch others.

    A root that another living worker watches stays that one's.
    """
    with sessions.begin() as session:
        others = {one for one in living_workers(session) if one != worker_id}
        for root in session.scalars(sa.select(RootRow).where(RootRow.state != "removed")):
            if root.watched_by not in others:
                reason = outcome.get(root.id)
                watches = root.id in outcome and reason is None
                root.watched_by = worker_id if watches else None
                root.watch_reason = reason


def _look(session: Session, root_ids: Iterable[int], folder: bytes = b"") -> None:
    queries.request_scan(session, root_ids, folder)
    wake(session, Work.SCANS)


def _existing_folder(path: Path) -> Path:
    try:
        folder = path.expanduser().resolve(strict=True)
        is_folder = folder.is_dir()
    except (OSError, RuntimeError) as error:
        raise InvalidInput(
            phrase("There is no folder {path}: {error}.", path=path, error=_reason(error))
        ) from error
    if not is_folder:
        raise InvalidInput(phrase("{path} is a file, not a folder.", path=path))
    return folder


def _reason(error: OSError | RuntimeError) -> str:
    return (error.strerror or str(error)) if isinstance(error, OSError) else str(error)


def _folder(path: Path, never: Path | None) -> Path:
    folder = _existing_folder(path)
    if never is not None and folder.is_relative_to(never.resolve()):
        raise InvalidInput(
            phrase(
                "{path} is where HomeBooru keeps its own data: choose another folder.", path=path
            )
        )
    return folder


def _check_overlap(session: Session, folder: Path) -> None:
    for other in queries.root_paths(session).values():
        path = Path(os.fsdecode(other))
        if path == folder:
            continue
        if path in folder.parents:
            raise InLibraryAlready(
                phrase(
                    "{folder} lies in {path}, which is in the library already.",
                    folder=folder,
                    path=path,
                )
            )
        if folder in path.parents:
            raise Conflict(
                phrase(
                    "{path} lies in {folder} and is in the library already. Remove it first; "
                    "everything known of its pictures is kept.",
                    path=path,
                    folder=folder,
                )
            )
