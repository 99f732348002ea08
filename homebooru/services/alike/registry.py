"""Which models describe posts: those that are there, the one that serves, the one that shall."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from homebooru.db.engine import Sessions
from homebooru.db.queries.alike import spaces
from homebooru.db.queries.posts import lock_intake
from homebooru.db.queue import Work, wake
from homebooru.db.tables import LookOrderRow, LookRow, SpaceRow
from homebooru.domain.alike.spaces import BUILT_IN, MOST_NUMBERS, Space, SpaceState
from homebooru.errors import InvalidInput, ModelUnusable, NotFound
from homebooru.phrases import phrase
from homebooru.ports import Embedder


def states(sessions: Sessions, there: Sequence[Embedder]) -> tuple[SpaceState, ...]:
    """Return how it stands with each model that is there, or that described something."""
    with sessions.begin() as session:
        models = session.scalars(sa.select(SpaceRow).where(spaces.IS_MODEL))
        rows = {row.name: row for row in models}
        here = {one.name: one.reads for one in there}
        now = session.scalar(sa.select(sa.func.now()))
        known = [_state(session, row, now, is_there=name in here) for name, row in rows.items()]
        new = [
            SpaceState(name, True, reads, serves=False, wanted=False, described=0, left=0)
            for name, reads in here.items()
            if name not in rows
        ]
        return (_built_in(session, rows), *sorted([*known, *new], key=lambda one: one.name))


def _built_in(session: Session, rows: dict[str, SpaceRow]) -> SpaceState:
    described = session.scalar(sa.select(sa.func.count()).select_from(LookRow)) or 0
    left = session.scalar(sa.select(sa.func.count()).select_from(LookOrderRow)) or 0
    serves = not any(row.serves for row in rows.values())
    wanted = not any(row.wanted for row in rows.values())
    return SpaceState(BUILT_IN, True, False, serves, wanted, described, left)


def _state(session: Session, row: SpaceRow, now: datetime | None, *, is_there: bool) -> SpaceState:
    is_closed = bool(row.closed_until and now and row.closed_until > now)
    return SpaceState(
        name=row.name,
        is_there=is_there,
        reads=row.reads,
        serves=row.serves,
        wanted=row.wanted,
        described=spaces.count_vectors(session, row),
        left=spaces.count_left(session, row),
        closed_until=row.closed_until if is_closed else None,
        reason=row.reason if is_closed else None,
    )


def use(sessions: Sessions, name: str, there: Sequence[Embedder]) -> None:
    """Let a model describe all posts, and serve once it has; who serves now does until then.

    Raises NotFound where there is no such model, ModelUnusable or a RemoteError where it does not
    work.
    """
    model = next((one for one in there if one.name == name), None)
    if name != BUILT_IN and model is None:
        raise NotFound(phrase("There is no model {name!r} here.", name=name[:60]))
    space = None if model is None else space_of(model)
    with sessions.begin() as session:
        lock_intake(session)
        if space is None:
            spaces.serve(session, None)
        else:
            keep(session, space)
        spaces.want(session, None if space is None else space.name)
        wake(session, Work.EMBEDDINGS)


def space_of(model: Embedder) -> Space:
    """Return what a model says of itself, for which it is loaded or asked; raises ModelUnusable."""
    space = Space(model.name, model.version(), model.dimensions(), model.reads)
    if space.dimensions > MOST_NUMBERS:
        raise ModelUnusable(
            phrase(
                "{name} describes by {count} numbers; the database can find what is alike by no more "
                "than {most}. Use another model.",
                name=space.name,
                count=space.dimensions,
                most=MOST_NUMBERS,
            )
        )
    return space


def keep(session: Session, space: Space) -> SpaceRow:
    """Have a table for a model; one that was made with other files of its name begins anew."""
    row = spaces.find(session, space.name, lock=True)
    if row is not None and (row.version, row.dimensions) != (space.version, space.dimensions):
        spaces.drop(session, row)
        row = None
    if row is None:
        return spaces.make(session, space)
    row.reads, row.closed_until = space.reads, None
    return row


def check_fit(row: SpaceRow, found: Sequence[bytes]) -> None:
    """Raise ModelUnusable where a model describes by other numbers than when it was chosen."""
    odd = next((one for one in found if len(one) != row.dimensions * spaces.HALF.itemsize), None)
    if odd is not None:
        raise ModelUnusable(
            phrase(
                "{name} describes by {count} numbers now, and by {known} when it was chosen. Drop what "
                "it described, and choose it again.",
                name=row.name,
                count=len(odd) // spaces.HALF.itemsize,
                known=row.dimensions,
            )
        )


def drop(sessions: Sessions, name: str) -> None:
    """Forget what a model described; where it served, our own descriptor does again.

    Raises NotFound, and InvalidInput for our own descriptor.
    """
    if name == BUILT_IN:
        raise InvalidInput(phrase("What pictures look like is always kept."))
    with sessions.begin() as session:
        lock_intake(session)
        row = spaces.find(session, name, lock=True)
        if row is None:
            raise NotFound(phrase("There is no model {name!r} here.", name=name[:60]))
        spaces.drop(session, row)
