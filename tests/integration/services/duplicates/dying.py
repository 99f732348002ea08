"""Looking for copies, and merging two of them, in processes of their own that are killed at a step."""

from __future__ import annotations

import itertools
import multiprocessing
import os
import signal

import pytest

from homebooru.db.engine import make_engine, make_sessions
from homebooru.domain.editing.words import Hand
from homebooru.domain.scope import EVERYTHING
from homebooru.files.alike.comparing import ThumbComparer
from homebooru.files.thumbs import ThumbStore
from homebooru.services.duplicates import deciding, finding, inheriting
from homebooru.services.immich import wishing
from tests.integration.services.conftest import Quiet


def killed_at(step, sessions, work, *arguments):
    """Do some work, killed as it begins a step; tell whether it came so far."""
    processes = multiprocessing.get_context("forkserver")
    processes.set_forkserver_preload([__name__])
    database = sessions.kw["bind"].url.render_as_string(hide_password=False)
    child = processes.Process(target=_begin, args=(step, database, work, arguments))
    child.start()
    child.join()
    assert child.exitcode in (0, -signal.SIGKILL)
    return child.exitcode != 0


def look(sessions, folder):
    finding.find_due(sessions, ThumbComparer(ThumbStore(folder)), Quiet())


def merge(sessions, wish, account):
    deciding.decide(sessions, wish, EVERYTHING, Hand(account_id=account))


def _begin(last, database, work, arguments):
    engine = make_engine(database)
    with pytest.MonkeyPatch.context() as patched:
        _make_mortal(patched, last)
        work(make_sessions(engine), *arguments)
    engine.dispose()


def _make_mortal(patched, last):
    steps = itertools.count()

    def mortal(act):
        def step(*arguments, **more):
            if next(steps) == last:
                os.kill(os.getpid(), signal.SIGKILL)
            return act(*arguments, **more)

        return step

    for place, name in (
        (finding, "in_transaction"),
        (deciding, "in_transaction"),
        (deciding, "read_sides"),
        (deciding, "carry_out"),
        (deciding, "_follow"),
        (inheriting, "carry_keepsakes"),
        (inheriting, "carry_claims"),
        (wishing, "carry_over"),
        (ThumbComparer, "fingerprint"),
        (ThumbComparer, "compare"),
    ):
        patched.setattr(place, name, mortal(getattr(place, name)))
