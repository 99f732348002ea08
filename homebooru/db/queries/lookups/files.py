"""Where the files of posts lie that are to be looked at."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import sqlalchemy as sa
from sqlalchemy.orm import Session

from homebooru.db.queries.records import any_of
from homebooru.db.tables import LocationRow, PostRow, RootRow


def files_of(session: Session, post_ids: Collection[int]) -> Mapping[int, bytes]:
    """Return a file of each post that lies where it should, as far as that is known."""
    rows = session.execute(
        sa.select(PostRow.id, RootRow.path.label("root"), LocationRow.path)
        .join(LocationRow, LocationRow.post_id == PostRow.id)
        .join(RootRow, RootRow.id == LocationRow.root_id)
        .where(
            any_of(PostRow.id, list(post_ids)),
            LocationRow.sha256 == PostRow.sha256,
            LocationRow.missing_since.is_(None),
            RootRow.state != "removed",
        )
        .order_by(RootRow.state, LocationRow.id.desc())  # the last one stays: first of those online
    )
    return {row.id: row.root + b"/" + row.path for row in rows}
