"""Brings the embedded database back when it died under those who use it."""

from __future__ import annotations

from homebooru.db.embedded import EmbeddedPostgres
from homebooru.wiring import Deps


def revive_database(deps: Deps) -> None:
    """Start the embedded database unless it runs; any number of processes may try at once."""
    if deps.embedded is None:
        return
    again = EmbeddedPostgres(deps.embedded.folder)
    again.start()
    again.release()  # the server stays: whoever holds `deps` still counts as its user
