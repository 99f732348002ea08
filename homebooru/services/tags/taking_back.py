"""Takes back what was done to the vocabulary, as an act of its own."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from homebooru.db.engine import Sessions
from homebooru.db.queries import locks
from homebooru.db.queries.vocabulary import acts, undoing
from homebooru.db.queries.vocabulary.states import read_states, read_ways
from homebooru.domain.editing.words import Hand, Via
from homebooru.domain.scope import Scope
from homebooru.domain.vocabulary.acts import Change, Kind, Thing, Undoing, changes_back, holds
from homebooru.domain.vocabulary.ways import Ways
from homebooru.errors import NotFound
from homebooru.phrases import phrase
from homebooru.ports import Progress
from homebooru.services.tags.vocabulary import keep_part

BATCH = 1000


@dataclass(frozen=True, slots=True)
class TakenBack:
    """What taking an act back did; `left` counts what could not be as before.

    Somebody changed it since, or it would go round in a circle now. `act_id` is None where
    nothing had to change, and where it `is_ordered`: a job does it.
    """

    act_id: int | None
    changed: int = 0
    left: int = 0
    is_ordered: bool = False


def take_back(
    sessions: Sessions,
    act_id: int,
    by: Hand,
    progress: Progress | None = None,
    *,
    most: int | None = None,
) -> TakenBack:
    """Take an act back, which can be taken back too: what was said before is said again.

    It is done in transactions of at most BATCH changes; where there are more than `most`, a job
    does it. Raises NotFound where there is no such act.
    """
    with sessions.begin() as session:
        total = acts.count_changes(session, act_id)
        if acts.find_act(session, act_id) is None:
            raise NotFound(
                phrase("There is no act {number} in the history of tags.", number=act_id)
            )
        if most is not None and total > most:
            undoing.order_undo(session, act_id, by, total)
            return TakenBack(None, is_ordered=True)
    if progress is not None:
        progress.expect(total)
    return _in_parts(sessions, act_id, by, progress)


def undo_due(sessions: Sessions, progress: Progress, *, worker_id: int | None = None) -> int:
    """Take back the acts that are ordered; return how many changes were looked at.

    How far it is is kept with each part, so whoever comes next goes on where the last one stopped.
    """
    looked = 0
    with sessions() as session:
        progress.expect(undoing.count_ordered(session))
    act_id: int | None = None
    while progress.goes_on():
        if act_id is None:
            with sessions.begin() as session:
                act_id = undoing.take_undo(session, worker_id=worker_id)
        if act_id is None:
            break
        with sessions.begin() as session:
            count, is_whole = _next_part(session, act_id)
        progress.advance(count)
        looked += count
        act_id = None if is_whole else act_id
    return looked


def stop_undo(sessions: Sessions, act_id: int) -> None:
    """Leave what is being taken back as it is, after the changes at hand."""
    with sessions.begin() as session:
        undoing.strike_undo(session, act_id)


def list_undos(sessions: Sessions, scope: Scope) -> tuple[Undoing, ...]:
    """Return what a job takes back, and how far that is, for whoever sees everything."""
    if not scope.sees_all:
        return ()
    with sessions() as session:
        return undoing.view_undos(session)


def _next_part(session: Session, act_id: int) -> tuple[int, bool]:
    """Take the next changes back; return how many, and whether these were the last."""
    locks.own_vocabulary(session)
    undo = undoing.hold_undo(session, act_id)
    if undo is None:
        return 0, True
    changes, place = acts.changes_before(session, act_id, undo.place, limit=BATCH)
    by = Hand(account_id=undo.account_id, via=Via(undo.via))
    undo.revert_id = _part(session, act_id, changes, by, TakenBack(undo.revert_id)).act_id
    undoing.carry_on(session, undo, place, len(changes))
    return len(changes), place is None


def _in_parts(sessions: Sessions, act_id: int, by: Hand, progress: Progress | None) -> TakenBack:
    done = TakenBack(None)
    place: int | None = None
    while progress is None or progress.goes_on():
        with sessions.begin() as session:
            locks.own_vocabulary(session)
            changes, place = acts.changes_before(session, act_id, place, limit=BATCH)
            done = _part(session, act_id, changes, by, done)
        if progress is not None:
            progress.advance(len(changes))
        if place is None:
            break
    return done


def _part(
    session: Session, act_id: int, changes: Sequence[Change], by: Hand, done: TakenBack
) -> TakenBack:
    back, left = changes_back(changes, read_states(session, {c.thing for c in changes}))
    possible = _possible(read_ways(session), back)
    new_id = done.act_id
    if possible:
        if new_id is None:
            new_id = acts.begin_act(session, Kind.REVERT, by, undoes=act_id)
        keep_part(session, new_id, possible, phrase("a change of the vocabulary is taken back"))
    missed = len(left) + len(back) - len(possible)
    return TakenBack(new_id, done.changed + len(possible), done.left + missed)


def _possible(ways: Ways, changes: Collection[Change]) -> list[Change]:
    """Leave out links that would go round in a circle now, or give a tag a second meaning."""
    laid: set[Thing] = set()
    for change in changes:
        if change.thing.is_link and not holds(change.after):
            ways.lift(change.thing)
    for change in changes:
        if holds(change.after) and ways.is_free(change.thing):
            ways.lay(change.thing)
            laid.add(change.thing)
    return [c for c in changes if not holds(c.after) or c.thing in laid]
