"""What is to be pushed to Immich, and what was: orders, and the ledger of each asset."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from homebooru.db.queries.records import any_of, spelled
from homebooru.db.queries.scope import visible
from homebooru.db.queue import LEASE, claim
from homebooru.db.tables import AssetRow, PostRow, PushOrderRow, PushRow
from homebooru.domain.outgoing.pushing import Ledger, Place, State
from homebooru.domain.scope import Scope

ORDER = PushOrderRow
SETTING = "immich_push"
ON, OFF, REMOVING = "on", "off", "removing"
LISTS = ("agreed", "pending", "gone", "barred", "kept")

# While nothing is pushed, this is one look at a setting.
FOLLOW = sa.text("""
    insert into push_order (asset_id, wish)
    select asset.id, 'write' from asset
    where exists (select from setting where name = 'immich_push' and value = '"on"')
        and asset.post_id = any(cast(:posts as int[]))
        and not asset.is_trashed and not asset.is_offline
    order by 1
    on conflict (asset_id) do update set attempts = 0,
        due = case when push_order.claimed_by is null then now() else push_order.due end
    returning asset_id
""")


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """An asset that something is to be done about, with what is known of it."""

    asset_id: int
    remote_id: UUID
    owner_id: UUID
    library_id: UUID | None
    post_id: int
    path: str
    visibility: str
    wish: str
    ledger: Ledger
    facts: Mapping[str, Any]

    @property
    def place(self) -> Place:
        return Place(self.owner_id, self.library_id)


def order_for_posts(session: Session, post_ids: Collection[int]) -> bool:
    """Order the assets of posts to be looked at where pushing is on; tell whether there are any."""
    return session.execute(FOLLOW, {"posts": spelled(post_ids)}).first() is not None


def hasten(session: Session, post_ids: Iterable[int]) -> bool:
    """Let orders of posts come due that wait for their sidecars; tell whether there are any."""
    mine = sa.select(AssetRow.id).where(any_of(AssetRow.post_id, list(post_ids)))
    due = (
        sa.update(ORDER)
        .where(ORDER.asset_id.in_(mine), ORDER.claimed_by.is_(None))
        .values(due=sa.func.now())
        .returning(ORDER.asset_id)
        .execution_options(synchronize_session=False)
    )
    return session.execute(due).first() is not None


def order(session: Session, wish: str, only: sa.ColumnElement[bool]) -> int:
    """Order all assets of which `only` is true; return how many."""
    there = sa.select(AssetRow.id, sa.literal(wish)).outerjoin(
        PushRow, PushRow.asset_id == AssetRow.id
    )
    new = insert(ORDER).from_select(["asset_id", "wish"], there.where(only).order_by(AssetRow.id))
    due = sa.case((ORDER.claimed_by.is_(None), sa.func.now()), else_=ORDER.due)
    ordered = session.execute(
        new.on_conflict_do_update(
            index_elements=[ORDER.asset_id],
            set_={"wish": new.excluded.wish, "attempts": 0, "due": due},
        ).returning(ORDER.asset_id)
    )
    return len(ordered.all())


def is_there() -> sa.ColumnElement[bool]:
    """Tell whether an asset can be written to."""
    return sa.and_(~AssetRow.is_trashed, ~AssetRow.is_offline, AssetRow.owner_id.is_not(None))


def has_ours() -> sa.ColumnElement[bool]:
    """Tell whether something of ours may be on an asset."""
    ours = sa.func.cardinality(PushRow.agreed.op("||")(PushRow.pending))
    return sa.or_(ours > 0, PushRow.facts != sa.text("'{}'::jsonb"))


def take(session: Session, *, limit: int, worker_id: int | None) -> list[PushOrderRow]:
    """Take orders that are due."""
    taken = claim(session, ORDER, limit=limit, worker_id=worker_id)
    session.expunge_all()
    return list(taken)


def targets(session: Session, orders: Iterable[PushOrderRow]) -> list[Target]:
    """Return what is known of the assets of orders."""
    wishes = {order.asset_id: order.wish for order in orders}
    rows = session.execute(
        _known().where(any_of(AssetRow.id, list(wishes)), AssetRow.owner_id.is_not(None))
    )
    return [_target(asset, row, wishes[asset.id]) for asset, row in rows]


def targets_after(session: Session, asset_id: int, scope: Scope, *, limit: int) -> list[Target]:
    """Return what is known of the next assets that could be written to, in the order of their ids."""
    rows = session.execute(
        _known()
        .join(PostRow, PostRow.id == AssetRow.post_id)
        .where(AssetRow.id > asset_id, is_there(), visible(scope))
        .limit(limit)
    )
    return [_target(asset, row, "write") for asset, row in rows]


def _known() -> sa.Select[AssetRow, PushRow]:
    return (
        sa.select(AssetRow, PushRow)
        .outerjoin(PushRow, PushRow.asset_id == AssetRow.id)
        .order_by(AssetRow.id)
    )


def _target(asset: AssetRow, row: PushRow | None, wish: str) -> Target:
    assert asset.owner_id is not None
    return Target(
        asset_id=asset.id,
        remote_id=asset.remote_id,
        owner_id=asset.owner_id,
        library_id=asset.library_id,
        post_id=asset.post_id,
        path=asset.path,
        visibility=asset.visibility,
        wish=wish,
        ledger=Ledger() if row is None else ledger_of(row),
        facts={} if row is None else row.facts,
    )


def ledger_of(row: PushRow) -> Ledger:
    """Return what a row knows."""
    lists = {name: frozenset(getattr(row, name)) for name in LISTS}
    return Ledger(**lists, tries=row.tries, stamp=row.stamp)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What the ledger is to say of an asset."""

    asset_id: int
    channel: str
    state: State
    ledger: Ledger
    wanted: frozenset[str]
    seen: frozenset[str] | None = None
    facts: Mapping[str, Any]
    reason: str | None = None
    read_at: datetime | None = None


def keep(session: Session, entries: Sequence[Entry]) -> None:
    """Write down how assets are; those of which nothing was read keep what was seen before."""
    if not entries:
        return
    new = insert(PushRow).values([_columns(entry) for entry in entries])
    names = [*_columns(entries[0])]
    session.execute(
        new.on_conflict_do_update(
            index_elements=[PushRow.asset_id],
            set_={name: new.excluded[name] for name in names if name != "asset_id"},
        )
    )


def _columns(entry: Entry) -> dict[str, Any]:
    return {
        "asset_id": entry.asset_id,
        "channel": entry.channel,
        "state": entry.state.value,
        "reason": entry.reason,
        "wanted": sorted(entry.wanted),
        **{name: sorted(getattr(entry.ledger, name)) for name in LISTS},
        "seen": sorted(entry.seen or ()),
        "facts": dict(entry.facts),
        "tries": entry.ledger.tries,
        "stamp": entry.ledger.stamp,
        "read_at": entry.read_at,
    }


def forget(session: Session, asset_ids: Collection[int]) -> None:
    """Forget assets that have nothing of ours any more."""
    session.execute(sa.delete(PushRow).where(any_of(PushRow.asset_id, list(asset_ids))))


def finish(session: Session, asset_ids: Collection[int]) -> None:
    """Strike orders that are carried out, but for those that were placed anew meanwhile."""
    here = any_of(ORDER.asset_id, list(asset_ids))
    session.execute(sa.delete(ORDER).where(here, ORDER.attempts > 0))
    release(session, asset_ids)


def release(
    session: Session, asset_ids: Collection[int], *, after: timedelta = timedelta()
) -> None:
    """Let orders come due again, at once where they were placed anew meanwhile."""
    session.execute(
        sa.update(ORDER)
        .where(any_of(ORDER.asset_id, list(asset_ids)))
        .values(
            due=sa.case((ORDER.attempts == 0, sa.func.now()), else_=sa.func.now() + after),
            claimed_by=None,
        )
        .execution_options(synchronize_session=False)
    )


def hold(session: Session, asset_ids: Collection[int]) -> None:
    """Keep others from orders for longer: each round on their assets may take its time."""
    session.execute(
        sa.update(ORDER)
        .where(any_of(ORDER.asset_id, list(asset_ids)))
        .values(due=sa.func.now() + LEASE)
        .execution_options(synchronize_session=False)
    )


def give_up(session: Session, place: Place, reason: str) -> int:
    """Let all that waits for a place fail, which cannot keep tags; return how many assets."""
    there = sa.and_(
        AssetRow.owner_id == place.owner_id,
        AssetRow.library_id.is_not_distinct_from(place.library_id),
    )
    waiting = session.scalars(
        sa.select(ORDER.asset_id)
        .join(AssetRow, AssetRow.id == ORDER.asset_id)
        .where(there, ORDER.wish != "undo")
    )
    return fail(session, list(waiting), reason)


def fail(session: Session, asset_ids: Collection[int], reason: str) -> int:
    """Let those of some assets fail that wait, whatever is known of them; return how many."""
    told = sa.literal("api"), sa.literal(State.FAILED.value), sa.literal(reason)
    waiting = sa.select(ORDER.asset_id, *told).where(any_of(ORDER.asset_id, list(asset_ids)))
    new = insert(PushRow).from_select(["asset_id", "channel", "state", "reason"], waiting)
    failed = list(
        session.scalars(
            new.on_conflict_do_update(
                index_elements=[PushRow.asset_id],
                set_={name: new.excluded[name] for name in ("state", "reason")},
            ).returning(PushRow.asset_id)
        )
    )
    session.execute(sa.delete(ORDER).where(any_of(ORDER.asset_id, failed)))
    return len(failed)


def proven(session: Session, places: Collection[Place]) -> set[Place]:
    """Return the places in which a tag was seen to stay."""
    rows = session.execute(
        sa.select(AssetRow.owner_id, AssetRow.library_id)
        .join(PushRow, PushRow.asset_id == AssetRow.id)
        .where(
            PushRow.channel == "api",
            PushRow.state != "failed",
            sa.func.cardinality(PushRow.agreed) > 0,
            AssetRow.owner_id.in_({place.owner_id for place in places}),
        )
        .distinct()
    )
    return {Place(row.owner_id, row.library_id) for row in rows if row.owner_id} & set(places)


@dataclass(frozen=True, slots=True)
class StateCount:
    """How many assets are in a state, and why."""

    state: str
    reason: str | None
    assets: int


def count_states(session: Session) -> list[StateCount]:
    """Return how many assets are how, the most frequent first."""
    count = sa.func.count()
    rows = session.execute(
        sa.select(PushRow.state, PushRow.reason, count)
        .group_by(PushRow.state, PushRow.reason)
        .order_by(count.desc(), PushRow.state)
    )
    return [StateCount(*row) for row in rows]


def is_held() -> sa.ColumnElement[bool]:
    """Tell whether something stays out of an asset, or on it, because somebody wanted it so."""
    return sa.func.cardinality(PushRow.gone.op("||")(PushRow.barred).op("||")(PushRow.kept)) > 0


def held_assets(session: Session) -> list[int]:
    """Return the assets of which something is held back, as far as they can be written to."""
    here = sa.select(PushRow.asset_id).join(AssetRow, AssetRow.id == PushRow.asset_id)
    return list(session.scalars(here.where(is_there(), is_held())))


def count_held(session: Session) -> int:
    """Return of how many assets something is held back."""
    return session.scalar(sa.select(sa.func.count()).where(is_held())) or 0


def has_left(session: Session) -> bool:
    """Tell whether something of ours is still on an asset, as far as we know."""
    return bool(session.scalar(sa.select(sa.exists().where(has_ours()))))


def under_way(session: Session, places: Collection[Place]) -> dict[Place, int]:
    """Return which asset of each place bears something that is not settled yet."""
    rows = session.execute(
        sa.select(AssetRow.owner_id, AssetRow.library_id, sa.func.min(AssetRow.id).label("asset"))
        .join(PushRow, PushRow.asset_id == AssetRow.id)
        .where(
            PushRow.channel == "api",
            PushRow.state == "applied",
            AssetRow.owner_id.in_({place.owner_id for place in places}),
        )
        .group_by(AssetRow.owner_id, AssetRow.library_id)
    )
    found = {Place(row.owner_id, row.library_id): row.asset for row in rows if row.owner_id}
    return {place: asset for place, asset in found.items() if place in places}


def attempts(session: Session, asset_ids: Collection[int]) -> dict[int, int]:
    """Return how often assets were looked at since their orders were placed."""
    rows = session.execute(
        sa.select(ORDER.asset_id, ORDER.attempts).where(any_of(ORDER.asset_id, list(asset_ids)))
    )
    return {row.asset_id: row.attempts for row in rows}


def count_orders(session: Session) -> int:
    """Return how many assets wait."""
    return session.scalar(sa.select(sa.func.count()).select_from(ORDER)) or 0
