"""Posts that only Immich has: what waits to be fetched of them, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import distinct_on, insert
from sqlalchemy.orm import Session

from homebooru.db import queue
from homebooru.db.queries.looks import keep_looks
from homebooru.db.queries.lookups.permitted import may_be_asked
from homebooru.db.queries.records import any_of
from homebooru.db.tables import AssetRow, PictureOrderRow, PostRow
from homebooru.domain.media import Digests, Facts
from homebooru.phrases import phrase

NOBODY = phrase("There is no API key for whom it belongs to in Immich.")
NOT_YET = phrase("Immich has not made a thumbnail of it yet.")


@dataclass(frozen=True, slots=True)
class Wanted:
    """A post of which something is to be fetched, and the asset that it is."""

    post_id: int
    owner_id: UUID
    asset_id: UUID
    bytes_wanted: bool
    attempts: int


def take(session: Session, *, limit: int, worker_id: int | None = None) -> list[Wanted]:
    """Take posts that are due; those that do not lie in Immich any more are done with."""
    orders = {
        row.post_id: row
        for row in queue.claim(session, PictureOrderRow, limit=limit, worker_id=worker_id)
    }
    rows = session.execute(
        sa.select(AssetRow.post_id, AssetRow.owner_id, AssetRow.remote_id)
        .where(
            any_of(AssetRow.post_id, list(orders)),
            AssetRow.owner_id.is_not(None),
            AssetRow.is_offline.is_(False),
        )
        .ext(distinct_on(AssetRow.post_id))
        .order_by(AssetRow.post_id, AssetRow.is_trashed, AssetRow.id)
    )
    found = [
        Wanted(
            row.post_id,
            row.owner_id,
            row.remote_id,
            orders[row.post_id].bytes_wanted,
            orders[row.post_id].attempts,
        )
        for row in rows
        if row.owner_id is not None
    ]
    gone = orders.keys() - {one.post_id for one in found}
    session.execute(sa.delete(PictureOrderRow).where(any_of(PictureOrderRow.post_id, list(gone))))
    return found


def unread(session: Session) -> list[int]:
    """Return the posts of Immich that others may be asked about and whose digests nobody knows."""
    return list(
        session.scalars(
            sa.select(PostRow.id).where(
                PostRow.md5.is_(None),
                PostRow.missing_since.is_(None),
                sa.exists().where(AssetRow.post_id == PostRow.id),
                may_be_asked(PostRow.__table__.c.id),
            )
        )
    )


def want_bytes(session: Session, post_ids: list[int]) -> None:
    """Let originals be read whose digests are needed."""
    if post_ids:
        new = insert(PictureOrderRow).values(
            [{"post_id": one, "bytes_wanted": True} for one in post_ids]
        )
        session.execute(
            new.on_conflict_do_update(
                index_elements=[PictureOrderRow.post_id], set_={"bytes_wanted": True}
            )
        )


def keep_shown(session: Session, shown: Mapping[int, tuple[bytes, Facts]]) -> None:
    """Keep what posts look like, by Immich's picture of them; their own facts stay.

    Posts that became others while their pictures were fetched are passed over.
    """
    for post_id, (key, facts) in sorted(shown.items()):
        session.execute(
            sa.update(PostRow)
            .where(PostRow.id == post_id, PostRow.state != "ready")
            .values(
                picture_key=key,
                width=sa.func.coalesce(PostRow.width, facts.width),
                height=sa.func.coalesce(PostRow.height, facts.height),
                phash=facts.phash,
                thumbhash=facts.thumbhash,
                state="ready",
                state_reason=None,
            )
            .execution_options(synchronize_session=False)
        )
    there = session.scalars(sa.select(PostRow.id).where(any_of(PostRow.id, sorted(shown)))).all()
    keep_looks(session, {one: look for one in there if (look := shown[one][1].look)})


def keep_digests(session: Session, post_id: int, digests: Digests, *, is_known: bool) -> None:
    """Keep what an original was found to be; who has these bytes already is found by their SHA-1."""
    values: dict[str, bytes | int] = {"sha1": digests.sha1, "size": digests.size}
    if not is_known:
        values |= {"sha256": digests.sha256, "md5": digests.md5}
    session.execute(
        sa.update(PostRow)
        .where(PostRow.id == post_id)
        .values(values)
        .execution_options(synchronize_session=False)
    )


def finish(session: Session, wanted: Wanted) -> None:
    """Take a post out of the queue, unless more is wanted of it meanwhile."""
    session.execute(
        sa.delete(PictureOrderRow).where(
            PictureOrderRow.post_id == wanted.post_id,
            PictureOrderRow.bytes_wanted.is_(wanted.bytes_wanted),
        )
    )


def try_later(session: Session, wanted: Wanted, reason: str, delay: timedelta) -> None:
    """Try again later, and say why."""
    session.execute(
        sa.update(PictureOrderRow)
        .where(PictureOrderRow.post_id == wanted.post_id)
        .values(due=sa.func.now() + delay, claimed_by=None, reason=reason)
        .execution_options(synchronize_session=False)
    )
