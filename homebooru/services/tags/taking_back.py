"""Takes back what was done to the vocabulary, as an act of its own."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from homebooru.db.engine import Sessions
from homebooru.db.queries import locks
from homebooru.db.queries.vocabulary import acts
from homebooru.db.queries.vocabulary.states import read_states, read_ways
from homebooru.domain.editing.words import Hand
from homebooru.domain.vocabulary.acts import Change, Kind, Thing, changes_back, holds
from homebooru.domain.vocabulary.ways import Ways
from homebooru.errors import InvalidInput, NotFound
from homebooru.phrases import phrase
from homebooru.ports import Progress
from homebooru.services.tags.vocabulary import keep_part

BATCH = 1000


@dataclass(frozen=True, slots=True)
class TakenBack:
    """What taking an act back did; `left` counts what could not be as before.

    Somebody changed it since, or it would go round in a circle now. `act_id` is None where
    nothing had to change.
    """

    act_id: int | None
    changed: int = 0
    left: int = 0


def take_back(
    sessions: Sessions,
    act_id: int,
    by: Hand,
    progress: Progress | None = None,
    *,
    most: int | None = None,
) -> TakenBack:
    """Take an act back, which can be taken back too: what was said before is said again.

    It is done in transactions of at most BATCH changes. Raises NotFound where there is no such
    act, InvalidInput where it changed more than `most` things.
    """
    with sessions.begin() as session:
        total = acts.count_changes(session, act_id)
        if acts.find_act(session, act_id) is None:
            raise NotFound(
                phrase("There is no act {number} in the history of tags.", number=act_id)
            )
    if most is not None and total > most:
        raise InvalidInput(
            phrase(
                "It changed {count} things, which takes a while. On the machine itself: {command}",
                count=f"{total:,}",
                command=f"homebooru tags undo {act_id}",
            )
        )
    if progress is not None:
        progress.expect(total)
    return _in_parts(sessions, act_id, by, progress)


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
