"""Reads the files that wait: first who they are, so that they can be found, then their looks."""

from __future__ import annotations

import queue
import time
from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from homebooru.db.engine import Sessions
from homebooru.db.queries import intake, posts, roots
from homebooru.db.queries.intake import Unprepared, Waiting
from homebooru.domain.intake import spelled
from homebooru.domain.media import Facts
from homebooru.errors import DiskFull, FileGone, Inaccessible, Unreadable
from homebooru.ports import Arrival, FileReader, Progress, ThumbnailKeeper
from homebooru.services.library.attaching import Attached, Read, attach, give_up
from homebooru.services.library.retrying import retried

IN_HAND = 128  # files that are read or wait for it in this process
BATCH = 64  # files that are taken from the queues at once
LOOKS = 16  # of these, posts to be prepared, however far reading has to go
AHEAD = 512 << 20  # bytes that are read before they are looked at: what is cached is read once
STORE_AT = 96  # outcomes that are worth a transaction ...
STORE_AFTER = 0.5  # ... or seconds that the oldest of them has waited
FAREWELL = 2.0  # seconds that what is being read gets once the work shall stop
COUNT_EVERY = 2.0  # seconds between two counts of what waits, ...
COUNT_PART = 50  # ... of which counting takes no more than one part
NEAR = 3.0  # seconds for which it is worth waiting until something is due
YOUNG = 2.0  # seconds for which a file may still be being written
TRIES = 3  # at a file that changes while it is read; the next scan sees it anyway
AGAIN = timedelta(seconds=2)
LONGEST = timedelta(hours=1)
UNREAD_AGAIN = timedelta(minutes=5)  # after the first failure; twice as long after each
UNREAD_LONGEST = timedelta(days=1)

Outcome = Future[Arrival] | Future[Facts]


def index_due(
    sessions: Sessions,
    reader: FileReader,
    thumbs: ThumbnailKeeper,
    progress: Progress,
    *,
    worker_id: int | None = None,
    free_space: Callable[[], None],
) -> int:
    """Read files and prepare posts until none is due; return how many files were done.

    Where there is no room left it stores what it has, leaves the rest due, and raises DiskFull.
    """
    return _Indexing(sessions, reader, thumbs, progress, worker_id, free_space).run()


@dataclass(slots=True)
class _Results:
    """What came back from the reader and is to be stored in one transaction."""

    reads: list[Read] = field(default_factory=list)
    unread: list[tuple[Waiting, Unreadable]] = field(default_factory=list)
    facts: list[tuple[Unprepared, Facts]] = field(default_factory=list)
    unprepared: list[tuple[Unprepared, Unreadable]] = field(default_factory=list)
    since: float = 0.0

    def __len__(self) -> int:
        return len(self.reads) + len(self.unread) + len(self.facts) + len(self.unprepared)


@dataclass(slots=True)
class _Indexing:
    sessions: Sessions
    reader: FileReader
    thumbs: ThumbnailKeeper
    progress: Progress
    worker_id: int | None
    free_space: Callable[[], None]
    tasks: dict[Outcome, Waiting | Unprepared | Read] = field(default_factory=dict)
    back: queue.SimpleQueue[Outcome] = field(default_factory=queue.SimpleQueue)
    results: _Results = field(default_factory=_Results)
    returned: list[Waiting | Unprepared | Read] = field(default_factory=list)
    nothing_until: float = 0.0  # the queue was empty; it is not worth asking again before
    ahead: int = 0  # bytes that were read and are not looked at yet, as far as is known
    count_at: float = 0.0
    stopped_at: float | None = None
    closed: bool = False
    done: int = 0
    full: DiskFull | None = None

    def run(self) -> int:
        try:
            while self._fill() or self._wait_for_near():
                self._collect()
                if self._is_worth_storing():
                    self._store()
        except Exception:
            self._give_back()
            raise
        if self.full is not None:
            raise self.full
        return self.done

    def _fill(self) -> bool:
        """Keep the reader busy; tell whether anything is in hand."""
        if not self._goes_on():
            self._drop_what_waits()
        elif (
            len(self.tasks) + len(self.results) <= IN_HAND - BATCH
            and time.monotonic() >= self.nothing_until
        ):
            self._claim()
        return bool(self.tasks or len(self.results))

    def _goes_on(self) -> bool:
        if self.full is None:
            try:
                self.free_space()
            except DiskFull as error:
                self.full = error
        return self.full is None and not self.closed and self.progress.goes_on()

    def _claim(self) -> None:
        with self.sessions.begin() as session:
            self._count(session)
            unprepared, files = self._take(session)
            files = _settled(session, files)
            lost = [post.post_id for post in unprepared if post.file is None]
            intake.drop_preparations(session, lost)
        if not (unprepared or files):
            self.nothing_until = time.monotonic() + STORE_AFTER
        for post in unprepared:
            if post.file is not None:
                self._prepare(post)
        for file in files:
            self._submit(
                self.reader.read_file(file.root, file.path, words_only=file.words_only), file
            )

    def _count(self, session: Session) -> None:
        """See how much there is to do, now and then."""
        began = time.monotonic()
        if began < self.count_at:
            return
        backlog = intake.count_backlog(session)
        self.ahead = backlog.size
        self.progress.expect(self.done + backlog.files + backlog.posts)
        now = time.monotonic()
        self.count_at = now + max(COUNT_EVERY, COUNT_PART * (now - began))

    def _take(self, session: Session) -> tuple[list[Unprepared], list[Waiting]]:
        """Take posts to prepare and files to read.

        Files come first, so that posts can soon be found by their names, but only as long as
        what was read surely is in memory yet when it is looked at: no disk is read twice.
        """
        if self.ahead < AHEAD:
            files = intake.claim_files(session, BATCH - LOOKS, self.worker_id)
            return intake.claim_posts(session, BATCH - len(files), self.worker_id), files
        unprepared = intake.claim_posts(session, BATCH, self.worker_id)
        return unprepared, intake.claim_files(session, BATCH - len(unprepared), self.worker_id)

    def _prepare(self, post: Unprepared) -> None:
        assert post.file is not None
        self._submit(self.reader.prepare(post.file, post.sha256), post)

    def _look_at(self, read: Read) -> None:
        file = read.file
        path = file.root + b"/" + file.path
        self._submit(self.reader.prepare(path, read.digests.sha256), read)

    def _submit(self, future: Outcome, task: Waiting | Unprepared | Read) -> None:
        self.tasks[future] = task
        future.add_done_callback(self.back.put)

    def _collect(self) -> None:
        """Wait a moment for outcomes, and take all that are there."""
        if not self.tasks:
            return
        try:
            future = self.back.get(timeout=STORE_AFTER)
            while True:
                self._sort_in(future)
                future = self.back.get_nowait()
        except queue.Empty:
            if self.returned:
                self._release(self.returned)
                self.returned = []

    def _sort_in(self, future: Outcome) -> None:
        task = self.tasks.pop(future)
        if future.cancelled():
            self.returned.append(task)
            return
        if not len(self.results):
            self.results.since = time.monotonic()
        try:
            outcome: Any = future.result()
        except CancelledError:
            self.returned.append(task)
        except DiskFull as error:
            self.full = error
            self.returned.append(task)
        except Unreadable as error:
            self._sort_in_failure(task, error)
        else:
            match task:
                case Waiting():
                    self.results.reads.append(Read(task, outcome))
                case Unprepared():
                    self.results.facts.append((task, outcome))
                case Read():
                    self.results.reads.append(replace(task, facts=outcome))

    def _sort_in_failure(self, task: Waiting | Unprepared | Read, error: Unreadable) -> None:
        match task:
            case Waiting():
                self.results.unread.append((task, error))
            case Unprepared():
                self.results.unprepared.append((task, error))
            case Read() if isinstance(error, FileGone | Inaccessible):
                self.results.unread.append((task.file, error))
            case Read():
                self.results.reads.append(replace(task, unreadable=str(error)))

    def _is_worth_storing(self) -> bool:
        count = len(self.results)
        aged = time.monotonic() - self.results.since >= STORE_AFTER
        return count >= STORE_AT or (count > 0 and (aged or not self.tasks))

    def _store(self) -> None:
        results = self.results
        attached = retried(self.sessions, lambda session: _write(session, results))
        self.results = _Results()
        self.thumbs.drop(attached.unused)
        self._reckon(results, attached)
        for read in attached.to_look_at:
            self._look_at(read)
        self._tell(results, attached)

    def _reckon(self, results: _Results, attached: Attached) -> None:
        """Keep count of what is ahead; what was read may be looked at now."""
        prepared = [post for post, _ in (*results.facts, *results.unprepared)]
        self.ahead += attached.unprepared_size
        self.ahead -= sum(post.stamp.size for post in prepared if post.stamp is not None)
        if results.reads:
            self.nothing_until = 0.0

    def _tell(self, results: _Results, attached: Attached) -> None:
        settled = [file for file, error in results.unread if _is_final(file, error)]
        finished = attached.finished + len(settled) + len(results.facts) + len(results.unprepared)
        self.done += finished
        current = spelled(results.reads[-1].file.path) if results.reads else None
        self.progress.advance(finished, current=current)
        for file, error in results.unread:
            if not isinstance(error, FileGone):
                self.progress.report_error(spelled(file.path), str(error))
        for post, error in results.unprepared:
            if not isinstance(error, FileGone):
                assert post.file is not None
                self.progress.report_error(spelled(post.file), str(error))

    def _wait_for_near(self) -> bool:
        """Wait for what is due within seconds; False if nothing is, or work shall stop."""
        with self.sessions() as session:
            wait = intake.seconds_until_due(session)
        if wait is None or wait > NEAR:
            return False
        until = time.monotonic() + wait
        while self._goes_on():
            left = until - time.monotonic()
            if left <= 0:
                self.nothing_until = 0.0
                return True
            time.sleep(min(left, 0.2))
        return False

    def _drop_what_waits(self) -> None:
        """Give back what the reader has not begun; what it has is waited for, but not for long."""
        for future in list(self.tasks):
            future.cancel()
        now = time.monotonic()
        self.stopped_at = self.stopped_at or now
        if now - self.stopped_at > FAREWELL and not self.closed:
            self.closed = True
            self.reader.close()

    def _give_back(self) -> None:
        """After an error, let others have what is in hand without waiting for the lease."""
        results = self.results
        left: list[Waiting | Unprepared | Read] = [
            *self.returned,
            *self.tasks.values(),
            *results.reads,
            *(file for file, _ in results.unread),
            *(post for post, _ in results.facts),
            *(post for post, _ in results.unprepared),
        ]
        for future in self.tasks:
            future.cancel()
        self._release(left)

    def _release(self, tasks: list[Waiting | Unprepared | Read]) -> None:
        files = [
            t.file if isinstance(t, Read) else t for t in tasks if not isinstance(t, Unprepared)
        ]
        posts_left = [t.post_id for t in tasks if isinstance(t, Unprepared)]
        with self.sessions.begin() as session:
            intake.release_files(session, files)
            intake.release_posts(session, posts_left)


def _settled(session: Session, files: list[Waiting]) -> list[Waiting]:
    """Return the files that are not just being written; the others have to wait a moment."""
    settled = []
    for file in files:
        age = abs(time.time_ns() - file.stamp.mtime_ns) / 1e9
        if age >= YOUNG:
            settled.append(file)
        else:
            delay = timedelta(seconds=YOUNG - age)
            intake.postpone_file(session, file, delay, words_only=file.words_only)
    return settled


def _is_final(file: Waiting, error: Unreadable) -> bool:
    """Tell whether looking at a file again soon is no use."""
    return not isinstance(error, FileGone) or file.attempts >= TRIES


def _growing(first: timedelta, attempts: int, longest: timedelta) -> timedelta:
    return min(longest, first * (1 << min(attempts - 1, 12)))


def _write(session: Session, results: _Results) -> Attached:
    attached = attach(session, results.reads)
    _write_unread(session, results.unread)
    _write_facts(session, results)
    return attached


def _write_unread(session: Session, unread: list[tuple[Waiting, Unreadable]]) -> None:
    for file, error in unread:
        if not _is_final(file, error):
            intake.postpone_file(session, file, AGAIN)
        elif not isinstance(error, FileGone):
            reason = {file.path: str(error)}
            roots.keep_problems(session, file.root_id, roots.FILE, file.path, reason)
            delay = _growing(UNREAD_AGAIN, file.attempts, UNREAD_LONGEST)
            intake.postpone_unread(session, file, delay)
    if final := [(file, error) for file, error in unread if _is_final(file, error)]:
        gone = [file for file, error in final if isinstance(error, FileGone)]
        give_up(session, [file for file, _ in final], gone=gone)


def _write_facts(session: Session, results: _Results) -> None:
    """Store what pictures look like, unless they became others while they were looked at."""
    tasks = [task for task, _ in (*results.facts, *results.unprepared)]
    current = posts.still_having(session, {task.post_id: task.sha256 for task in tasks})
    facts = {task.post_id: one for task, one in results.facts if task.post_id in current}
    unreadable = {
        task.post_id: error
        for task, error in results.unprepared
        if task.post_id in current and not isinstance(error, FileGone)
    }
    final = [one for one, error in unreadable.items() if not isinstance(error, Inaccessible)]
    posts.keep_facts(session, facts)
    posts.keep_unreadable(session, {one: str(error) for one, error in unreadable.items()})
    intake.drop_preparations(session, [*facts, *final])
    for task in tasks:
        if task.post_id not in current:
            intake.postpone_post(session, task.post_id, timedelta())
        elif task.post_id not in facts and task.post_id not in final:
            intake.postpone_post(session, task.post_id, _growing(AGAIN, task.attempts, LONGEST))
