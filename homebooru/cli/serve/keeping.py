"""The embedded database as a service of its own, which outlives restarts of pages and worker."""

from __future__ import annotations

import logging
import signal
import threading

from gunicorn.systemd import sd_notify  # type: ignore[import-untyped]

from homebooru.settings import Settings
from homebooru.settings.folders import make_data_folder
from homebooru.wiring import embedded_database

LOOK = 5.0  # seconds between two looks whether it runs

log = logging.getLogger(__name__)


def keep_database(settings: Settings) -> None:
    """Run the embedded database until SIGTERM or SIGINT; start it again where it died.

    Where another database is used there is nothing to do, which is done as long. Raises
    DatabaseUnusable where it does not start.
    """
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    make_data_folder(settings)
    embedded = embedded_database(settings)
    while not stopping.is_set():
        if embedded is not None:
            embedded.start()
        sd_notify("READY=1", log)
        stopping.wait(LOOK)
    if embedded is not None:
        embedded.stop()
