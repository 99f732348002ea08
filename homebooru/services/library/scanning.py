"""Looks through watched folders, and finds out what became of every file."""

from __future__ import annotations

import time
from array import array
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial

from sqlalchemy.orm import Session

from homebooru.db.engine import Sessions
from homebooru.db.queries import intake, locations, posts
from homebooru.db.queries import roots as queries
from homebooru.db.queue import Work, claim, wake
from homebooru.db.retrying import in_transaction
from homebooru.db.tables import RootRow, ScanRequestRow
from homebooru.domain.intake import (
    Change,
    Found,
    Known,
    Step,
    Tally,
    compare,
    count_moved,
    judge,
)
from homebooru.domain.media import Stamp
from homebooru.errors import DiskFull
from homebooru.ports import FolderWalker, Progress, WalkProblems
from homebooru.services.library.removing import take_away
from homebooru.services.library.settling import settle

BATCH = 500  # files that are queued in one transaction
GONE_BATCH = 1000
BREATH = 2.0  # seconds after which what was found is stored, however little it is


def scan_due(
    sessions: Sessions,
    walker: FolderWalker,
    progress: Progress,
    *,
    worker_id: int | None = None,
    free_space: Callable[[], None],
) -> int:
    """Carry out the scans that are asked for; return how many files were seen.

    Where there is no room left, what is not done stays due, and it raises DiskFull.
    """
    seen = 0
    while progress.goes_on():
        free_space()
        with sessions.begin() as session:
            requests = claim(session, ScanRequestRow, limit=1, worker_id=worker_id)
            root = queries.find_root(session, requests[0].root_id) if requests else None
        if not requests:
            break
        if root is not None:
            scan = _Scan(sessions, walker, progress, free_space, requests[0], root, before=seen)
            seen += scan.run()
        else:
            _finish_removal(sessions, progress, requests[0])
    return seen


def _finish_removal(sessions: Sessions, progress: Progress, request: ScanRequestRow) -> None:
    """Take away what lies below a root that was removed."""
    for _ in take_away(sessions, request.root_id):
        with sessions.begin() as session:
            if not progress.goes_on():
                queries.put_scan_back(session, request)
                return
            queries.keep_scan_claim(session, request)
    with sessions.begin() as session:
        queries.finish_scan(session, request)


class Interrupted(Exception):
    """The scan shall stop; whoever comes next begins it anew."""


@dataclass(slots=True)
class _Ledger:
    """What a scan remembers: a few numbers for each file that changed, none for the others."""

    gone: array[int] = field(default_factory=lambda: array("q"))  # location, size, time
    new: array[int] = field(default_factory=lambda: array("q"))  # size, time

    def add_gone(self, known: Known) -> None:
        self.gone.extend((known.location_id, known.stamp.size, known.stamp.mtime_ns))

    def add_new(self, found: Found) -> None:
        self.new.extend((found.stamp.size, found.stamp.mtime_ns))

    def gone_rows(self) -> list[tuple[int, int, int]]:
        return [
            (self.gone[i], self.gone[i + 1], self.gone[i + 2]) for i in range(0, len(self.gone), 3)
        ]

    def moved(self) -> int:
        gone = (Stamp(size, mtime_ns) for _, size, mtime_ns in self.gone_rows())
        pairs = zip(self.new[::2], self.new[1::2], strict=True)
        return count_moved(gone, (Stamp(size, mtime_ns) for size, mtime_ns in pairs))


@dataclass(slots=True)
class _Scan:
    sessions: Sessions
    walker: FolderWalker
    progress: Progress
    free_space: Callable[[], None]
    request: ScanRequestRow
    root: RootRow
    before: int = 0  # files that were seen in other folders
    problems: WalkProblems = field(default_factory=WalkProblems)
    tally: Tally = field(default_factory=Tally)
    ledger: _Ledger = field(default_factory=_Ledger)
    found: list[Found] = field(default_factory=list)
    words: list[Found] = field(default_factory=list)
    back: list[Known] = field(default_factory=list)
    unread: set[bytes] = field(default_factory=set)  # with a problem, and not seen yet
    walked: bool = False
    told: int = 0  # files that the progress has heard of
    stored_at: float = field(default_factory=time.monotonic)

    def run(self) -> int:
        """Look through the folder; return how many files were seen."""
        started, clock = datetime.now(UTC), time.monotonic()
        try:
            reason = self._look()
        except Interrupted:
            self._put_back()
            return self.tally.found
        except DiskFull:
            self._put_back()
            raise
        with self.sessions.begin() as session:
            self._close(session, reason, started, time.monotonic() - clock)
        if reason is not None:
            self.progress.report_error(self.root.name, reason)
        return self.tally.found

    def _put_back(self) -> None:
        with self.sessions.begin() as session:
            queries.put_scan_back(session, self.request)

    def _look(self) -> str | None:
        """Return why the root is offline, or None once everything seen of it is stored."""
        if (reason := self.walker.check(self.root.path)) is not None:
            return reason
        with self.sessions.begin() as session:
            files = locations.count_present(session, self.root.id)
            if not self._is_partial():
                self.unread = queries.unread_files(session, self.root.id)
        is_told = files > 0 and not self._is_partial()
        self.progress.expect(self.before + files if is_told else None)
        for step in self._steps():
            self._note(step, remember_new=files > 0)
        self._store()
        self.walked = True
        if (reason := self._whole_root_reason()) is not None:
            return reason
        if self._is_partial() and self.ledger.gone and not self.tally.found:
            self._ask_for_whole()  # the folder may be gone with the disk it lies on
            return None
        self.tally.known = files
        self.tally.moved = self.ledger.moved()
        reason = judge(self.tally, confirmed=self.root.gone_confirmed)
        if reason is None:
            self._apply_gone()
            self._forget_unread()
        return reason

    def _is_partial(self) -> bool:
        return bool(self.request.folder)

    def _whole_root_reason(self) -> str | None:
        """Return why the root cannot be read after all, now that it was walked through."""
        return self.walker.check(self.root.path) or self.problems.unreadable.get(b"")

    def _steps(self) -> Iterator[Step]:
        folder = self.request.folder
        known = locations.known_files(self.sessions, self.root.id, folder)
        walk = self.walker.walk(self.root.path, folder, self.problems)
        return compare(known, (Found(s.path, s.stamp, s.sidecars, s.touched_ns) for s in walk))

    def _note(self, step: Step, *, remember_new: bool) -> None:
        if step.found is not None:
            self.tally.found += 1
            self.unread.discard(step.found.path)
        match step:
            case Step(Change.NEW | Change.CHANGED, _, Found() as found):
                self.found.append(found)
                if remember_new and step.change is Change.NEW:
                    self.ledger.add_new(found)
            case Step(Change.WORDS, _, Found() as found):
                self.words.append(found)
            case Step(Change.BACK, Known() as known, Found() as found):
                self.back.append(known)
                if known.sidecars != found.sidecars:
                    self.words.append(found)
            case Step(Change.GONE, Known() as known, None) if not self._is_hidden(known.path):
                self.tally.gone += 1
                self.ledger.add_gone(known)
            case _:
                pass
        waiting = len(self.found) + len(self.words) + len(self.back)
        if waiting >= BATCH or time.monotonic() - self.stored_at > BREATH:
            self._store()

    def _is_hidden(self, path: bytes) -> bool:
        """Tell whether a path lies below a folder that could not be read."""
        return b"" in self.problems.unreadable or any(
            path.startswith(folder + b"/") for folder in self.problems.unreadable
        )

    def _store(self) -> None:
        """Queue what was found, and see whether the scan shall go on."""
        if not self.progress.goes_on():
            raise Interrupted
        self.free_space()
        in_transaction(self.sessions, self._write)
        self.progress.advance(self.tally.found - self.told, current=self.root.name)
        self.told = self.tally.found
        self.found, self.words, self.back = [], [], []
        self.stored_at = time.monotonic()

    def _write(self, session: Session) -> None:
        if self.back:
            posts.lock_intake(session)
        root = queries.find_root(session, self.root.id)
        if root is None:
            raise Interrupted
        intake.enqueue(session, root.id, self.found, words_only=False)
        intake.enqueue(session, root.id, self.words, words_only=True)
        if self.back:
            back = [known.location_id for known in self.back]
            settle(session, locations.mark_back(session, back))
        if self.found or self.words:
            wake(session, Work.FILES)
        queries.keep_scan_claim(session, self.request)

    def _apply_gone(self) -> None:
        """Mark what is gone as missing; nothing known of it is lost."""
        rows = self.ledger.gone_rows()
        for start in range(0, len(rows), GONE_BATCH):
            if not self.progress.goes_on():
                raise Interrupted
            in_transaction(self.sessions, partial(_mark_gone, rows[start : start + GONE_BATCH]))

    def _forget_unread(self) -> None:
        """Drop the problems of files that went before they could ever be read."""
        gone = [(self.root.id, path) for path in self.unread if not self._is_hidden(path)]
        for start in range(0, len(gone), GONE_BATCH):
            batch = gone[start : start + GONE_BATCH]
            in_transaction(self.sessions, partial(_forget, batch))

    def _ask_for_whole(self) -> None:
        with self.sessions.begin() as session:
            queries.request_scan(session, [self.root.id])
            wake(session, Work.SCANS)

    def _close(
        self, session: Session, reason: str | None, started: datetime, seconds: float
    ) -> None:
        """Write down how the root is, and take the request away."""
        root = queries.find_root(session, self.root.id)
        if root is None:
            return
        if reason is None and root.state != "online":
            queries.wake_root(session, root.id)
        root.state = "online" if reason is None else "offline"
        root.state_reason = reason
        if self.walked:
            unreadable = {path: why for path, why in self.problems.unreadable.items() if path}
            queries.keep_folder_problems(session, root.id, self.request.folder, unreadable)
        if not self._is_partial():
            root.last_scan_at, root.last_scan_seconds = started, seconds
            root.last_scan_found = self.tally.found
            if reason is None:
                root.gone_confirmed = False
        queries.finish_scan(session, self.request)


def _forget(files: list[tuple[int, bytes]], session: Session) -> None:
    queries.drop_problems(session, files)
    intake.drop_unread(session, files)


def _mark_gone(rows: list[tuple[int, int, int]], session: Session) -> None:
    posts.lock_intake(session)
    queries.drop_problems_of_missing(session, [location_id for location_id, _, _ in rows])
    settle(session, locations.mark_gone(session, rows))
