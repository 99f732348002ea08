"""A process that mirrors, and dies at a step."""

from __future__ import annotations

import os
import signal
from functools import wraps
from threading import Lock

import sqlalchemy as sa

from homebooru.db.engine import make_engine, make_sessions
from homebooru.http.fetching import Fetcher
from homebooru.immich import client
from homebooru.services.immich import mirroring, pictures
from tests.integration.services.conftest import Quiet
from tests.integration.services.immich.house import House
from tests.integration.services.immich.mirror import Mirror

FEW = 2
"""What is done at once, so that there are many steps."""


class Somewhere:
    """A server as another process knows it."""

    def __init__(self, url, key, user):
        self.url, self.key, self.user = url, self, self
        self.text, self.id = key, user


def mirror_until(step, database_url, *server):
    """Mirror, and fetch pictures, with everything done a few at a time; SIGKILL comes at a step.

    A step is a request that is about to be sent, one that was answered, and a transaction before
    it ends and after.
    """
    sessions = make_sessions(make_engine(database_url))
    count_steps(sessions, step)
    client.AHEAD = mirroring.BATCH = pictures.BATCH = FEW
    mirror = Mirror(sessions, Somewhere(*server), Quiet())
    mirror.sync(census=True)
    mirror.fetch()


def follow_until(step, database_url, *server):
    """Tell Immich what was thrown away and restored; SIGKILL comes at a step."""
    sessions = make_sessions(make_engine(database_url))
    count_steps(sessions, step)
    House(sessions, Somewhere(*server), Quiet()).follow()


def count_steps(sessions, last):
    lock, steps = Lock(), iter(range(1, last))

    def take_one(*_):
        with lock:
            if next(steps, None) is None:
                os.kill(os.getpid(), signal.SIGKILL)

    def between(ask):
        @wraps(ask)
        def asking(*args, **more):
            take_one()
            answer = ask(*args, **more)
            take_one()
            return answer

        return asking

    sa.event.listen(sessions, "before_commit", take_one)
    sa.event.listen(sessions, "after_commit", take_one)
    Fetcher.fetch, Fetcher.open = between(Fetcher.fetch), between(Fetcher.open)
