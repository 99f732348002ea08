"""What locations say of their posts, kept as it was read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from homebooru.db.tables import LocationRow, StatementRow
from homebooru.domain.said import Said
from homebooru.domain.words import said_from_json, said_to_json


def replace(session: Session, location_id: int, said: Mapping[str, Said]) -> None:
    """Keep what a location says now, by source, and nothing it said before."""
    session.execute(
        sa.delete(StatementRow).where(
            StatementRow.location_id == location_id, StatementRow.source.not_in(said)
        )
    )
    if said:
        rows = [
            {"location_id": location_id, "source": source, "said": said_to_json(one)}
            for source, one in said.items()
        ]
        told = insert(StatementRow).values(rows)
        session.execute(
            told.on_conflict_do_update(
                index_elements=["location_id", "source"], set_={"said": told.excluded.said}
            )
        )


def of_posts(session: Session, post_ids: Collection[int]) -> dict[tuple[int, str], list[Said]]:
    """Return what all locations of the posts say, by post and source."""
    rows = session.execute(
        sa.select(LocationRow.post_id, StatementRow.source, StatementRow.said)
        .join(StatementRow, StatementRow.location_id == LocationRow.id)
        .where(LocationRow.post_id.in_(post_ids))
    )
    voices: defaultdict[tuple[int, str], list[Said]] = defaultdict(list)
    for post_id, source, said in rows:
        voices[post_id, source].append(said_from_json(said))
    return voices
