"""The index in a process: kept at the state of the tables, one moment at a time."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.orm import Session

from homebooru.db.engine import Sessions, one_moment
from homebooru.db.queries import changes
from homebooru.db.queries.alike.places import PLACES
from homebooru.db.warming import warm
from homebooru.errors import FeedLost, HomeBooruError
from homebooru.search.finding import PLAIN, Finder, Finding
from homebooru.search.index import snapshot
from homebooru.search.index.finding import IndexFinding
from homebooru.search.index.kept import Kept
from homebooru.search.index.reading import read_part, read_posts
from homebooru.search.index.related import Related
from homebooru.search.index.table import PostTable
from homebooru.search.index.words import WordTable, read_words

log = logging.getLogger(__name__)

MANY = 5_000  # changed posts and tags that a search does not wait for: some 0.15 s
GLANCE = 1.0  # seconds between two looks at the feed, so that what jobs change never piles up
LIVELY = 100  # changed posts after which the next look follows soon, before somebody has to wait
SOON = 0.1
BEAT = 20.0  # seconds between two times that a reader tells that it lives


@dataclass(slots=True)
class _State:
    """The index as of a snapshot of the database."""

    table: PostTable
    words: WordTable
    counts: Related
    snapshot: str
    history: str
    kept: Kept = field(default_factory=Kept)

    def news(self, session: Session) -> changes.Changes:
        """Return what changed since. Raises FeedLost where that cannot be told."""
        news = changes.read_changes(session, self.snapshot)
        if news.history != self.history:
            raise FeedLost("The database was restored or crashed; read all posts anew.")
        return news

    def take(self, session: Session, news: changes.Changes) -> None:
        """Take up what changed, as it is in a transaction that sees just `news`."""
        if news.post_ids:
            self._take_posts(session, news.post_ids)
        for part, post_ids in news.parts.items():
            for posts, members in read_part(session, part, post_ids):
                self.table.put_part(part, posts, members)
        if news.tag_ids:
            words = read_words(session, news.tag_ids)
            self.words.drop(news.tag_ids)
            self.words.put(words)
        self.snapshot = news.snapshot

    def _take_posts(self, session: Session, wanted: frozenset[int]) -> None:
        there: set[int] = set()
        for batch in read_posts(session, wanted):
            self.table.put(batch)
            there.update(batch.ids.tolist())
        if gone := wanted - there:
            self.table.drop(np.array(sorted(gone), np.uint32))
        self.counts.note_changes(len(wanted))


class LiveIndex(Finder):
    """Finds by the index while it is ready, else by the tables; exact either way.

    Whoever searches first brings the index to the moment of their own transaction, so nobody
    misses a commit, their own least of all. One thread at a time: the lock is taken before the
    transaction sees anything, so that moments follow each other. A thread of its own reads the
    library at first, and looks at the feed each second, so that it never falls far behind.
    """

    def __init__(self, sessions: Sessions, name: str, file: Path | None = None) -> None:
        self._sessions = sessions
        self._name = name
        self._file = file
        self._lock = threading.Lock()
        self._state: _State | None = None
        self._reader: int | None = None
        self._wanted = threading.Event()
        self._stopped = False
        self._warmed = False
        self._beats_at = 0.0
        self._lively = False
        self._thread: threading.Thread | None = None
        self._process = 0

    @contextmanager
    def finding(self, session: Session) -> Iterator[Finding]:
        self.start()
        with self._lock:
            state = self._synced(session)
            if state is not None:
                yield IndexFinding(session, state.table, state.words, state.counts, state.kept)
                return
        with PLAIN.finding(session) as plain:
            yield plain

    def begin(self) -> None:
        """Begin with the file, if it is of use; else a thread reads the library later on."""
        state = self._from_file()
        with self._lock:
            self._state = state

    def load(self) -> None:
        """Read the index from its file, or the whole library: some seconds for 100,000 posts."""
        with self._sessions.begin() as session:
            if self._reader is not None:
                changes.drop_reader(session, self._reader)
            now = changes.read_changes(session, None).snapshot
            reader = changes.register_reader(session, self._name, now)

        def tell() -> None:  # else it would count as dead, where reading takes many minutes
            with self._sessions.begin() as session:
                changes.keep_reader(session, reader, now)

        state = self._from_file() or self._from_tables(tell)
        log.info("the index is ready: %d posts", len(state.table.all))
        with self._lock:
            self._state, self._reader = state, reader

    def save(self) -> None:
        """Bring the index up to date, and write its file."""
        assert self._file is not None
        if self._take_news() is None:
            self.load()
            self._take_news()
        self._heartbeat()
        with one_moment(self._sessions) as session, self._lock:
            assert self._state is not None
            head = snapshot.head_of(session, self._state.snapshot)
            snapshot.save(self._file, head, self._state.table, self._state.words)

    def _from_file(self) -> _State | None:
        """Return the index as its file holds it and what happened since, if that can be told."""
        if self._file is None:
            return None
        with one_moment(self._sessions) as session:
            held = snapshot.load(self._file, snapshot.head_of(session, ""))
            if held is None:
                return None
            table, words, since = held
            try:
                news = changes.read_changes(session, since)
            except FeedLost:
                return None
            state = _State(table, words, Related(table.tags), since, news.history)
            if news.effort <= MANY:  # else the thread takes them up
                state.take(session, news)
            return state

    def _from_tables(self, tell: Callable[[], None]) -> _State:
        """Read the whole library, and tell of every part that is read."""
        with one_moment(self._sessions) as session:
            now = changes.read_changes(session, None)
            table, words = PostTable(), WordTable()
            words.put(read_words(session))
            for batch in read_posts(session):
                table.put(batch)
                tell()
        return _State(table, words, Related(table.tags), now.snapshot, now.history)

    def close(self) -> None:
        """Stop following the feed."""
        self._stopped = True
        self._wanted.set()
        if self._thread is not None:
            self._thread.join()
        if self._reader is not None:
            with self._sessions.begin() as session:
                changes.drop_reader(session, self._reader)

    def start(self) -> None:
        """Start the thread, in the process that searches: threads do not survive a fork."""
        with self._lock:
            if self._process != os.getpid():
                self._process, self._reader, self._beats_at = os.getpid(), None, 0.0
                self._thread = threading.Thread(target=self._follow, name="index", daemon=True)
                self._thread.start()

    @contextmanager
    def resting(self) -> Iterator[bool]:
        self._process = os.getpid()
        try:
            yield self._state is not None
        finally:
            self._process = 0

    def _synced(self, session: Session) -> _State | None:
        """Bring the index to the moment of a transaction; None if that takes too long."""
        state = self._state
        if state is None:
            return None
        try:
            news = state.news(session)
        except FeedLost:
            self._state = None
            self._wanted.set()
            return None
        if news.effort > MANY:
            self._wanted.set()
            return None
        self._take(state, session, news)
        return state

    def _take(self, state: _State, session: Session, news: changes.Changes) -> None:
        """Take up news; an index that broke off in between is good only if the database did it.

        Then nothing of a batch was put in, or all of it was, which the next time does again.
        """
        try:
            state.take(session, news)
        except DBAPIError:
            raise
        except BaseException:
            self._state = None
            raise

    def _follow(self) -> None:
        while not self._stopped:
            self._lively = False
            try:
                self._catch_up()
            except (SQLAlchemyError, HomeBooruError) as error:
                log.warning("the index could not follow: %s", error)
            except Exception:
                log.exception("the index could not follow, and begins anew")
                self._state = None
            self._wanted.wait(SOON if self._lively else GLANCE)
            self._wanted.clear()

    def _catch_up(self) -> None:
        if self._take_news() is None:
            self.load()
        elif time.monotonic() >= self._beats_at:
            self._heartbeat()
            self._beats_at = time.monotonic() + BEAT
        if not self._warmed:  # what is found at once is to be shown at once
            self._warmed = True
            warm(self._sessions, lambda: not self._stopped)
        PLACES.read_wanted(self._sessions)

    def _heartbeat(self) -> None:
        """Tell that this reader lives and how far it is.

        Its commit makes durable all that the snapshot knows of, aborted transactions included.
        """
        with self._lock:
            seen = None if self._state is None else self._state.snapshot
        if seen is None:
            return
        with self._sessions.begin() as session:
            if self._reader is None or not changes.keep_reader(session, self._reader, seen):
                self._reader = changes.register_reader(session, self._name, seen)

    def _take_news(self) -> str | None:
        """Bring the index to this moment, and return its snapshot; None if it has to begin anew.

        While it takes up many, searches ask the tables rather than wait.
        """
        with one_moment(self._sessions) as session:
            with self._lock:
                state = self._state
                if state is None:
                    return None
                try:
                    news = state.news(session)
                except FeedLost:
                    self._state = None
                    return None
                self._lively = news.effort > LIVELY
                if news.effort <= MANY:
                    self._take(state, session, news)
                    return state.snapshot
                self._state = None
            state.take(session, news)
            with self._lock:
                self._state = state
            return state.snapshot
