"""Rules suggest, earn their trust, decide what was found, and are taken back by the day."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from homebooru.db.tables import DuplicateDecisionRow, DuplicatePairRow, PostRow, PostVerdictRow
from homebooru.domain.accounts import OWNER_ID
from homebooru.domain.duplicates.deciding import Choice, Fate
from homebooru.domain.duplicates.kinds import Comparison, Kind
from homebooru.domain.duplicates.rules import NEEDED
from homebooru.domain.editing.words import Hand
from homebooru.domain.scope import EVERYTHING
from homebooru.errors import InvalidInput
from homebooru.services.duplicates import rulebook, ruling
from homebooru.services.duplicates.deciding import Wish, decide, undo, undo_day
from homebooru.services.duplicates.finding import find_due
from tests.factories import make_post

ME = Hand(account_id=OWNER_ID)


class Same:
    """Sees the same picture in everything that it is shown."""

    def fingerprint(self, key):
        return None

    def compare(self, one, other):
        return Comparison(Kind.COPY, 1.0)


def couples(sessions, count):
    """Make pairs of a small and a large file; return the numbers of each."""
    with sessions.begin() as session:
        pairs = [
            (make_post(session, width=400, height=300).id, make_post(session).id)
            for _ in range(count)
        ]
        session.add_all(
            DuplicatePairRow(one_id=one, other_id=other, kind="copy", difference=1, share=0)
            for one, other in pairs
        )
    return pairs


def standing(sessions, name="larger"):
    [rule] = [rule for rule in rulebook.show_rules(sessions, EVERYTHING) if rule.name == name]
    return rule.standing.agreed, rule.standing.against, rule.would_decide


def let(sessions, *, decides=True, fate=Fate.HIDE):
    ruling.set_rule(sessions, "larger", decides=decides, fate=fate, account_id=OWNER_ID)


def trashed(sessions):
    with sessions() as session:
        return set(session.scalars(sa.select(PostRow.id).where(PostRow.trashed_at.is_not(None))))


def test_a_rule_decides_once_people_agreed_often_enough_and_is_taken_back_by_the_day(
    sessions, quiet
):
    pairs = couples(sessions, NEEDED + 3)
    by_hand, wrong, rest = pairs[:NEEDED], pairs[NEEDED], pairs[NEEDED + 1 :]
    assert standing(sessions) == (0, 0, NEEDED + 3)
    for small, large in by_hand:
        with pytest.raises(InvalidInput, match="20 times"):
            let(sessions)
        decide(sessions, Wish(one_id=small, other_id=large, choice=Choice.OTHER), EVERYTHING, ME)
    against = Wish(one_id=wrong[0], other_id=wrong[1], choice=Choice.BOTH)
    mistaken = decide(sessions, against, EVERYTHING, ME)
    assert standing(sessions) == (NEEDED, 1, 2)
    with pytest.raises(InvalidInput, match="disagreed 1"):
        let(sessions)
    undo(sessions, mistaken.id, EVERYTHING, ME)
    before = trashed(sessions)
    let(sessions)
    find_due(sessions, Same(), quiet)
    # what somebody took back once is left to people
    assert trashed(sessions) - before == {small for small, _ in rest}
    with sessions() as session:
        marks = sa.select(PostVerdictRow.value).where(PostVerdictRow.post_id == rest[0][0])
        assert session.scalars(marks).all() == ["hidden"]
        by_rule = sa.select(DuplicateDecisionRow).where(DuplicateDecisionRow.rule == "larger")
        assert [row.account_id for row in session.scalars(by_rule)] == [None, None]
    assert standing(sessions) == (NEEDED, 0, 1)
    assert undo_day(sessions, datetime.now(UTC).date(), EVERYTHING, ME) == 2
    assert trashed(sessions) == before
    let(sessions, decides=False)
    couples(sessions, 1)
    find_due(sessions, Same(), quiet)
    assert trashed(sessions) == before
