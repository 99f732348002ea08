"""Takes answers in review: each is an edit of its post, which can be taken back."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import sqlalchemy as sa
from sqlalchemy.orm import Session

from homebooru.db.engine import Sessions
from homebooru.db.queries.deriving.verdicts import clock
from homebooru.db.queries.reviewing import answers
from homebooru.db.queries.reviewing.answers import Mine
from homebooru.db.retrying import in_transaction
from homebooru.db.tables import EditBatchRow
from homebooru.domain.editing.edits import Edit
from homebooru.domain.editing.words import Hand
from homebooru.domain.editing.writing import write_edit
from homebooru.domain.review.items import SKIP, Item, Key
from homebooru.domain.scope import Scope
from homebooru.services.editing.applying import apply_edit
from homebooru.services.editing.batches import revert_batch
from homebooru.services.editing.reverting import revert_edit
from homebooru.services.review.known import queue_named


@dataclass(frozen=True, slots=True)
class Answered:
    """What was answered; `settled` are questions that were no longer open."""

    keys: tuple[Key, ...]
    settled: tuple[Key, ...] = ()


def answer(
    sessions: Sessions, mine: Mine, choices: Mapping[Key, str], scope: Scope, by: Hand
) -> Answered:
    """Answer questions, all at one moment; what is said alike of several posts is one batch.

    What others settled meanwhile stays as they wished. Raises NotFound where there is no such
    queue or choice.
    """
    work = partial(_answer, mine=mine, choices=choices, scope=scope, by=by)
    return in_transaction(sessions, work)


def undo(sessions: Sessions, mine: Mine, scope: Scope, by: Hand) -> tuple[Key, ...]:
    """Take back what somebody answered last in a queue, and return what it was.

    It is asked again. What others changed since stays as they wished. Raises NotFound where there
    is no such queue.
    """
    queue_named(mine.queue)
    with sessions() as session:
        step = answers.last_step(session, mine)
    if step is None:
        return ()
    for batch in step.batches:
        revert_batch(sessions, batch, scope, by)
    for edit in step.edits:
        revert_edit(sessions, edit, scope, by)
    with sessions.begin() as session:
        answers.forget_answers(session, mine, step.keys)
    return tuple(step.keys)


def _answer(
    session: Session, *, mine: Mine, choices: Mapping[Key, str], scope: Scope, by: Hand
) -> Answered:
    queue = queue_named(mine.queue)
    items = queue.ask(session, list(choices), scope)
    settled = tuple(key for key in choices if key not in items)
    said = {key: choice for key, choice in choices.items() if key in items}
    edits: dict[int, int] = {}
    for edit, keys in _alike(items, said).items():
        edits |= _apply(session, mine, edit, keys, by)
    answers.note_answers(session, mine, said, edits, clock(session))
    return Answered(tuple(said), settled)


def _alike(items: Mapping[Key, Item], said: Mapping[Key, str]) -> dict[Edit, list[Key]]:
    found: dict[Edit, list[Key]] = {}
    for key, name in said.items():
        if name != SKIP:
            found.setdefault(items[key].choice(name).edit, []).append(key)
    return found


def _apply(
    session: Session, mine: Mine, edit: Edit, keys: Sequence[Key], by: Hand
) -> dict[int, int]:
    if len(keys) == 1:
        return apply_edit(session, edit, [keys[0].post_id], by)
    batch = EditBatchRow(
        account_id=mine.account_id,
        via=by.via,
        script=write_edit(edit),
        posts=len(keys),
        finished_at=sa.func.now(),
    )
    session.add(batch)
    session.flush()
    lines = apply_edit(session, edit, _posts(keys), replace(by, batch_id=batch.id))
    batch.changed = len(lines)
    return lines


def _posts(keys: Collection[Key]) -> list[int]:
    return sorted({key.post_id for key in keys})
