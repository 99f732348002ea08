"""Beside which pictures sidecars lie that Immich reads, and what was undone there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from homebooru.db.queries.outgoing.orders import Key
from homebooru.db.queries.records import any_of
from homebooru.db.tables import PushPlaceRow, PushRow, SidecarRow
from homebooru.domain.outgoing.pushing import Held
from homebooru.domain.outgoing.sidecars import List

PLACE = PushPlaceRow


def keep_places(session: Session, places: Mapping[int, Key]) -> set[int]:
    """Keep where the sidecars of assets lie; return the assets that were not known to be there."""
    if not places:
        return set()
    new = insert(PLACE).values(
        [
            {"asset_id": asset, "root_id": root_id, "picture": picture}
            for asset, (root_id, picture) in places.items()
        ]
    )
    moved = sa.or_(PLACE.root_id != new.excluded.root_id, PLACE.picture != new.excluded.picture)
    kept = new.on_conflict_do_update(
        index_elements=[PLACE.asset_id],
        set_={"root_id": new.excluded.root_id, "picture": new.excluded.picture},
        where=moved,
    )
    return set(session.scalars(kept.returning(PLACE.asset_id)))


def held_at(session: Session, keys: Collection[Key]) -> dict[Key, Held]:
    """Return what is held back of pictures, and held on to, since pushes were undone."""
    rows = session.execute(
        sa.select(PLACE.root_id, PLACE.picture, PushRow.barred, PushRow.kept)
        .join(PushRow, PushRow.asset_id == PLACE.asset_id)
        .where(
            sa.tuple_(PLACE.root_id, PLACE.picture).in_(keys),
            sa.func.cardinality(PushRow.barred.op("||")(PushRow.kept)) > 0,
        )
    )
    held: defaultdict[Key, Held] = defaultdict(Held)
    for row in rows:
        held[row.root_id, row.picture] |= Held(frozenset(row.barred), frozenset(row.kept))
    return held


def let_go(session: Session, asset_ids: Collection[int]) -> None:
    """Hold nothing back any more of assets whose tags go by sidecars."""
    by_sidecar = PushRow.asset_id.in_(sa.select(PLACE.asset_id))
    session.execute(
        sa.update(PushRow)
        .where(any_of(PushRow.asset_id, list(asset_ids)), by_sidecar)
        .values(barred=sa.text("'{}'"), kept=sa.text("'{}'"))
        .execution_options(synchronize_session=False)
    )


def says(asset_id: Any, value: Any, *, or_said: bool = False) -> sa.ColumnElement[bool]:
    """Tell whether the sidecar that Immich reads of an asset has a tag by us.

    With `or_said` also where it had, and somebody took it out.
    """
    owned = SidecarRow.owned
    ours = owned["entries"][List.TAGS].has_key(value)
    if or_said:
        ours = sa.or_(ours, owned["gone"][List.TAGS].has_key(value))
    return sa.exists().where(
        PLACE.asset_id == asset_id,
        SidecarRow.root_id == PLACE.root_id,
        SidecarRow.picture == PLACE.picture,
        ours,
    )
