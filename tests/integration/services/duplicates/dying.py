"""Looking for copies, and merging two of them, in processes of their own that are killed at a step."""

from __future__ import annotations

import pytest

from homebooru.db.engine import make_engine, make_sessions
from homebooru.domain.editing.words import Hand
from homebooru.domain.scope import EVERYTHING
from homebooru.files.alike.comparing import ThumbComparer
from homebooru.files.thumbs import ThumbStore
from homebooru.services.duplicates import deciding, finding, inheriting
from homebooru.services.immich import wishing
from tests.integration.services.conftest import Quiet
from tests.mortality import dies, make_mortal

STEPS = (
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
)


def killed_at(step, sessions, work, *arguments):
    """Do some work, killed as it begins a step; tell whether it came so far."""
    database = sessions.kw["bind"].url.render_as_string(hide_password=False)
    return dies(_begin, step, database, work, arguments)


def look(sessions, folder):
    finding.find_due(sessions, ThumbComparer(ThumbStore(folder)), Quiet())


def merge(sessions, wish, account):
    deciding.decide(sessions, wish, EVERYTHING, Hand(account_id=account))


def _begin(last, database, work, arguments):
    engine = make_engine(database)
    with pytest.MonkeyPatch.context() as patched:
        make_mortal(patched, last, STEPS)
        work(make_sessions(engine), *arguments)
    engine.dispose()
