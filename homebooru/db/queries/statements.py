"""What locations say of their posts, kept as it was read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping

import sqlalchemy as sa
from sqlalchemy.orm import Session

from homebooru.db.tables import LocationRow, StatementRow
from homebooru.domain.said import Said
from homebooru.domain.words import said_from_json, said_to_json


def replace(
    session: Session,
    said: Mapping[int, Mapping[str, Said]],
    unclear: Collection[tuple[int, str]] = (),
) -> None:
    """Keep what locations say now, by source, and nothing they said before.

    Only what was said before by an `unclear` source, given with its location, stays.
    """
    if not said:
        return
    outdated = sa.delete(StatementRow).where(StatementRow.location_id.in_(said))
    if staying := [(one, source) for one, source in unclear if source not in said.get(one, ())]:
        spoken = sa.tuple_(StatementRow.location_id, StatementRow.source)
        outdated = outdated.where(spoken.not_in(staying))
    session.execute(outdated.execution_options(synchronize_session=False))
    rows = [
        {"location_id": location_id, "source": source, "said": said_to_json(one)}
        for location_id, words in said.items()
        for source, one in words.items()
    ]
    if rows:
        table = StatementRow.__table__
        assert isinstance(table, sa.Table)
        session.execute(sa.insert(table).values(rows))


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
