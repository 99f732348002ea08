"""Servers of a test's own, in folders that their user can reach."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import pytest

from homebooru.db.embedded import EmbeddedPostgres

SMALL = {"shared_buffers": "16MB", "max_connections": "20"}


@pytest.fixture
def place():
    """A folder that every user may pass through; pytest's own ones are private."""
    folder = Path(tempfile.mkdtemp(prefix="homebooru-place-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def start(place):
    """Start servers, by default in the test's place, and stop them when the test is over."""
    started = []

    def start(folder=None, settings=SMALL):
        postgres = EmbeddedPostgres(folder or place / "database", settings)
        postgres.start()
        started.append(postgres)
        return postgres

    yield start
    for postgres in started:
        postgres.release()
