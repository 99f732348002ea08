"""Decides about two posts that are alike, with all that follows, and takes that back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

from sqlalchemy.orm import Session

from homebooru.db.engine import Sessions
from homebooru.db.queries import history
from homebooru.db.queries.deriving import verdicts
from homebooru.db.queries.duplicates import deciding as queries
from homebooru.db.queries.duplicates import pairs
from homebooru.db.queries.duplicates.sides import read_sides
from homebooru.db.retrying import in_transaction
from homebooru.db.tables import DuplicateDecisionRow, DuplicatePairRow, PostRow
from homebooru.domain.claims import HIDDEN, YES, About
from homebooru.domain.duplicates.deciding import OWN, Choice, Fate, Settled, inherited
from homebooru.domain.duplicates.kinds import Kind
from homebooru.domain.duplicates.rules import advise
from homebooru.domain.duplicates.weighing import Side, lean, weigh
from homebooru.domain.editing.edits import Edit
from homebooru.domain.editing.words import Change, Hand, Held, Word
from homebooru.domain.scope import Scope
from homebooru.errors import InvalidInput, NotFound
from homebooru.phrases import phrase
from homebooru.services.duplicates import inheriting
from homebooru.services.duplicates.limiting import advise_within
from homebooru.services.editing.applying import apply_edit
from homebooru.services.editing.reverting import take_back
from homebooru.services.immich import wishing
from homebooru.services.searching import is_seen
from homebooru.services.tags.deciding import carry_out, hold

MARKS = {Fate.TRASH: YES, Fate.HIDE: HIDDEN}


@dataclass(frozen=True, slots=True)
class Decided:
    """What was decided; `followed` is how many other pairs that settled, too."""

    id: int
    followed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is to be decided about two posts; `rule` is whose wish it is where no person's."""

    one_id: int
    other_id: int
    choice: Choice
    fate: Fate = Fate.TRASH
    rule: str | None = None


def decide(sessions: Sessions, wish: Wish, scope: Scope, by: Hand) -> Decided:
    """Decide about two posts that were found to be alike.

    What is known of the lesser file goes over to the better one, and the lesser is thrown away,
    hidden or stays; all of it or nothing. Raises NotFound where the asker sees no such pair, and
    InvalidInput where somebody decided about it already.
    """
    return in_transaction(sessions, partial(decide_in, wish=wish, scope=scope, by=by))


def put_off(sessions: Sessions, one_id: int, other_id: int, scope: Scope) -> None:
    """Ask about two posts after all others. Raises NotFound."""
    with sessions.begin() as session:
        _pair(session, one_id, other_id, scope).later_at = verdicts.clock(session)


def undo(sessions: Sessions, decision_id: int, scope: Scope, by: Hand) -> None:
    """Take a decision back: everything is as it was, but for what somebody changed since.

    Raises NotFound, and InvalidInput where that was done already.
    """
    in_transaction(sessions, partial(_undo, decision_id=decision_id, scope=scope, by=by))


def undo_last(sessions: Sessions, scope: Scope, by: Hand) -> tuple[int, int] | None:
    """Take back what somebody decided last; return the two posts, None where there is nothing."""
    with sessions() as session:
        last = queries.last_of(session, by.account_id or 0, scope)
    if last is None:
        return None
    undo(sessions, last.id, scope, by)
    return last.one_id, last.other_id


def undo_day(sessions: Sessions, day: date, scope: Scope, by: Hand) -> int:
    """Take back all that rules decided on a day; return how much that was."""
    with sessions() as session:
        ids = queries.of_rules_on(session, day, scope)
    for decision_id in ids:
        undo(sessions, decision_id, scope, by)
    return len(ids)


def decide_in(session: Session, wish: Wish, scope: Scope, by: Hand) -> Decided:
    """Decide inside somebody's transaction."""
    held = hold(session, [wish.one_id, wish.other_id])
    pair = _pair(session, wish.one_id, wish.other_id, scope)
    if pair.decision_id is not None:
        raise InvalidInput(phrase("Somebody decided about these two posts already."))
    sides = read_sides(session, held, scope)
    one, other, kind = sides[wish.one_id], sides[wish.other_id], Kind(pair.kind)
    advice = advise(one, other, kind)
    advice |= advise_within(session, (one.post_id, other.post_id), advice)
    done = _Deed(session, held, one, other, by)
    row = DuplicateDecisionRow(
        one_id=one.post_id,
        other_id=other.post_id,
        kind=kind,
        choice=wish.choice,
        account_id=by.account_id,
        rule=wish.rule,
        advice=advice,
        **done.carry_out(wish, kind),
    )
    session.add(row)
    session.flush()
    return Decided(row.id, _follow(session, row))


def _pair(session: Session, one_id: int, other_id: int, scope: Scope) -> DuplicatePairRow:
    seen = is_seen(session, one_id, scope) and is_seen(session, other_id, scope)
    pair = queries.lock_pair(session, pairs.pair_of(one_id, other_id)) if seen else None
    if pair is None:
        raise NotFound(phrase("Posts {one} and {other} are no pair.", one=one_id, other=other_id))
    return pair


@dataclass(frozen=True, slots=True)
class _Deed:
    """What is done to two posts that are held."""

    session: Session
    held: Mapping[int, Held]
    one: Side
    other: Side
    by: Hand

    def carry_out(self, wish: Wish, kind: Kind) -> dict[str, Any]:
        """Do what is decided; return what it takes to take it back."""
        if wish.choice in (Choice.ONE, Choice.OTHER):
            kept, lost = self._in_order(first_is_better=wish.choice is Choice.ONE)
            carried = self._merge(lost.post_id, kept.post_id)
            lines = self._say(lost.post_id, kept.post_id, wish.fate)
            return {"fate": wish.fate, "carried": carried, "lines": sorted(lines.values())}
        if wish.choice is Choice.VARIANTS:
            likelier = lean(weigh(self.one, self.other, kind)) >= 0
            return {"lines": self._relate(*self._in_order(first_is_better=likelier))}
        return {"lines": []}

    def _in_order(self, *, first_is_better: bool) -> tuple[Side, Side]:
        return (self.one, self.other) if first_is_better else (self.other, self.one)

    def _merge(self, lost: int, kept: int) -> dict[str, Any]:
        """Carry over what is no person's word."""
        carried = inheriting.carry_keepsakes(self.session, lost, kept)
        inheriting.carry_claims(self.session, lost, kept)
        wishing.carry_over(self.session, lost, kept)
        return carried | {"kept": kept, "lost": lost}

    def _say(self, lost: int, kept: int, fate: Fate) -> dict[int, int]:
        """Let people's words on one post be said of the other, and the one be thrown away."""
        held, at = self.held, verdicts.clock(self.session)
        changes = {kept: inherited(held[kept], held[lost], but=OWN)}
        if mark := MARKS.get(fate):
            word = Word(mark, at, self.by.account_id)
            changes[lost] = (Change(About.TRASH, held[lost].get(About.TRASH), word),)
        return carry_out(self.session, changes, self.by, at)

    def _relate(self, parent: Side, child: Side) -> list[int]:
        """Let one post be the other's parent, unless it is its child."""
        row = self.session.get(PostRow, parent.post_id)
        if row is not None and row.parent_id == child.post_id:
            return []
        edit = Edit(parent=parent.post_id)
        return sorted(apply_edit(self.session, edit, [child.post_id], self.by).values())


def _follow(session: Session, row: DuplicateDecisionRow) -> int:
    """Settle the pair, and those about which something follows from all that was decided."""
    mine = pairs.pair_of(row.one_id, row.other_id)
    known = queries.connected(session, mine)
    decided = {pair: choice for pair, choice in known.items() if choice is not None}
    settled = Settled(decided | {mine: Choice(row.choice)})
    waiting = [pair for pair, choice in known.items() if choice is None and pair != mine]
    following = settled.following(waiting)
    queries.settle(session, row.id, {mine, *following})
    return len(following)


def _undo(session: Session, *, decision_id: int, scope: Scope, by: Hand) -> None:
    row = session.get(DuplicateDecisionRow, decision_id)
    if row is None or not all(is_seen(session, one, scope) for one in (row.one_id, row.other_id)):
        raise NotFound(phrase("There is no decision {id}.", id=decision_id))
    hold(session, [row.one_id, row.other_id])
    session.refresh(row, with_for_update=True)
    if row.undone_at is not None:
        raise InvalidInput(phrase("This decision was taken back already."))
    if row.carried:
        lost, kept = row.carried["lost"], row.carried["kept"]
        inheriting.carry_keepsakes_back(session, lost, kept, row.carried)
        inheriting.carry_claims_back(session, lost, kept)
        wishing.carry_back(session, lost, kept)
    posts = [row.one_id, row.other_id]
    take_back(session, history.acts_of_lines(session, row.lines, posts), posts, by)
    queries.reopen(session, row.id)
    row.undone_at = verdicts.clock(session)
