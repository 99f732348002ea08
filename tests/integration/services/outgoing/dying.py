"""Pushes in processes of their own, which are killed at a step."""

from __future__ import annotations

import os
from contextlib import closing
from uuid import UUID

import pytest

from homebooru.db.engine import make_engine, make_sessions
from homebooru.db.queue import at_work
from homebooru.files import trash as disk
from homebooru.files.xmp.writing import DiskSidecars
from homebooru.immich.user import HttpImmichUser, open_user
from homebooru.services.outgoing import pushing, rounds, sending, steering, writing
from tests.integration.services.conftest import Quiet
from tests.mortality import dies, make_mortal

CALLS = (
    "tags",
    "upsert_tags",
    "tag",
    "untag",
    "delete_tag",
    "details",
    "search",
    "update",
    "refresh",
    "discover_sidecars",
)
ACTS = (
    *((module, "in_transaction") for module in (writing, pushing, rounds, sending, steering)),
    *((HttpImmichUser, name) for name in CALLS),
    (os, "fsync"),
    (os, "unlink"),
    (disk, "_renameat2"),
)


def killed_at(step, house):
    """Write sidecars and push, killed as it begins a step; tell whether it came so far."""
    database = house.sessions.kw["bind"].url.render_as_string(hide_password=False)
    whose = house.server.url, house.server.key.text, house.server.user.id
    return dies(_work, step, database, whose, house.places)


def _work(last, database, whose, places):
    url, key, owner = whose
    engine = make_engine(database)
    sessions = make_sessions(engine)
    with pytest.MonkeyPatch.context() as patched:
        make_mortal(patched, last, ACTS)
        with closing(open_user(url, key)) as user, at_work(engine) as worker:
            users = {UUID(owner): user}
            for _ in range(2):
                writing.write_due(sessions, DiskSidecars(), Quiet(), worker_id=worker)
                pushing.push_due(
                    sessions,
                    users,
                    Complaining(),
                    places=places.get,
                    pause=lambda _: None,
                    worker_id=worker,
                )
            steering.delete_tags(sessions, users)
    engine.dispose()


class Complaining(Quiet):
    """Hears what is wrong, and goes on."""

    def report_error(self, what, reason):
        pass
