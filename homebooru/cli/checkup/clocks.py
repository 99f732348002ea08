"""What `doctor` finds out about clocks: ours beside those of the database, the disk and others."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import sqlalchemy as sa

from homebooru.cli.checkup.findings import Finding, State
from homebooru.http.greeting import Greeting
from homebooru.wiring import Deps

MOST = 60.0  # seconds; pages and leases do not mind less
ADVICE = "Let all machines take the time from the network (NTP): by it is told what changed when."


def database_clock(deps: Deps) -> Iterator[Finding]:
    """Compare our clock with that of the database."""
    with deps.engine.connect() as connection:
        there = connection.scalar(sa.text("select extract(epoch from clock_timestamp())"))
    yield from _compared("the database's", float(there) - time.time(), good="as the database's")


def disk_clock(folder: Path) -> Iterator[Finding]:
    """Compare our clock with the times that a disk writes down; a share has those of its server."""
    try:
        with tempfile.NamedTemporaryFile(dir=folder, prefix=".clock-") as file:
            there = Path(file.name).stat().st_mtime
    except OSError:
        return  # that nothing can be written there is told elsewhere
    yield from _compared("the disk's", there - time.time(), good="as the disk's")


def their_clock(label: str, greeting: Greeting) -> Iterator[Finding]:
    """Compare our clock with that of a server which was greeted; what agrees is no news."""
    if greeting.ahead is not None:
        yield from _compared(f"that of {label}", greeting.ahead)


def _compared(whose: str, ahead: float, *, good: str | None = None) -> Iterator[Finding]:
    if abs(ahead) > MOST:
        text = f"ours is {abs(ahead):.0f} seconds {'behind' if ahead > 0 else 'ahead of'} {whose}"
        yield Finding("clock", text, State.NOTICE, ADVICE)
    elif good is not None:
        yield Finding("clock", good)
