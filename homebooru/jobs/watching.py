"""The thread that keeps the watch on the library's folders, while the monitor is on."""

from __future__ import annotations

import logging
import threading
from contextlib import closing

from sqlalchemy.exc import SQLAlchemyError

from homebooru.db.engine import Sessions
from homebooru.db.queue import WorkerPresence
from homebooru.errors import HomeBooruError
from homebooru.files.watch import FolderWatcher
from homebooru.services.jobs import monitor_status
from homebooru.services.library.roots import note_watching, request_scan, watched_paths
from homebooru.wiring import Deps

log = logging.getLogger(__name__)

LOOK = 3.0  # seconds between two looks at what is to be watched


class Watching(threading.Thread):
    """Asks for a scan of what changed. What goes unheard, the periodic scan finds."""

    def __init__(self, deps: Deps, presence: WorkerPresence) -> None:
        super().__init__(name="watching", daemon=True)
        self._sessions: Sessions = deps.sessions
        self._presence = presence
        self._never = [deps.settings.data]
        self._stopping = threading.Event()

    def stop(self) -> None:
        self._stopping.set()
        self.join()

    def run(self) -> None:
        with closing(FolderWatcher(self._ask, never=self._never)) as watcher:
            while not self._stopping.is_set():
                try:
                    self._follow(watcher)
                except SQLAlchemyError as error:
                    log.debug("Not told of folders: %s", error)
                except Exception:  # whatever it is, scans go on without it
                    log.exception("Folders cannot be watched")
                self._stopping.wait(LOOK)

    def _follow(self, watcher: FolderWatcher) -> None:
        enabled = monitor_status(self._sessions).enabled
        outcome = watcher.follow(watched_paths(self._sessions) if enabled else {})
        # whatever has changed: another worker, whose watch it was, may have died
        note_watching(self._sessions, self._presence.id, outcome)

    def _ask(self, root_id: int, folder: bytes) -> None:
        try:
            request_scan(self._sessions, root_id, folder)
        except (HomeBooruError, SQLAlchemyError) as error:
            log.warning("A change was not looked at: %s", error, extra={"root": root_id})
