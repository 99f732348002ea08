"""Orders to write sidecars: placed with the edits that they follow, taken, and done with."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from homebooru.db.queries.records import any_of, spelled
from homebooru.db.queue import claim
from homebooru.db.tables import (
    LocationRow,
    PostRow,
    PostVerdictRow,
    PushPlaceRow,
    RootRow,
    SidecarOrderRow,
    SidecarRow,
    VerdictRow,
)

ORDER = SidecarOrderRow
Key = tuple[int, bytes]

# While nobody allows sidecars anywhere, this is one look at the few roots.
FOLLOW = sa.text("""
    insert into sidecar_order (root_id, picture, wish)
    select location.root_id, location.path, 'write'
    from location join root on root.id = location.root_id
    where exists (select from root where sidecars = 'on' and state <> 'removed')
        and location.post_id = any(cast(:posts as int[])) and location.kind = 'folder'
        and location.missing_since is null and root.sidecars = 'on' and root.state <> 'removed'
    order by 1, 2
    on conflict (root_id, picture) do update set wish = case
            when sidecar_order.wish = 'again' then 'again' else 'write' end,
        reason = null, attempts = 0,
        due = case when sidecar_order.claimed_by is null then now() else sidecar_order.due end
    returning root_id
""")


def order_for_posts(session: Session, post_ids: Collection[int]) -> bool:
    """Order the sidecars of posts where they are allowed; tell whether there are any."""
    return session.execute(FOLLOW, {"posts": spelled(post_ids)}).first() is not None


def order_root(session: Session, root_id: int, *, unreviewed: bool) -> int:
    """Order the sidecars of a whole root; return how many.

    Without the `unreviewed`, pictures of which no person ever said a word need none.
    """
    there = (
        sa.select(sa.literal(root_id), LocationRow.path, sa.literal("write"))
        .join(PostRow, PostRow.id == LocationRow.post_id)
        .where(*lies_in(root_id), sa.true() if unreviewed else spoken_of())
    )
    return _order(session, there)


def allowed_roots(session: Session) -> list[int]:
    """Return the roots in which sidecars may be written."""
    allowed = (RootRow.sidecars == "on", RootRow.state != "removed")
    return list(session.scalars(sa.select(RootRow.id).where(*allowed).order_by(RootRow.id)))


def order_again(session: Session, root_id: int) -> int:
    """Order what others took out of our sidecars in a root to be written again."""
    gone = sa.select(SidecarRow.root_id, SidecarRow.picture, sa.literal("again")).where(
        SidecarRow.root_id == root_id, is_lost()
    )
    return _order(session, gone.distinct())


def order_pictures(session: Session, keys: Collection[Key], wish: str) -> None:
    """Order the sidecars of some pictures."""
    root = sa.type_coerce(LocationRow.root_id, sa.Integer)
    there = sa.select(root, LocationRow.path, sa.literal(wish)).where(
        sa.tuple_(LocationRow.root_id, LocationRow.path).in_(keys),
        LocationRow.kind == "folder",
        LocationRow.missing_since.is_(None),
    )
    _order(session, there)


def order_assets(session: Session, asset_ids: Collection[int], wish: str) -> int:
    """Order the sidecars that Immich reads of some assets; what is rid of us meanwhile stays so."""
    place = PushPlaceRow
    there = sa.select(place.root_id, place.picture, sa.literal(wish)).distinct()
    return _order(session, there.where(any_of(place.asset_id, list(asset_ids))), unless="undo")


def reasons_at(session: Session, keys: Collection[Key]) -> dict[Key, str | None]:
    """Return the pictures whose sidecars are still to be written, with why they could not be."""
    rows = session.execute(
        sa.select(ORDER.root_id, ORDER.picture, ORDER.reason).where(
            sa.tuple_(ORDER.root_id, ORDER.picture).in_(keys)
        )
    )
    return {(row.root_id, row.picture): row.reason for row in rows}


def order_undo(session: Session, root_id: int) -> int:
    """Order all that we ever wrote beside pictures of a root to be taken back."""
    session.execute(sa.delete(ORDER).where(ORDER.root_id == root_id, ORDER.claimed_by.is_(None)))
    ours = sa.select(SidecarRow.root_id, SidecarRow.picture, sa.literal("undo"))
    return _order(session, ours.where(SidecarRow.root_id == root_id).distinct())


def lies_in(root_id: int) -> tuple[sa.ColumnElement[bool], ...]:
    """Tell whether a file is believed to lie in a root."""
    return (
        LocationRow.root_id == root_id,
        LocationRow.kind == "folder",
        LocationRow.missing_since.is_(None),
    )


def spoken_of() -> sa.ColumnElement[bool]:
    """Tell whether a person ever said a word of a picture, or we wrote beside it."""
    ours = sa.exists().where(
        SidecarRow.root_id == LocationRow.root_id, SidecarRow.picture == LocationRow.path
    )
    return sa.or_(
        sa.exists().where(VerdictRow.post_id == PostRow.id),
        sa.exists().where(PostVerdictRow.post_id == PostRow.id),
        ours,
    )


def is_lost() -> sa.ColumnElement[bool]:
    """Tell whether somebody took out of a sidecar what we wrote."""
    owned = SidecarRow.owned
    return sa.or_(
        owned["gone"].astext != "{}", sa.func.jsonb_typeof(owned["gone_stars"]) == "number"
    )


def _order(session: Session, wanted: sa.Select[int, bytes, str], unless: str = "") -> int:
    """Order what is `wanted`, `unless` something else is ordered there already."""
    new = insert(ORDER).from_select(["root_id", "picture", "wish"], wanted)
    wish = sa.case((ORDER.wish == unless, ORDER.wish), else_=new.excluded.wish)
    ordered = session.execute(
        new.on_conflict_do_update(
            index_elements=[ORDER.root_id, ORDER.picture],
            set_={
                "wish": wish,
                "reason": None,
                "attempts": 0,
                "due": sa.case((ORDER.claimed_by.is_(None), sa.func.now()), else_=ORDER.due),
            },
        ).returning(ORDER.root_id)
    )
    return len(ordered.all())


def take(
    session: Session, *, limit: int, worker_id: int | None, root_id: int | None = None
) -> Sequence[SidecarOrderRow]:
    """Take orders that are due."""
    only = None if root_id is None else ORDER.root_id == root_id
    return claim(session, ORDER, limit=limit, worker_id=worker_id, only=only)


def finish(session: Session, keys: Collection[Key]) -> None:
    """Strike orders that are carried out, but for those that were placed anew meanwhile."""
    here = sa.tuple_(ORDER.root_id, ORDER.picture).in_(keys)
    session.execute(sa.delete(ORDER).where(here, ORDER.attempts > 0))
    release(session, keys)


def release(session: Session, keys: Collection[Key]) -> None:
    """Make orders due that somebody had taken."""
    session.execute(
        sa.update(ORDER)
        .where(sa.tuple_(ORDER.root_id, ORDER.picture).in_(keys))
        .values(due=sa.func.now(), claimed_by=None)
        .execution_options(synchronize_session=False)
    )


def try_later(session: Session, key: Key, reason: str, delay: timedelta) -> None:
    """Keep why an order could not be carried out, and look at it again later.

    One that was placed anew meanwhile is due at once.
    """
    session.execute(
        sa.update(ORDER)
        .where(ORDER.root_id == key[0], ORDER.picture == key[1])
        .values(
            due=sa.case((ORDER.attempts == 0, sa.func.now()), else_=sa.func.now() + delay),
            claimed_by=None,
            reason=reason,
        )
        .execution_options(synchronize_session=False)
    )


def count_orders(session: Session, root_id: int | None = None) -> int:
    """Return how many orders wait to be carried out."""
    waiting = sa.select(sa.func.count()).select_from(ORDER).where(ORDER.reason.is_(None))
    if root_id is not None:
        waiting = waiting.where(ORDER.root_id == root_id)
    return session.scalar(waiting) or 0


def posts_at(session: Session, keys: Collection[Key]) -> dict[Key, int]:
    """Return which posts lie at these places."""
    rows = session.execute(
        sa.select(LocationRow.root_id, LocationRow.path, LocationRow.post_id).where(
            sa.tuple_(LocationRow.root_id, LocationRow.path).in_(keys),
            LocationRow.kind == "folder",
            LocationRow.missing_since.is_(None),
        )
    )
    return {(row.root_id or 0, row.path): row.post_id for row in rows}


def roots_of(session: Session, root_ids: Collection[int]) -> dict[int, RootRow]:
    """Return the roots of orders, whatever their state."""
    rows = session.scalars(sa.select(RootRow).where(any_of(RootRow.id, list(root_ids))))
    return {row.id: row for row in rows}
