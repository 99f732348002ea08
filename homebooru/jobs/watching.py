"""The thread that keeps the watch on the library's folders, while the monitor is on."""

from __future__ import annotations

import logging
import threading
from contextlib import closing

from sqlalchemy.exc import SQLAlchemyError

from homebooru.db.engine import Sessions
from homebooru.errors import HomeBooruError
from homebooru.files.watch import FolderWatcher
from homebooru.services.jobs import monitor_status
from homebooru.services.library.roots import note_watching, request_scan, watched_paths
from homebooru.wiring import Deps

log = logging.getLogger(__name__)

LOOK = 3.0  # seconds between two looks at what is to be watched


class Watching(threading.Thread):
    """Asks for a scan of what changed. What goes unheard, the periodic scan finds."""

    def __init__(self, deps: Deps) -> None:
        super().__init__(name="watching", daemon=True)
        self._sessions: Sessions = deps.sessions
        self._never = [deps.settings.data]
        self._stopping = threading.Event()

    def stop(self) -> None:
        self._stopping.set()
        self.join()

    def run(self) -> None:
        with closing(FolderWatcher(self._ask, never=self._never)) as watcher:
            noted: dict[int, str | None] | None = None  # unknown: what an earlier run left
            while not self._stopping.is_set():
                try:
                    noted = self._follow(watcher, noted)
                except SQLAlchemyError as error:
                    log.debug("Not told of folders: %s", error)
                except Exception:  # whatever it is, scans go on without it
                    log.exception("Folders cannot be watched")
                self._stopping.wait(LOOK)

    def _follow(
        self, watcher: FolderWatcher, noted: dict[int, str | None] | None
    ) -> dict[int, str | None]:
        enabled = monitor_status(self._sessions).enabled
        outcome = dict(watcher.follow(watched_paths(self._sessions) if enabled else {}))
        if outcome != noted:
            note_watching(self._sessions, outcome)
        return outcome

    def _ask(self, root_id: int, folder: bytes) -> None:
        try:
            request_scan(self._sessions, root_id, folder)
        except (HomeBooruError, SQLAlchemyError) as error:
            log.warning("A change was not looked at: %s", error, extra={"root": root_id})
