"""Which pictures there may be something to write beside, for whoever asks before it is done."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from homebooru.db.queries.outgoing.orders import lies_in, spoken_of
from homebooru.db.queries.scope import visible
from homebooru.db.tables import LocationRow, PostRow
from homebooru.domain.scope import Scope


def candidates(
    session: Session, root_id: int, scope: Scope, *, unreviewed: bool, limit: int
) -> dict[bytes, int]:
    """Return the posts at the first pictures of a root, by the paths of these.

    Without the `unreviewed`, those of which no person ever said a word are left out.
    """
    rows = session.execute(
        sa.select(LocationRow.path, LocationRow.post_id)
        .join(PostRow, PostRow.id == LocationRow.post_id)
        .where(*lies_in(root_id), visible(scope), sa.true() if unreviewed else spoken_of())
        .order_by(LocationRow.path)
        .limit(limit)
    )
    return {row.path: row.post_id for row in rows}
