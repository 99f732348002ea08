"""SIGKILL of a process that looks for copies, or merges two, at every step: nothing is done twice."""

from __future__ import annotations

import itertools
import random
from functools import partial

import sqlalchemy as sa

from homebooru.db.tables import (
    DuplicateDecisionRow,
    DuplicateOrderRow,
    DuplicatePairRow,
    EditRow,
    FingerprintRow,
)
from homebooru.domain.duplicates.deciding import Choice
from homebooru.domain.editing.words import Hand
from homebooru.domain.scope import EVERYTHING
from homebooru.services.duplicates.deciding import Wish, undo_last
from tests.integration.services.duplicates.dying import killed_at, look, merge
from tests.integration.services.duplicates.test_deciding import (
    export,
    people,  # noqa: F401  a fixture
    some_library,
)
from tests.unit.imaging.test_comparing import painting, with_text


def kept(sessions, *tables):
    with sessions() as session:
        return [
            sorted(
                repr([value for name, value in row._mapping.items() if name != "found_at"])
                for row in session.execute(sa.select(table.__table__))
            )
            for table in tables
        ]


def look_anew(sessions, posts):
    """Let all posts look for their copies as if none had ever done so."""
    with sessions.begin() as session:
        for table in (DuplicatePairRow, FingerprintRow, DuplicateOrderRow):
            session.execute(sa.delete(table))
        session.add_all([DuplicateOrderRow(post_id=post) for post in posts])


def test_whenever_looking_is_killed_the_same_pairs_are_found_once(sessions, gallery):
    posts = [gallery.add(image) for image in (painting(1), with_text(painting(1)), painting(2))]
    found = partial(kept, sessions, DuplicatePairRow, FingerprintRow, DuplicateOrderRow)
    assert not killed_at(None, sessions, look, gallery.thumbs.folder)
    calm = found()
    assert [len(rows) for rows in calm] == [1, 3, 0]
    for step in itertools.count():
        look_anew(sessions, posts)
        died = killed_at(step, sessions, look, gallery.thumbs.folder)
        with sessions.begin() as session:  # what a dead worker held comes due again
            session.execute(sa.update(DuplicateOrderRow).values(due=sa.func.now()))
        assert not killed_at(None, sessions, look, gallery.thumbs.folder)
        assert found() == calm
        if not died:
            break
    assert step > 7


def test_whenever_a_merge_is_killed_it_happened_whole_or_not_at_all(sessions, people):  # noqa: F811
    one, other = some_library(sessions, people, random.Random(3))
    before, wish = export(sessions), Wish(one_id=one, other_id=other, choice=Choice.ONE)
    lines = []
    for step in itertools.count():
        died = killed_at(step, sessions, merge, wish, people[0])
        with sessions() as session:
            decided = sa.select(sa.func.count()).where(DuplicateDecisionRow.undone_at.is_(None))
            is_done = session.scalar(decided.select_from(DuplicateDecisionRow)) == 1
        if not is_done:
            assert died
            assert export(sessions) == before
            assert not killed_at(None, sessions, merge, wish, people[0])
        with sessions() as session:
            lines.append(session.scalar(sa.select(sa.func.count()).select_from(EditRow)))
        assert undo_last(sessions, EVERYTHING, Hand(account_id=people[0])) == (one, other)
        assert export(sessions) == before
        if not died:
            break
    assert step > 5
    assert len({then - now for now, then in itertools.pairwise(lines)}) == 1
