"""Says what may be asked of a user of Immich, what may be done there, and who sees it here."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from homebooru.db.engine import Sessions
from homebooru.db.queries.immich import wishes
from homebooru.db.tables import AccountRow, ImmichUserRow, MirrorRow
from homebooru.domain.immich.access import FOLLOWING, missing
from homebooru.domain.immich.assets import Visibility
from homebooru.errors import InvalidInput, NotFound
from homebooru.phrases import phrase

KNOWN = (Visibility.TIMELINE, Visibility.ARCHIVE, Visibility.HIDDEN)


@dataclass(frozen=True, slots=True)
class Guest:
    """Somebody who sees some folders alone, and the pictures of these users of Immich (by number)."""

    id: int
    name: str
    sees: frozenset[int]


def guests(sessions: Sessions) -> list[Guest]:
    """Return who does not see everything anyway."""
    with sessions() as session:
        rows = session.execute(
            sa.select(AccountRow.id, AccountRow.name, AccountRow.mirrors)
            .where(AccountRow.root_ids.is_not(None), AccountRow.name.is_not(None))
            .order_by(sa.func.lower(AccountRow.name))
        )
        return [Guest(row.id, row.name or "", frozenset(row.mirrors)) for row in rows]


def allow(
    sessions: Sessions,
    owner_id: UUID,
    visibilities: Collection[str],
    *,
    shown_to: Collection[int] = (),
    takes_trash: bool = False,
) -> None:
    """Say which assets of a user may be asked for, which guests see them, and whether Immich follows.

    What is newly allowed is read from the beginning. Raises NotFound, and InvalidInput for what
    is no visibility, or where the key does not let us.
    """
    known = [one.value for one in KNOWN]
    if strange := [one for one in visibilities if one not in known]:
        raise InvalidInput(phrase("There is no visibility {name}.", name=strange[0]))
    with sessions.begin() as session:
        mirror = _mirror(session, owner_id)
        if takes_trash:
            _check_key(session, owner_id)
        if set(visibilities) - set(mirror.visibilities):
            mirror.watermark = mirror.seen_at = mirror.settled = None
        mirror.visibilities = [one for one in known if one in visibilities]
        mirror.census_due = True
        mirror.takes_trash = takes_trash
        if not takes_trash:
            wishes.stop(session, owner_id)
        _show_to(session, mirror.number, shown_to)


def _mirror(session: Session, owner_id: UUID) -> MirrorRow:
    if session.get(ImmichUserRow, owner_id, with_for_update=True) is None:
        raise NotFound(phrase("Immich is not asked for such a user."))
    return session.get_one(MirrorRow, owner_id, with_for_update=True)


def _check_key(session: Session, owner_id: UUID) -> None:
    granted = session.get_one(ImmichUserRow, owner_id).permissions
    if lacking := missing(FOLLOWING, granted):
        raise InvalidInput(
            phrase(
                "The key lacks {names}. Allow that in Immich, then check the key again.",
                names=", ".join(lacking),
            )
        )


def _show_to(session: Session, number: int, account_ids: Collection[int]) -> None:
    """Let these guests see the pictures of a user of Immich, and no others."""
    without = sa.func.array_remove(AccountRow.mirrors, number)
    session.execute(sa.update(AccountRow).values(mirrors=without))
    session.execute(
        sa.update(AccountRow)
        .where(AccountRow.id.in_(account_ids), AccountRow.root_ids.is_not(None))
        .values(mirrors=sa.func.array_append(without, number))
    )
